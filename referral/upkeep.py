"""What is to be done to keep the directory right, worst first: what may send a resident the wrong way today."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from referral.expiring import PAST, Notice, expiring
from referral.guide import Guide
from referral.model import Contact, Organisation, Value

AHEAD = 90  # days within which an end or a change is told
Kind = Literal["contradiction", "ends", "changes", "stands in", "unconfirmed", "unchecked", "look up", "past"]
_WORST_FIRST: tuple[Kind, ...] = (
    *("contradiction", "ends", "changes", "stands in", "unconfirmed", "unchecked", "look up", "past"),
)
_SOON: tuple[Kind, ...] = ("ends", "changes", "stands in")  # one list, by day
_ONLINE = ("web", "chat")


class Todo(Value):
    """One thing to do. `about` is what it is called in the files; `others` say something else about the same."""

    kind: Kind
    about: str
    organisations: tuple[str, ...]
    value: str = ""  # of the contact that it is about
    contact: str = ""  # its kind
    day: date | None = None
    what: str = ""
    source: str = ""
    others: tuple[str, ...] = ()
    only_way: bool = False  # residents are given no contact of its own
    file: str = ""
    line: int = 1


def todos(guide: Guide, on: date) -> tuple[Todo, ...]:
    """Return all that is to be done, worst first."""
    found = [*contradictions(guide, on), *from_notices(expiring(guide, on, AHEAD))]
    for one in guide.organisations.values():
        if one.holds(on):
            found += of_organisation(one, guide, on)
    return tuple(sorted(found, key=_place))


def _place(todo: Todo) -> tuple[int, bool, date, str, str]:
    kind = "ends" if todo.kind in _SOON else todo.kind
    return _WORST_FIRST.index(kind), not todo.only_way, todo.day or date.min, todo.about, todo.value


def from_notices(notices: Iterable[Notice]) -> Iterator[Todo]:
    """Yield the notices as things to do."""
    for one in notices:
        about, _, value = one.about.partition(", ")
        single = one.touches == (about,)
        yield Todo(
            kind="past" if one.reason in PAST else _KINDS[one.reason],
            about=about if single else one.about,
            organisations=one.touches,
            value=value if single else "",
            day=one.day,
            what=one.what,
            source=one.source,
            file=one.file,
            line=one.line,
        )


_KINDS: Mapping[str, Kind] = {
    "ends": "ends",
    "changes": "changes",
    "stands in": "stands in",
    "unchecked": "unchecked",
}


def of_organisation(one: Organisation, guide: Guide, on: date) -> Iterator[Todo]:
    """Yield what nobody confirmed yet: that an organisation exists, and each contact that residents are not shown."""
    file, line = guide.where.get(one.id, ("", 1))
    told = Todo(kind="unconfirmed", about=one.id, organisations=(one.id,), file=file, line=line)
    if not one.verified:
        yield told.model_copy(update={"source": one.source})
    alone = not any(contact.verified and contact.holds(on) for contact in one.contacts)
    for contact in one.contacts:
        if not contact.verified and contact.holds(on):
            seen = {"source": contact.source, "what": contact.source_date}
            said = {"kind": "look up", "value": text_of(contact), "contact": contact.kind, "only_way": alone}
            yield told.model_copy(update={**said, **seen})


def contradictions(guide: Guide, on: date) -> Iterator[Todo]:
    """Yield what the directory says in two ways: one number with other hours, or trusted here and not there."""
    kind: str
    places: dict[tuple[str, str], list[tuple[Organisation, Contact]]] = {}
    for one in guide.organisations.values():
        for contact in one.contacts if one.holds(on) else ():
            if contact.kind in ("phone", *_ONLINE) and contact.holds(on):
                kind = "web" if contact.kind in _ONLINE else contact.kind
                places.setdefault((kind, text_of(contact)), []).append((one, contact))
    for (kind, value), several in places.items():
        if len({(contact.verified, contact.open) for _, contact in several}) > 1:
            names = tuple(dict.fromkeys(one.id for one, _ in several))
            apart = "verified" if len({contact.verified for _, contact in several}) > 1 else "open"
            file, line = guide.where.get(names[0], ("", 1))
            told = Todo(kind="contradiction", about=names[0], organisations=names, file=file, line=line)
            yield told.model_copy(update={"value": value, "contact": kind, "what": apart, "others": names[1:]})


def text_of(contact: Contact) -> str:
    """Return the contact as it is called in Dutch."""
    return contact.value if isinstance(contact.value, str) else contact.value["nl"]
