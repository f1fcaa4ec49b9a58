"""Who holds a conversation (bot, waiting, staff, closed) and what may follow. One owner at any time."""

from collections.abc import Sequence
from datetime import datetime

from bot.conversation import Conversation
from bot.events import Claimed, Closed, Event, Outcome
from bot.messages import Value
from bot.ports import Case


class NotAllowed(Exception):
    """What a colleague wanted cannot follow on how the case stands now; the text says why, in Dutch."""


class Staff(Value):
    """A colleague: a name and the organisation (team) whose cases they may see."""

    name: str
    team: str


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


def must_own(conversation: Conversation, staff: Staff) -> None:
    """Raise NotAllowed unless this colleague holds the conversation."""
    if conversation.state != "staff" or conversation.owner != staff.name:
        raise NotAllowed("Pak de vraag eerst op. Daarna kunt u antwoorden of sluiten.")


def case_of(conversation: Conversation) -> Case | None:
    """Return the conversation as a row of the desk, None when it was never handed over."""
    if conversation.organisation is None or conversation.state is None:
        return None
    assert conversation.opened_at  # noqa: S101 -- set by the same event as the organisation
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
    )
