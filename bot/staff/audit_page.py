"""The audit log in words: what is looked for, and a line as a row of the page or of a file."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from urllib.parse import urlencode

from bot.audit import Deed, Sealed, Sought
from bot.messages import Value
from bot.staff.audit import ACTIONS, action_named, printable
from bot.staff.words import HERE, Dutch

SHOWN = 100  # lines on a page
ROLES = {"medewerker": "medewerker", "coordinator": "coördinator", "beheerder": "beheerder"}
OUTCOMES = {
    "ok": "Gelukt",
    "refused": "Niet gedaan",
    "wait": "Moest wachten",
    "wrong": "Klopte niet",
    "failed": "Mislukt",
}
DEEDS: Mapping[Deed, str] = {
    "create": "maken", "read": "lezen", "update": "wijzigen", "delete": "wissen", "execute": "uitvoeren",
}  # fmt: skip
HEADER = (
    "nummer", "kenmerk", "code", "moment", "wie", "rol", "team", "namens", "handeling", "omschrijving", "gegevens",
    "soort", "vraag", "afloop", "waarvandaan", "toelichting", "hash",
)  # fmt: skip
_NUMBER = re.compile(r"[0-9a-f]{16}")
_LINE = re.compile(r"[1-9][0-9]{0,17}")
_NO_DATE = "Een datum ziet er zo uit: 2026-11-30."
_NO_NUMBER = "Het nummer van een vraag staat in het adres van de pagina en heeft zestien tekens."


class Asked(Value):
    """What somebody filled in above the list, as they typed it."""

    who: str = ""
    case: str = ""
    action: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    def address(self, **other: str) -> str:
        """Return what comes behind the "?" of an address."""
        return urlencode({name: value for name, value in {**dict(self), **other}.items() if value})


class Row(Value):
    """A line on the page."""

    number: int
    at: str
    who: str
    role: str
    team: str
    what: str
    case: str | None
    outcome: str
    about: str
    source: str


def asked_in(query: Mapping[str, str]) -> Asked:
    """Return what somebody looks for."""
    return Asked(**{name: printable(query[name][:100]) for name in Asked.model_fields if name in query})


def sought_by(asked: Asked, teams: Sequence[str] | None) -> Sought | str:
    """Return which lines that are, among those of these teams; or a sentence about what was filled in wrong."""
    if asked.case and not _NUMBER.fullmatch(asked.case):
        return _NO_NUMBER
    try:
        since, until = _day(asked.since), _day(asked.until)
    except ValueError:
        return _NO_DATE
    return Sought(
        teams=None if teams is None else tuple(teams),
        who=asked.who or None,
        case=asked.case or None,
        action=asked.action or None,
        since=since,
        until=until and until + timedelta(days=1),
        before=int(asked.before) if _LINE.fullmatch(asked.before) else None,
    )


def actions() -> tuple[tuple[str, str], ...]:
    """Return what can be looked for, by name."""
    return tuple(sorted(((name, one.words) for name, one in ACTIONS.items()), key=lambda pair: pair[1]))


def row(sealed: Sealed, dutch: Dutch) -> Row:
    """Return a line as a row of the page."""
    line = sealed.line
    return Row(
        number=sealed.number,
        at=f"{line.at.astimezone(HERE):%d-%m-%Y %H:%M:%S}",
        who=line.who or "Onbekend",
        role=ROLES.get(line.role, line.role),
        team=dutch.organisation(line.team) if line.team else "",
        what=action_named(line.action).words,
        case=line.case,
        outcome=OUTCOMES.get(line.outcome, line.outcome),
        about=line.about,
        source=line.source,
    )


def cells(sealed: Sealed) -> tuple[object, ...]:
    """Return a line with all its fields, as HEADER names them."""
    line = sealed.line
    return (
        sealed.number, line.id, line.code, line.at.astimezone(HERE).isoformat(), line.who, line.role, line.team,
        line.behalf, line.action, action_named(line.action).words, line.kind, DEEDS[line.deed], line.case,
        line.outcome, line.source, line.about, sealed.hash,
    )  # fmt: skip


def _day(written: str) -> datetime | None:
    """Return where a day begins here, None when none was filled in. Raises ValueError."""
    if not written:
        return None
    day = date.fromisoformat(written)
    if not 2000 <= day.year <= 2999:
        raise ValueError(written)
    return datetime.combine(day, clock_time(), HERE)
