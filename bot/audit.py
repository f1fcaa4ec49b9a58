"""The words of the audit log: one line for each view and change, chained so that tampering shows.

The fields are those of NEN 7513: who, in which role, for whom, did what with which data, when, how it ended.
A line holds no text of a resident; of a case it holds the number that stands in its address. Lines are never
changed. They are erased when they are older than what is set (NEN 7513: at least five years): then an anchor keeps the
hash of the last one, and the line that tells of it vouches for that anchor, so that the rest can still be checked.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal, NamedTuple, Protocol

from bot.messages import Value

Deed = Literal["create", "read", "update", "delete", "execute"]
PRUNED = "audit.prune"  # the action of a line that tells which were erased
START = "0" * 64  # the hash before the first line


class Line(Value):
    """What somebody did. `team` is the organisation they work for, empty when nobody is signed in."""

    id: str
    code: str  # of the kind of event, from DICOM PS3.15 A.5
    at: datetime
    who: str
    role: str
    team: str
    behalf: str  # on whose behalf
    action: str  # such as "case.view"
    kind: str  # of data
    deed: Deed
    case: str | None
    outcome: str  # "ok", or why not
    source: str  # the part, host and process that wrote it
    about: str


class Sealed(Value):
    """A line in its place in the chain. The hash covers the line, its number and the hash before."""

    number: int  # from 1, without gaps
    line: Line
    hash: str


class Head(NamedTuple):
    """The newest line. Noted elsewhere, it shows later that no line after it or before it was cut off."""

    number: int = 0
    hash: str = START

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


class Sought(Value):
    """Which lines are looked for; None is all. `before` is a number: only the lines that came earlier."""

    teams: tuple[str, ...] | None = None
    who: str | None = None
    case: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # not included
    before: int | None = None


class Trail(Protocol):
    """Keeps the audit log. Every method raises StoreAway when the database is away."""

    async def add(self, line: Line) -> Head:
        """Add a line behind the newest one and return where it stands; one writer at a time."""
        ...

    async def find(self, sought: Sought, limit: int) -> tuple[Sealed, ...]:
        """Return the lines that are looked for, newest first."""
        ...

    async def head(self) -> Head:
        """Return the newest line."""
        ...

    async def anchor(self) -> Head:
        """Return the last line that was erased because it was old; the start when none was."""
        ...

    async def prune(self, before: datetime, told: Callable[[Head], Line]) -> int:
        """Erase the lines up to a moment from the begin, and return how many; `told` makes the line that says so."""
        ...

    def walk(self) -> AsyncIterator[Sealed]:
        """Give all lines, oldest first, as they stand there."""
        ...


def seal(line: Line, before: Head) -> Sealed:
    """Return a line in its place behind the newest one."""
    number = before.number + 1
    told = {**dict(line), "at": line.at.astimezone(UTC).isoformat(), "number": number}
    written = json.dumps([before.hash, told], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Sealed(number=number, line=line, hash=sha256(written.encode()).hexdigest())


def read_head(written: str) -> Head:
    """Return a head as it was noted. Raises ValueError when it is none."""
    number, _, value = written.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(value) == 64 and set(value) <= set("0123456789abcdef")):
        raise ValueError(f"{written!r} is no head; it looks like 17:0a1b…, as `wegwijs audit head` prints it")
    return Head(int(number), value)


async def verified(trail: Trail, noted: Sequence[Head] = ()) -> Head | str:
    """Return the newest line when all fit, and stand as they were noted; else a sentence about the first that does not.

    Raises StoreAway.
    """
    anchor = here = await trail.anchor()
    vouched = not anchor.number
    try:
        async for found in trail.walk():
            vouched |= found.line.action == PRUNED and found.line.about == str(anchor)
            if fault := fault_between(here, found) or fault_at(noted, Head(found.number, found.hash)):
                return fault
            here = Head(found.number, found.hash)
    except (TypeError, ValueError):  # no moment, no text: nothing that we wrote
        return f"regel {here.number + 1} is niet te lezen"
    if not vouched:
        return f"geen regel vertelt dat de regels tot en met {anchor.number} zijn gewist"
    last = max(noted, default=here)
    return here if last.number <= here.number else f"regel {here.number + 1} tot en met {last.number} ontbreken"


def fault_between(before: Head, found: Sealed) -> str | None:
    """Tell what does not fit between a line and the one before it, None when all does."""
    expected = before.number + 1
    if found.number != expected:
        return f"regel {expected} ontbreekt: na regel {before.number} komt regel {found.number}"
    if seal(found.line, before).hash != found.hash:
        return f"regel {expected} klopt niet: de regel of een eerdere is veranderd"
    return None


def fault_at(noted: Sequence[Head], here: Head) -> str | None:
    """Tell whether the line that was noted elsewhere stood otherwise, None when it did not."""
    if any(one.number == here.number and one.hash != here.hash for one in noted):
        return f"regel {here.number} is niet de regel die eerder is genoteerd: het logboek is herschreven"
    return None
