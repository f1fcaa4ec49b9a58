"""One case as a page shows it: the conversation, what is known, where it was referred and why."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from math import ceil
from typing import TypeGuard

from bot.conversation import Conversation, replay
from bot.events import (
    Closed,
    Consented,
    Decided,
    Event,
    HandedOver,
    Noted,
    Passed,
    ReminderDone,
    ReminderSet,
    Withdrawn,
)
from bot.handover import Staff
from bot.messages import Value
from bot.staff import words
from bot.staff.access import CaseFile
from bot.staff.beside import Beside
from bot.staff.correcting import Correctable, correctable, renewed
from bot.staff.grounds import Grounds, grounds
from bot.staff.known import Known, known
from bot.staff.story import Line, Moment, history, lines
from bot.staff.words import OUTCOMES, Dutch
from bot.undo import Pending, Undoable
from referral.model import Refer

Pair = tuple[str, str]  # what it is called, and what it is


class Note(Value):
    """What a colleague wrote down for the team."""

    who: str
    at: str
    text: str


class Waits(Value):
    """Something that is still to be carried out. `left` is in seconds; `mine` can be taken back by who looks."""

    id: str
    what: Undoable
    who: str
    text: str
    left: int
    mine: bool
    problem: str | None


class Sheet(Value):
    """All that the page of one case shows."""

    number: str
    who: str
    status: str
    urgent: bool
    can_claim: bool
    can_answer: bool
    can_handle: bool
    can_reopen: bool
    is_open: bool
    alarms: tuple[str, ...]
    themes: tuple[str, ...]
    known: tuple[Known, ...]
    corrected_by: str | None
    contact: tuple[Pair, ...]
    tel: str | None
    language: str
    lines: tuple[Line, ...]
    referral: Grounds | None
    renewed: Grounds | None
    correctable: Correctable
    history: tuple[Moment, ...]
    notes: tuple[Note, ...]
    reminder: str | None
    pending: tuple[Waits, ...]
    beside: Beside


def sheet(
    case: CaseFile, staff: Staff, dutch: Dutch, pushed: AbstractSet[str], now: datetime, beside: Beside | None = None
) -> Sheet:
    """Return a case as a page, in words, as this colleague sees it."""
    then, events = case.conversation, ours(case.events)
    things = known(case.events, now, dutch)
    is_open, beside = then.state in ("waiting", "staff"), beside or Beside()
    return Sheet(
        number=case.number,
        who=words.person(then.name),
        status=status(case, staff, now),
        urgent=then.urgent and then.state != "closed",
        can_claim=then.state == "waiting",
        can_answer=then.state == "staff" and then.owner == staff.name,
        can_handle=is_open and (then.owner in (None, staff.name) or staff.role == "coordinator"),
        can_reopen=then.state == "closed" and then.outcome != "withdrawn",
        is_open=is_open,
        alarms=tuple(words.SIGNALS.get(one, one) for one in alarms(case.events)),
        themes=tuple(map(dutch.theme, then.themes)),
        known=things,
        corrected_by=next((one.by for one in things if one.label == "Onderwerp" and one.by), None),
        contact=contact(then, case.events, dutch, now),
        tel=telephone(then.reach),
        language=words.language(then.language or words.DUTCH),
        lines=lines(case.events, then.name, then.channel in pushed, now),
        referral=referral(case.events, dutch),
        renewed=renewed(case.events, then, dutch, now.date()),
        correctable=correctable(case.events, then, dutch, now),
        history=history(events, then.name, dutch, now),
        notes=tuple(Note(who=one.by, at=words.moment(one.at, now), text=one.text) for one in events if is_note(one)),
        reminder=reminder(then),
        pending=pending(beside, staff, now),
        beside=beside,
    )


def ours(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return what the team may read of what staff wrote: notes stay with the team that wrote them."""
    team, theirs = None, 0
    for number, event in enumerate(events):
        if isinstance(event, HandedOver | Passed) and event.organisation != team:
            team, theirs = event.organisation, number
    return tuple(one for number, event in enumerate(events) if (one := _shown(event, number >= theirs)) is not None)


def _shown(event: Event, is_ours: bool) -> Event | None:
    match event:
        case Noted() | ReminderSet() | ReminderDone() if not is_ours:
            return None
        case Closed() if not is_ours:
            return event.model_copy(update={"note": ""})
        case _:
            return event


def is_note(event: Event) -> TypeGuard[Noted]:
    """Tell whether this is a note for the team."""
    return isinstance(event, Noted)


