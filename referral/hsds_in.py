"""Organisations out of a file in HSDS: what we exported comes back as it was, what others made comes to be reviewed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from referral.hsds_words import Thing, dialled, hours_of, own_fields
from referral.model import Organisation
from referral.spelling import words_of

LANGUAGES = ("nl", "en")
HTML = re.compile(r"<[^>]+>")
STAND_IN = "own-municipality"


class NotHsds(ValueError):
    """A file that is no HSDS. The sentence says what is missing."""


def organisations_from(document: Any, municipality: str, on: date, trusted: bool = False) -> tuple[Organisation, ...]:
    """Return the organisations in a page, a list or a single service of HSDS.

    Unless the file is `trusted`, no contact counts as verified: somebody has to look at each first. Raises
    NotHsds for a document that is none.
    """
    found = (organisation(one, municipality, on) for one in services_in(document))
    return tuple(one if trusted else unverified(one) for one in found)


def services_in(document: Any) -> Iterator[Thing]:
    """Yield the services in a document."""
    contents = document.get("contents", [document]) if isinstance(document, Mapping) else document
    if not isinstance(contents, list):
        raise NotHsds("this is no HSDS: a page with `contents`, a list of services or one service was expected")
    for place, one in enumerate(contents):
        if not isinstance(one, dict) or not all(isinstance(one.get(name), str) for name in ("id", "name")):
            raise NotHsds(f"service {place + 1} has no id or no name")
        yield one


def organisation(one: Thing, municipality: str, on: date) -> Organisation:
    """Return a service as an organisation."""
    ours = own_fields(one)
    other = ours.pop("words", {})
    documents = [document["document"] for document in one.get("required_documents") or () if document.get("document")]
    words: Thing = {
        "name": in_languages(one["name"], other.get("name")) if "name" in other or not ours else one["name"],
        "does": in_languages(plain(one.get("description") or one["name"]), other.get("does")),
        "bring": in_languages(" ".join(documents), other.get("bring")) if documents else None,
    }
    assured = str(one.get("assured_date") or on.isoformat())[:10]
    seen = {"source": f"HSDS, {one['name']}", "source_date": assured}
    fields = {
        "id": f"{municipality}-{words_of(one['name']).replace(' ', '-')}",
        "city": municipality,
        "general_way": STAND_IN,
        "source": seen["source"],
        **({} if not ours else {"city": None, "general_way": None}),
        **{name: value for name, value in ours.items() if name not in ("routes", "unverified")},
        **words,
        "formal_name": one.get("alternate_name"),
        "checked_on": assured,
        "contacts": [contact for _, contact in sorted(contacts_of(one, ours, seen), key=lambda pair: pair[0])],
    }
    return Organisation.model_validate({k: v for k, v in fields.items() if v is not None}, strict=False)


def contacts_of(one: Thing, ours: Thing, seen: Thing) -> Iterator[tuple[int, Thing]]:
    """Yield the contacts of a service with their place in the list."""
    urls = one.get("additional_urls") or ([{"url": one["url"]}] if one.get("url") else [])
    several: tuple[tuple[str, str, Iterable[Thing]], ...] = (
        ("phone", "number", one.get("phones") or ()),
        ("web", "url", urls),
        ("email", "email", one.get("contacts") or ()),
    )
    timed = one.get("schedules") or []
    for kind, field, things in several:
        for place, thing in enumerate(thing for thing in things if thing.get(field)):
            mine = own_fields(thing)
            at = mine.get("at", 0 if place == 0 and kind == "phone" else None)
            hours = [time for time in timed if own_fields(time).get("at", 0) == at] if at is not None else []
            yield contact(kind, value_of(thing[field], mine), mine, hours, seen)
    for place in one.get("service_at_locations") or ():
        kind = "post" if (place.get("location") or {}).get("location_type") == "postal" else "address"
        hours = place.get("schedules") or (place.get("location") or {}).get("schedules") or []
        if text := place_of(place):
            mine = own_fields(place)
            yield contact(kind, value_of(text, mine), mine, hours, seen)
    yield from routes(one, ours, seen)
    yield from ((int(at), fields) for at, fields in ours.get("unverified", {}).items())


def contact(kind: str, value: Any, mine: Thing, hours: list[Thing], seen: Thing) -> tuple[int, Thing]:
    """Return a contact with its place in the list; what was not ours comes last and is not verified."""
    fields = {"kind": kind, "verified": False, **seen, **mine}
    at = fields.pop("at", 1_000)
    fields.pop("written", None)
    if weekly := hours_of(hours):
        fields["open"] = weekly.written()
    told = next((one["description"] for one in hours if one.get("description")), None)
    if told and (fields.get("hours") or {}).get("nl") != told:
        fields["hours"] = in_languages(told, None)
    return at, {**fields, "value": value}


def routes(one: Thing, ours: Thing, seen: Thing) -> Iterator[tuple[int, Thing]]:
    """Yield the ways in that are told in words; a text that somebody changed since comes as one."""
    told = str(one.get("application_process") or "")
    kept = {int(at): dict(fields) for at, fields in ours.get("routes", {}).items()}
    texts = [fields["value"] if isinstance(fields["value"], str) else fields["value"]["nl"] for fields in kept.values()]
    if told == " ".join(texts):
        timed = one.get("schedules") or []
        for at, fields in kept.items():
            value = fields.pop("value")
            mine = [time for time in timed if own_fields(time).get("at") == at]
            yield contact("route", value, fields, mine, seen)
    elif told:
        yield contact("route", in_languages(plain(told), None), {}, [], seen)


def place_of(place: Thing) -> str:
    """Return a place in one line: its name, or its first address."""
    location = place.get("location") or {}
    if own_fields(place):
        return str(location.get("name") or "")
    lines = [
        ", ".join(filter(None, (one.get("address_1"), f"{one.get('postal_code', '')} {one.get('city', '')}".strip())))
        for one in location.get("addresses") or ()
    ]
    return ", ".join(dict.fromkeys(filter(None, (location.get("name"), *lines[:1]))))


def value_of(native: str, mine: Thing) -> Any:
    """Return the value of a contact: as we wrote it while it still says the same, in all its languages."""
    written = mine.get("written")
    if written is not None:
        return written if dialled(written) == native else native
    return {"nl": native, **mine["value"]} if isinstance(mine.get("value"), dict) else native


def in_languages(text: str, others: Any) -> Thing:
    """Return a text with its translations; without any, the Dutch stands in for them until somebody translates it."""
    return {"nl": text, **others} if others is not None else dict.fromkeys(LANGUAGES, text)


def unverified(one: Organisation) -> Organisation:
    """Return the organisation with no contact that residents may be shown, and a general way in instead."""
    contacts = tuple(contact.model_copy(update={"verified": False}) for contact in one.contacts)
    return one.model_copy(update={"contacts": contacts, "general_way": one.general_way or STAND_IN})


def plain(text: str) -> str:
    """Return a text without the mark-up that HSDS allows in it."""
    return re.sub(r" ([.,;:!?])", r"\1", " ".join(HTML.sub(" ", text).split()))
