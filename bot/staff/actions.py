"""What staff do at once becomes events: a step on the conversation as it stands, or NotAllowed with the reason.

The same form counts once (`once.py`). What they can take back for a few seconds goes by `undoable.py`.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from bot import handover
from bot.assistant import Assistant
from bot.conversation import Conversation
from bot.events import Event
from bot.handover import NotAllowed, Staff
from bot.promise import next_word
from bot.staff.once import UNNUMBERED, Form, act_once
from bot.staff.undoable import LONGEST_NOTE, written
from bot.staff.words import HERE

LONGEST_REMINDER = 200  # characters
_FAR = timedelta(days=366)
_MORNING = time(9, 0)


async def claim(assistant: Assistant, conversation: str, staff: Staff, form: Form = UNNUMBERED) -> None:
    """Take a case. Raises NotAllowed when somebody else was first."""
    await act_once(assistant, conversation, staff, "claim", form, lambda known, now: handover.claim(known, staff, now))


async def assign(assistant: Assistant, conversation: str, staff: Staff, form: Form, people: Collection[str]) -> None:
    """Give a case to one of these colleagues. Raises NotAllowed."""
    to = form.get("to", "")
    if to not in people:
        raise NotAllowed("Kies eerst een collega van dit team.")
    await act_once(
        assistant, conversation, staff, "assign", form, lambda known, now: handover.assign(known, staff, to, now)
    )


async def release(assistant: Assistant, conversation: str, staff: Staff, form: Form = UNNUMBERED) -> None:
    """Put a case back in the queue. Raises NotAllowed when it is a colleague's."""

    def step(known: Conversation, now: datetime) -> Sequence[Event]:
        late_at = next_word(known.organisation or staff.team, assistant.minds.guide, now)
        return handover.release(known, staff, late_at, now)

    await act_once(assistant, conversation, staff, "release", form, step)


async def note(assistant: Assistant, conversation: str, staff: Staff, form: Form) -> None:
    """Write something down for the team. Raises NotAllowed."""
    text = written(form.get("text", ""), "Typ eerst een notitie.", LONGEST_NOTE)
    await act_once(
        assistant, conversation, staff, "note", form, lambda known, now: handover.note(known, staff, text, now)
    )


async def remind(assistant: Assistant, conversation: str, staff: Staff, form: Form) -> None:
    """Set a reminder for the morning of a day. Raises NotAllowed."""
    what = written(form.get("what", ""), None, LONGEST_REMINDER)
    moment = morning_of(form.get("day", ""), assistant.clock.now())
    await act_once(
        assistant,
        conversation,
        staff,
        "remind",
        form,
        lambda known, now: handover.remind(known, staff, moment, what, now),
    )


async def reminded(assistant: Assistant, conversation: str, staff: Staff, form: Form = UNNUMBERED) -> None:
    """Take the reminder away."""
    await act_once(
        assistant,
        conversation,
        staff,
        "reminded",
        form,
        lambda known, now: handover.remind(known, staff, None, "", now),
    )


async def reopen(assistant: Assistant, conversation: str, staff: Staff, form: Form) -> None:
    """Take up a closed case again. Raises NotAllowed."""
    reason = written(form.get("reason", ""), "Schrijf eerst waarom u de vraag opnieuw opent.", LONGEST_NOTE)
    await act_once(
        assistant, conversation, staff, "reopen", form, lambda known, now: handover.reopen(known, staff, reason, now)
    )


def morning_of(day: str, now: datetime) -> datetime:
    """Return nine o'clock of a day as a form sends it (2026-12-01). Raises NotAllowed unless it lies ahead."""
    try:
        on = date.fromisoformat(day)
    except ValueError as wrong:
        raise NotAllowed("Kies eerst een dag.") from wrong
    today = now.astimezone(HERE).date()
    if not today < on <= today + _FAR:
        raise NotAllowed("Kies een dag na vandaag, binnen een jaar.")
    return datetime.combine(on, _MORNING, HERE)