def reminder(then: Conversation) -> str | None:
    """Return what is to be remembered, and when."""
    if then.reminder_at is None:
        return None
    day = words.day(then.reminder_at.astimezone(words.HERE).date())
    return f"{day}: {then.reminder}" if then.reminder else day


def pending(beside: Beside, staff: Staff, now: datetime) -> tuple[Waits, ...]:
    """Return what is still to be carried out; what could not be is only for who did it."""
    shown = (one for one in beside.pending if one.problem is None or one.by.name == staff.name)
    return tuple(waits(one, staff, now) for one in shown)


def waits(pending: Pending, staff: Staff, now: datetime) -> Waits:
    """Return something that is still to be carried out, in words."""
    left = max(0, ceil((pending.due - now).total_seconds()))
    mine = pending.by.name == staff.name
    field = {"answer": "text", "pass": "reason", "close": "note"}[pending.what]
    return Waits(
        id=pending.id,
        what=pending.what,
        who=pending.by.name,
        text=pending.form.get(field, "") if mine else "",
        left=left,
        mine=mine,
        problem=pending.problem,
    )


def status(case: CaseFile, staff: Staff, now: datetime) -> str:
    """Tell how a case stands and who has it."""
    known = case.conversation
    assert known.opened_at  # noqa: S101 -- every case was handed over at some moment
    match known.state:
        case "waiting":
            return f"Wacht {words.span(now - known.opened_at)}. Nog niemand heeft deze vraag opgepakt."
        case "staff" if known.owner == staff.name:
            return "U heeft deze vraag opgepakt."
        case "staff":
            return f"{known.owner} heeft deze vraag opgepakt."
        case _:
            return closed(case.events, now)


def closed(events: Sequence[Event], now: datetime) -> str:
    """Tell who closed a case, when and with what."""
    last = [event for event in events if isinstance(event, Closed | Withdrawn)][-1]
    at = words.moment(last.at, now)
    if isinstance(last, Withdrawn):
        return f"De bewoner trok de vraag terug, {at}."
    return f"Gesloten door {last.by}, {at}: {OUTCOMES[last.outcome].lower()}."


def alarms(events: Sequence[Event]) -> tuple[str, ...]:
    """Return every signal that was told before the case was last closed, also when it is closed now."""
    told = events[:-1] if events and isinstance(events[-1], Closed | Withdrawn) else events
    return replay("", told).alarms


def contact(known: Conversation, events: Sequence[Event], dutch: Dutch, now: datetime) -> tuple[Pair, ...]:
    """Return how staff may reach the resident, and what the resident agreed to."""
    agreed = [event for event in events if isinstance(event, Consented | Passed)][-1]
    consent = f"{dutch.organisation(agreed.organisation)} mag meelezen ({words.moment(agreed.at, now)})"
    return (
        ("Naam", known.name or "Niet gegeven"),
        ("Bereikbaar via", known.reach or "Alleen in deze chat"),
        ("Kanaal", words.CHANNELS.get(known.channel, known.channel)),
        ("Taal", words.language(known.language or words.DUTCH)),
        ("Toestemming", consent),
    )


def telephone(reach: str | None) -> str | None:
    """Return what a click on the reach opens: a call or a mail, None when it is neither."""
    if not reach:
        return None
    if "@" in reach:
        return f"mailto:{reach}"
    return "tel:" + "".join(sign for sign in reach if sign.isdigit() or sign == "+")


def referral(events: Sequence[Event], dutch: Dutch) -> Grounds | None:
    """Return the last referral with its grounds, None when there was none."""
    for number in range(len(events), 0, -1):
        if (found := referred(events, number, dutch)) is not None:
            return found
    return None


def referred(events: Sequence[Event], number: int, dutch: Dutch) -> Grounds | None:
    """Return the referral that the event of this number (from 1) gave, None when it gave none."""
    event = events[number - 1]
    if isinstance(event, Decided) and isinstance(event.decision, Refer) and event.decision.referrals:
        return grounds(event, event.decision, replay("", events[: number - 1]), dutch)
    return None


def answer(events: Sequence[Event], receipt: str, dutch: Dutch) -> Grounds | None:
    """Return the referral of this number with its grounds, None when it is not in the conversation."""
    for number, event in enumerate(events, 1):
        if isinstance(event, Decided) and event.receipt == receipt:
            return referred(events, number, dutch)
    return None
