"""The form with which staff tell what changed: what stands in it, and what was filled in becomes an edit."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from bot.directory import Sort
from bot.messages import Value
from bot.staff.directory_typed import DAY_NAMES, LONGEST, Typo, hours_of, line, one_line, opened, value_of
from referral.overlay import Edit, Named, Raw, began_as, named

KINDS = {  # that can be added; a way in words is written in two languages, and stays work on the files
    "phone": "Telefoon",
    "web": "Website",
    "email": "E-mail",
    "address": "Adres",
    "walkin": "Inloop",
}
WITH_HOURS = ("phone", "chat", "address", "walkin", "desk")
_TOLD: tuple[Sort, ...] = ("right", "change", "wrong")  # of a contact that there is
WHOLE = "alles"  # what stands for the organisation itself in an address


class Draft(Value):
    """What is filled in: in a new form what stands in the directory, in one that comes back what was typed."""

    sort: str = ""
    kind: str = ""
    wijk: str = ""
    value: str = ""
    value_en: str = ""
    hours: Mapping[str, str]
    told: str = ""  # hours that stand only in words
    source: str = ""
    note: str = ""


class Wanted(NamedTuple):
    """What somebody wants: an edit, and what goes with it."""

    sort: Sort
    edit: Edit
    source: str
    note: str


def key_of(contact: Raw) -> str:
    """Return what stands for a contact in an address."""
    return sha256("\n".join(named(contact)).encode()).hexdigest()[:12]


def contact_of(entry: Raw, key: str) -> Raw | None:
    """Return the contact of an organisation that this stands for, None when there is none."""
    return next((one for one in entry.get("contacts", ()) if key_of(one) == key), None)


def draft_of(contact: Raw | None) -> Draft:
    """Return the form as it begins: with the contact as it stands, or empty for a new one."""
    now = contact or {}
    value, hours = now.get("value", ""), opened(now)
    days = dict(zip(DAY_NAMES, hours.days, strict=True)) if hours else {}
    words = now.get("hours", {})
    return Draft(
        kind=str(now.get("kind", "")),
        wijk=str(now.get("wijk", "")),
        value=str(value.get("nl", "") if isinstance(value, Mapping) else value),
        value_en=str(value.get("en", "")) if isinstance(value, Mapping) else "",
        hours={day: " en ".join(map(str, days.get(day, ()))) for day in DAY_NAMES},
        told=str(words.get("nl", "")) if words and not hours else "",
    )


def draft_from(fields: Mapping[str, str], contact: Raw | None) -> Draft:
    """Return the form as it was filled in."""
    begun = draft_of(contact)
    typed = {name: fields[name] for name in ("sort", "value", "value_en", "source", "note") if name in fields}
    if contact is None:
        typed |= {name: fields.get(name, "") for name in ("kind", "wijk")}
    return begun.model_copy(update={**typed, "hours": {day: fields.get(day, "") for day in DAY_NAMES}})


def wanted(
    fields: Mapping[str, str], entry: Raw, contact: Raw | None, earlier: Sequence[Edit], wijken: Sequence[str], on: date
) -> Wanted:
    """Return what was filled in as an edit of a contact, or of a new one when it is None. Raises Typo."""
    sort: Sort = "add" if contact is None else _sort(fields.get("sort", ""))
    before = None if contact is None else dict(contact)
    if before is None:
        after = {**_new(fields, wijken), **_seen(fields, on), "verified": "true"}
    else:
        after = _changed(sort, fields, before, on)
    organisation = str(entry["id"])
    began = named(after) if before is None else began_as(earlier, organisation, before)
    if before is None or named(after) != named(before):
        _stands_once(after, entry)
    edit = Edit(organisation=organisation, contact=began, before=before, after=after)
    return Wanted(sort, edit, line(fields, "source", "waar u dit zag"), _note(fields))


def wanted_whole(fields: Mapping[str, str], entry: Raw, on: date) -> Wanted:
    """Return that everything of an organisation was checked today, as an edit of the organisation. Raises Typo."""
    source = line(fields, "source", "waar u dit zag")
    before = {name: entry.get(name) for name in ("source", "checked_on")}
    known = str(before["source"] or "")
    after = {"source": known if source in known else f"{known}; {source}".strip("; "), "checked_on": on.isoformat()}
    return Wanted("right", Edit(organisation=str(entry["id"]), before=before, after=after), source, _note(fields))


def _sort(chosen: str) -> Sort:
    for one in _TOLD:
        if one == chosen:
            return one
    raise Typo("sort", "Kies wat u wilt doorgeven.")


def _new(fields: Mapping[str, str], wijken: Sequence[str]) -> dict[str, object]:
    kind, wijk = fields.get("kind", ""), fields.get("wijk", "")
    if kind not in KINDS:
        raise Typo("kind", "Kies wat voor contact het is.")
    if wijk and wijk not in wijken:
        raise Typo("wijk", "Kies een wijk uit de lijst.")
    told: dict[str, object | None] = {"kind": kind, "wijk": wijk or None, "value": value_of(kind, fields)}
    told |= hours_of(fields, {}) if kind in WITH_HOURS else {}
    return {name: value for name, value in told.items() if value is not None}


def _changed(sort: str, fields: Mapping[str, str], now: Raw, on: date) -> dict[str, object]:
    kind = "route" if isinstance(now["value"], Mapping) else str(now["kind"])
    typed: dict[str, object | None] = {"value": value_of(kind, fields)}
    if kind in WITH_HOURS and any(day in fields for day in DAY_NAMES):
        typed |= hours_of(fields, now)
        if typed["open"] is None and not now.get("open") and sort != "change":
            typed |= {"hours": now.get("hours"), "open": None}  # in words only, and left as they are
    differs = any(now.get(name) != value for name, value in typed.items())
    if sort == "change" and not differs:
        raise Typo("sort", "U veranderde niets. Klopt alles nog, kies dan “Het klopt nog”.")
    if sort != "change" and differs:
        raise Typo("sort", "U veranderde ook iets. Kies “Het is veranderd”, of zet het terug zoals het was.")
    verified = "false" if sort == "wrong" else "true"
    after = {**now, **typed, **_seen(fields, on), "verified": verified}
    return {name: value for name, value in after.items() if value is not None}


def _seen(fields: Mapping[str, str], on: date) -> dict[str, str]:
    day = on.isoformat()
    return {"source": line(fields, "source", "waar u dit zag"), "source_date": day, "checked_on": day}


def _note(fields: Mapping[str, str]) -> str:
    return one_line(fields.get("note", ""))[:LONGEST]


def _stands_once(after: Raw, entry: Raw) -> None:
    taken: set[Named] = {named(one) for one in entry.get("contacts", ())}
    if named(after) in taken:
        raise Typo("value", "Dit contact staat al bij deze organisatie. Geef het daar door.")
