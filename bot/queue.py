"""The desk's row of a conversation: where it stands among others, and which rows one wants to see."""

import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal, get_args

from pydantic import Field

from bot.messages import Value
from referral.model import UNKNOWN

CaseState = Literal["waiting", "staff", "closed"]
Turn = Literal["staff", "resident"]
Tab = Literal["nieuw", "mij", "bewoner", "anderen", "gesloten"]
TABS: tuple[Tab, ...] = get_args(Tab)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAR = 10**17 - 1  # microseconds, in the year 5138


class Case(Value):
    """A handed-over conversation as a row of the desk, kept in step with its events."""

    conversation: str
    organisation: str
    state: CaseState
    urgent: bool
    owner: str | None
    themes: tuple[str, ...]
    signals: tuple[str, ...]
    wijk: str | None
    language: str
    opened_at: datetime
    last_heard_at: datetime
    name: str | None = None
    outcome: str | None = None
    promised: datetime | None = Field(default=None, description="from when on an answer was promised, until it came")
    waits_for: Turn = Field(default="staff", description="whose turn it is")
    last_from: Turn | None = Field(default=None, description="who spoke last since somebody took it")
    since: datetime = Field(description="when it became their turn, or was closed")
    reminder_at: datetime | None = None
    rule: str | None = Field(default=None, description="the row of the tables that sent it there")

    @property
    def number(self) -> str:
        """What stands for it in an address."""
        return case_number(self.conversation)

    @property
    def due(self) -> datetime | None:
        """The first moment that somebody counts on: what was promised, or what a colleague wants to remember."""
        return min(filter(None, (self.promised, self.reminder_at)), default=None)

    @property
    def place(self) -> str:
        """Its place in a list, as text of one width that sorts.

        Urgent first, then the nearest promise (one that passed is nearest), then the longest waiting. Of what was
        closed, the last one first. No two cases have the same place.
        """
        if self.state == "closed":
            return f"0{_FAR - ticks(self.since):017d}{self.number}"
        due = ticks(self.due) if self.due else _FAR
        return f"{0 if self.urgent else 1}{due:017d}{ticks(self.since):017d}{self.number}"


class Wanted(Value):
    """Which rows: a tab as one colleague sees it, narrowed by what they chose.

    A case that they hold and that waits for the resident comes back to them when its reminder is before `remind_until`.
    """

    teams: tuple[str, ...]
    tab: Tab = "nieuw"
    me: str = ""
    remind_until: datetime | None = None
    urgent: bool = False
    theme: str | None = None
    wijk: str | None = None
    language: str | None = None
    opened_from: datetime | None = None
    opened_until: datetime | None = None


class _Numbering:
    """The key of the numbers. It is of the database, and set once, when that is opened; before, nobody knows it."""

    key = secrets.token_bytes(32)


def number_by(key: bytes) -> None:
    """Let all numbers come from this key from now on."""
    _Numbering.key = key


def case_number(conversation: str) -> str:
    """Return what stands for a conversation in an address or a log.

    Its own number may be a resident's secret or tell who it is (telegram:123), so it cannot be guessed back without
    the key of this database.
    """
    return hmac.new(_Numbering.key, conversation.encode(), sha256).hexdigest()[:16]


def topic(team: str) -> str:
    """Return the name under which a change of a team's cases is told (see Changes)."""
    return f"team:{team}"


def wanted_of(cases: Iterable[Case], wanted: Wanted) -> list[Case]:
    """Return the cases that are wanted, each in its place."""
    return sorted((case for case in cases if fits(case, wanted)), key=lambda case: case.place)


def fits(case: Case, wanted: Wanted) -> bool:
    """Tell whether a case is one of those wanted; stores/cases.py says the same to a database."""
    return (
        case.organisation in wanted.teams
        and tab_of(case, wanted) == wanted.tab
        and (case.urgent or not wanted.urgent)
        and wanted.theme in (None, *case.themes)
        and wanted.wijk in (None, case.wijk or UNKNOWN)
        and wanted.language in (None, case.language)
        and (wanted.opened_from is None or case.opened_at >= wanted.opened_from)
        and (wanted.opened_until is None or case.opened_at < wanted.opened_until)
    )


def tab_of(case: Case, wanted: Wanted) -> Tab:
    """Return the one tab where this colleague finds a case of their teams."""
    match case.state:
        case "waiting":
            return "nieuw"
        case "closed":
            return "gesloten"
        case "staff" if case.owner != wanted.me:
            return "anderen"
        case "staff":
            return "mij" if case.waits_for == "staff" or _remembered(case, wanted) else "bewoner"


def _remembered(case: Case, wanted: Wanted) -> bool:
    until = wanted.remind_until
    return case.reminder_at is not None and until is not None and case.reminder_at < until


def ticks(at: datetime) -> int:
    """Return a moment as it stands in a place: microseconds, from nothing to far."""
    return max(0, min((at - _EPOCH) // timedelta(microseconds=1), _FAR))
