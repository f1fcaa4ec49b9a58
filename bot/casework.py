"""What staff do adds up too: who holds the case, for whom it waits, what was put right, what is to be remembered."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from bot.events import (
    Assigned,
    ByStaff,
    Claimed,
    Closed,
    Corrected,
    HandedOver,
    Noted,
    Passed,
    Released,
    ReminderDone,
    ReminderSet,
    Reopened,
    Timer,
    Withdrawn,
)
from bot.messages import Value
from bot.queue import CaseState, Turn
from referral.model import Decision, Location, Refer

CaseEvent = (
    HandedOver
    | Withdrawn
    | Claimed
    | Assigned
    | Released
    | Passed
    | Noted
    | ReminderSet
    | ReminderDone
    | Corrected
    | Closed
    | Reopened
)
Change = Mapping[str, object]

_OF_THE_CASE: tuple[Timer, ...] = ("late", "unanswered")
_PLACE = {"city", "wijk"}
_NOTHING_TO_REMEMBER: Change = {"reminder_at": None, "reminder": None}


class Question(Value):
    """What a case is about; kept when it is closed, so that it can be opened again as it was."""

    themes: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    alarms: tuple[str, ...] = Field(default=(), description="every signal ever told, for the desk")
    facts: Mapping[str, str] = Field(default_factory=dict)
    place: Location | None = None
    decision: Decision | None = None


class Casework(Question):
    """A conversation as far as staff have to do with it."""

    consented: str | None = None
    organisation: str | None = Field(default=None, description="to whom it was handed over")
    rule: str | None = Field(default=None, description="the row of the tables that sent it there")
    state: CaseState | None = Field(default=None, description="of the case, None when there is none")
    urgent: bool = False
    owner: str | None = None
    outcome: str | None = None
    opened_at: datetime | None = None
    came_at: datetime | None = Field(default=None, description="when it came to this organisation")
    promised: datetime | None = Field(default=None, description="from when on an answer was promised, until it came")
    last_from: Turn | None = Field(default=None, description="who spoke last since somebody took it")
    since: datetime | None = Field(default=None, description="when it became the turn of who is waited for")
    reminder_at: datetime | None = None
    reminder: str | None = Field(default=None, description="what to remember then")
    closed_on: Question | None = Field(default=None, description="what it was about when it was closed")
    timers: Mapping[Timer, datetime] = Field(default_factory=dict, description="what is said later, and when")
    forms: frozenset[str] = Field(default=frozenset(), description="what of the desk was carried out; it counts once")


def case_change(now: Casework, event: CaseEvent) -> Change:
    """Return what one more event changes for a case."""
    if isinstance(event, ByStaff) and event.form:
        return {**_case_change(now, event), "forms": now.forms | {event.form}}
    return _case_change(now, event)


def _case_change(now: Casework, event: CaseEvent) -> Change:
    match event:
        case HandedOver():
            return _handed_over(now, event)
        case Claimed() | Assigned() | Reopened():
            return _held(now, event)
        case Released():
            return {"state": "waiting", "owner": None, "timers": _waits(now, event.late_at)}
        case Passed():
            return _passed(now, event)
        case Closed() | Withdrawn():
            return _closed(now, event)
        case Corrected():
            return _corrected(now, event)
        case ReminderSet():
            return {"reminder_at": event.at_time, "reminder": event.what}
        case ReminderDone():
            return _NOTHING_TO_REMEMBER
        case Noted():
            return {}


def _handed_over(now: Casework, event: HandedOver) -> Change:
    return {
        "organisation": event.organisation,
        "rule": _rule(now, event.organisation),
        "state": "waiting",
        "urgent": event.urgent,
        "owner": None,
        "outcome": None,
        "opened_at": event.at,
        "came_at": event.at,
        "since": event.at,
        "promised": event.promised,
        "timers": _waits(now, event.late_at),
        **_NOTHING_TO_REMEMBER,
    }


def _rule(now: Casework, organisation: str) -> str | None:
    """Return the row that named this organisation, else the first that named any."""
    named = now.decision.referrals if isinstance(now.decision, Refer) else ()
    theirs = [one.rule for one in named if one.organisation == organisation]
    return next(iter(theirs or [one.rule for one in named]), None)


def _held(now: Casework, event: Claimed | Assigned | Reopened) -> Change:
    held: dict[str, object] = {"state": "staff", "last_from": None, "timers": without(now.timers, _OF_THE_CASE)}
    match event:
        case Claimed():
            return {**held, "owner": event.by}
        case Assigned():
            return {**held, "owner": event.to}
        case Reopened():
            question = now.closed_on or now
            again = {name: getattr(question, name) for name in Question.model_fields}
            return {**again, **held, "owner": event.by, "outcome": None, "since": event.at}


def _passed(now: Casework, event: Passed) -> Change:
    return {
        "organisation": event.organisation,
        "consented": event.organisation,
        "came_at": event.at,
        "rule": None,
        "state": "waiting",
        "owner": None,
        "promised": event.promised,
        "timers": _waits(now, event.late_at),
        **_NOTHING_TO_REMEMBER,
    }


def _closed(now: Casework, event: Closed | Withdrawn) -> Change:
    return {
        "state": "closed",
        "outcome": event.outcome if isinstance(event, Closed) else "withdrawn",
        "since": event.at,
        "promised": None,
        "alarms": (),
        "closed_on": Question(**{name: getattr(now, name) for name in Question.model_fields}),
        "timers": without(now.timers, _OF_THE_CASE),
        **_NOTHING_TO_REMEMBER,
    }


def _corrected(now: Casework, event: Corrected) -> Change:
    """Put right what was told; another city leaves the wijk behind, and a place told in words no longer counts."""
    facts = event.facts or {}
    known = {name: value for name, value in now.facts.items() if not ("city" in facts and name == "wijk")}
    change: dict[str, object] = {"facts": {**known, **facts}}
    if event.themes is not None:
        change["themes"] = event.themes
    if event.signals is not None:
        change |= {"signals": event.signals, "alarms": event.signals, "urgent": event.urgent}
    if _PLACE & facts.keys():
        change["place"] = None
    return change


def _waits(now: Casework, late_at: datetime | None) -> Mapping[Timer, datetime]:
    return with_timer(without(now.timers, _OF_THE_CASE), "late", late_at)


def without(timers: Mapping[Timer, datetime], gone: Iterable[Timer]) -> Mapping[Timer, datetime]:
    """Return the timers but these."""
    return {timer: due for timer, due in timers.items() if timer not in gone}


def with_timer(timers: Mapping[Timer, datetime], timer: Timer, due: datetime | None) -> Mapping[Timer, datetime]:
    """Return the timers with one set, or as they are when it is not."""
    return timers if due is None else {**timers, timer: due}
