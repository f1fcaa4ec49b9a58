"""Who holds a conversation (bot, waiting, staff, closed) and what may follow. One owner at any time."""

from collections.abc import Sequence
from datetime import datetime

from bot.conversation import Conversation
from bot.events import (
    Assigned,
    Claimed,
    Closed,
    Corrected,
    Event,
    Noted,
    Outcome,
    Passed,
    Released,
    ReminderDone,
    ReminderSet,
    Reopened,
)
from bot.messages import Value
from bot.people import Role
from bot.queue import Case


class NotAllowed(Exception):
    """What a colleague wanted cannot follow on how the case stands now; the text says why, in Dutch."""


class Staff(Value):
    """A colleague: a name, the organisation (team) they work for, and what they may do there."""

    name: str
    team: str
    role: Role = "medewerker"


def claim(conversation: Conversation, staff: Staff, now: datetime) -> Sequence[Event]:
    """Return what happens when a colleague takes a case: one owner, and nothing when it is theirs already."""
    match conversation.state:
        case "waiting":
            return (Claimed(at=now, by=staff.name),)
        case "staff" if conversation.owner == staff.name:
            return ()
        case "staff":
            raise NotAllowed(f"{conversation.owner} heeft deze vraag al opgepakt.")
        case _:
            raise NotAllowed("Deze vraag is al gesloten.")


def close(conversation: Conversation, staff: Staff, outcome: Outcome, note: str, now: datetime) -> Sequence[Event]:
    """Return what happens when the owner closes a case."""
    must_own(conversation, staff)
    return (Closed(at=now, by=staff.name, outcome=outcome, note=note),)


def assign(conversation: Conversation, staff: Staff, to: str, now: datetime) -> Sequence[Event]:
    """Return what happens when a case is given to a colleague; nothing when it is theirs already."""
    must_handle(conversation, staff)
    if conversation.owner == to:
        return ()
    return (Assigned(at=now, by=staff.name, to=to),)


def release(conversation: Conversation, staff: Staff, late_at: datetime, now: datetime) -> Sequence[Event]:
    """Return what happens when a case goes back in the queue; nothing when it lies there already."""
    must_handle(conversation, staff)
    return () if conversation.state == "waiting" else (Released(at=now, by=staff.name, late_at=late_at),)


def pass_on(conversation: Conversation, staff: Staff, passed: Passed) -> Sequence[Event]:
    """Return what happens when a case goes to another organisation, which the resident agreed to."""
    must_handle(conversation, staff)
    if passed.organisation == conversation.organisation:
        raise NotAllowed("De vraag ligt al bij dit team.")
    return (passed.model_copy(update={"by": staff.name, "rule": conversation.rule if passed.misroute else None}),)


def note(conversation: Conversation, staff: Staff, text: str, now: datetime) -> Sequence[Event]:
    """Return what happens when a colleague writes something down for the team."""
    must_be_open(conversation)
    return (Noted(at=now, by=staff.name, text=text),)


def remind(
    conversation: Conversation, staff: Staff, at_time: datetime | None, what: str, now: datetime
) -> Sequence[Event]:
    """Return what happens when a reminder is set, or taken away with None."""
    must_be_open(conversation)
    if at_time is not None:
        return (ReminderSet(at=now, by=staff.name, at_time=at_time, what=what),)
    return (ReminderDone(at=now, by=staff.name),) if conversation.reminder_at else ()


def correct(conversation: Conversation, staff: Staff, corrected: Corrected) -> Sequence[Event]:
    """Return what happens when a colleague puts right what was understood; only what really changes counts."""
    must_be_open(conversation)
    facts = {name: value for name, value in (corrected.facts or {}).items() if conversation.facts.get(name) != value}
    themes = None if corrected.themes == conversation.themes else corrected.themes
    signals = None if corrected.signals == conversation.alarms else corrected.signals
    changed = {"themes": themes, "signals": signals, "facts": facts or None}
    if not any(one is not None for one in changed.values()):
        raise NotAllowed("Er is niets veranderd. Kies eerst wat er anders moet.")
    return (corrected.model_copy(update={"by": staff.name, **changed}),)


def reopen(conversation: Conversation, staff: Staff, reason: str, now: datetime) -> Sequence[Event]:
    """Return what happens when a colleague takes up a closed case again: it is theirs from then on."""
    if conversation.state != "closed":
        raise NotAllowed("Deze vraag is niet gesloten.")
    if conversation.outcome == "withdrawn":
        raise NotAllowed("De bewoner trok deze vraag zelf terug. Alleen de bewoner kan opnieuw beginnen.")
    return (Reopened(at=now, by=staff.name, reason=reason),)


def must_own(conversation: Conversation, staff: Staff) -> None:
    """Raise NotAllowed unless this colleague holds the conversation."""
    if conversation.state != "staff" or conversation.owner != staff.name:
        raise NotAllowed("Pak de vraag eerst op. Daarna kunt u antwoorden of sluiten.")


def must_be_open(conversation: Conversation) -> None:
    """Raise NotAllowed when the case is closed, or was never one."""
    if conversation.state not in ("waiting", "staff"):
        raise NotAllowed("Deze vraag is al gesloten.")


def must_handle(conversation: Conversation, staff: Staff) -> None:
    """Raise NotAllowed when a colleague holds the case, unless this is a coördinator."""
    must_be_open(conversation)
    if conversation.owner not in (None, staff.name) and staff.role != "coordinator":
        raise NotAllowed(f"{conversation.owner} heeft deze vraag al opgepakt.")


def case_of(conversation: Conversation) -> Case | None:
    """Return the conversation as a row of the desk, None when it was never handed over."""
    if conversation.organisation is None or conversation.state is None:
        return None
    assert conversation.opened_at and conversation.since  # noqa: S101, PT018 -- set by the same event as the organisation
    return Case(
        conversation=conversation.id,
        organisation=conversation.organisation,
        state=conversation.state,
        urgent=conversation.urgent,
        owner=conversation.owner,
        themes=conversation.themes,
        signals=conversation.alarms,
        wijk=conversation.facts.get("wijk"),
        language=conversation.language or "nl",
        opened_at=conversation.opened_at,
        last_heard_at=conversation.last_heard_at or conversation.opened_at,
        name=conversation.name,
        outcome=conversation.outcome,
        promised=conversation.promised,
        waits_for="resident" if conversation.state == "staff" and conversation.last_from == "staff" else "staff",
        last_from=conversation.last_from,
        since=conversation.since,
        reminder_at=conversation.reminder_at,
        rule=conversation.rule,
    )
