"""One case as a page shows it: the conversation, what is known, where it was referred and why."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from bot.conversation import Conversation, replay
from bot.events import Closed, Consented, Decided, Event, Withdrawn
from bot.handover import Staff
from bot.messages import Value
from bot.staff import words
from bot.staff.access import CaseFile
from bot.staff.grounds import Grounds, grounds
from bot.staff.story import Line, Moment, history, lines
from bot.staff.words import OUTCOMES, Dutch
from referral.model import Refer

Pair = tuple[str, str]  # what it is called, and what it is


class Sheet(Value):
    """All that the page of one case shows."""

    number: str
    who: str
    status: str
    urgent: bool
    can_claim: bool
    can_answer: bool
    alarms: tuple[str, ...]
    themes: tuple[str, ...]
    facts: tuple[Pair, ...]
    contact: tuple[Pair, ...]
    tel: str | None
    language: str
    lines: tuple[Line, ...]
    referral: Grounds | None
    history: tuple[Moment, ...]


def sheet(case: CaseFile, staff: Staff, dutch: Dutch, pushed: AbstractSet[str], now: datetime) -> Sheet:
    """Return a case as a page, in words, as this colleague sees it."""
    known = case.conversation
    return Sheet(
        number=case.number,
        who=words.person(known.name),
        status=status(case, staff, now),
        urgent=known.urgent and known.state != "closed",
        can_claim=known.state == "waiting",
        can_answer=known.state == "staff" and known.owner == staff.name,
        alarms=tuple(words.SIGNALS.get(one, one) for one in alarms(case.events)),
        themes=tuple(map(dutch.theme, known.themes)),
        facts=tuple(dutch.fact(fact, value) for fact, value in known.facts.items()),
        contact=contact(known, case.events, dutch, now),
        tel=telephone(known.reach),
        language=words.language(known.language or words.DUTCH),
        lines=lines(case.events, known.name, known.channel in pushed, now),
        referral=referral(case.events, dutch),
        history=history(case.events, known.name, dutch, now),
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
    agreed = [event for event in events if isinstance(event, Consented)][-1]
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
