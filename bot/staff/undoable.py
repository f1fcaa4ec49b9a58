"""What staff can take back for a few seconds (an answer, passing on, closing): a form becomes a step, or NotAllowed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import handover
from bot.assistant import Assistant, Step, staff_reply
from bot.contact import hand_over
from bot.conversation import Conversation
from bot.events import Event, Outcome, Passed
from bot.handover import NotAllowed, Staff
from bot.later import passed_on, sent_away
from bot.staff.once import Form, mark_of, once
from bot.staff.words import OUTCOMES
from bot.undo import Pending, Undoable
from bot.wording import Wording

LONGEST_ANSWER = 4000  # characters; what a channel can send
LONGEST_NOTE = 2000


async def check(assistant: Assistant, pending: Pending) -> None:
    """Raise NotAllowed when this could not be done now; nothing happens yet."""
    known = await assistant.conversation(pending.conversation)
    (await _step(assistant, pending))(known, assistant.clock.now())


async def carry_out(assistant: Assistant, pending: Pending) -> None:
    """Do it; the same form counts once, so that a double click does it once. Raises NotAllowed."""
    await assistant.act(pending.conversation, await _step(assistant, pending))


def pending_id(what: Undoable, who: str, form: Form) -> str:
    """Return what makes two of the same click one. Raises NotAllowed."""
    return f"{what}:{mark_of(what, who, form)}"


async def _step(assistant: Assistant, pending: Pending) -> Step:
    return once(pending.what, pending.by.name, pending.form, await _step_of(assistant, pending))


async def _step_of(assistant: Assistant, pending: Pending) -> Step:
    match pending.what:
        case "answer":
            return _answer(pending.by, pending.form)
        case "pass":
            return _pass_on(assistant, pending.by, pending.form, await assistant.store.waiting())
        case "close":
            return _close(assistant, pending.by, pending.form)


def _answer(staff: Staff, form: Form) -> Step:
    text = written(form.get("text", ""), "Typ eerst een antwoord.", LONGEST_ANSWER)
    number = mark_of("answer", staff.name, form)

    def step(known: Conversation, now: datetime) -> Sequence[Event]:
        handover.must_own(known, staff)
        return (staff_reply(text, staff.name, now, number, _language(known)),)

    return step


def _close(assistant: Assistant, staff: Staff, form: Form) -> Step:
    outcome, note = _outcome(form.get("outcome", "")), written(form.get("note", ""), None, LONGEST_NOTE)

    def step(known: Conversation, now: datetime) -> Sequence[Event]:
        closed = handover.close(known, staff, outcome, note, now)
        return (*closed, *sent_away(known, outcome, assistant.minds, now))

    return step


def _pass_on(assistant: Assistant, staff: Staff, form: Form, queues: Mapping[str, int]) -> Step:
    organisation = form.get("organisation", "")
    if organisation not in assistant.minds.guide.organisations:
        raise NotAllowed("Kies eerst naar welke organisatie de vraag gaat.")
    reason = written(form.get("reason", ""), "Schrijf eerst waarom u de vraag doorgeeft.", LONGEST_NOTE)
    if form.get("agreed") != "yes":
        raise NotAllowed("Vraag eerst aan de bewoner of het goed is. Zet dan het vinkje.")

    def step(known: Conversation, now: datetime) -> Sequence[Event]:
        words = Wording(assistant.minds.phrases, assistant.minds.guide, known.answered_in, now)
        there = hand_over(organisation, words, waiting=queues.get(organisation, 0))
        passed = Passed(
            at=now,
            by=staff.name,
            organisation=organisation,
            reason=reason,
            misroute=form.get("misroute") == "yes",
            promised=there.promised,
            late_at=there.late_at,
        )
        return (*handover.pass_on(known, staff, passed), *passed_on(known, there, words))

    return step


def written(text: str, if_empty: str | None, longest: int) -> str:
    """Return what was typed in a form without the signs that no screen shows. Raises NotAllowed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in text if sign in "\n\t" or sign >= " ").strip()
    if not text and if_empty:
        raise NotAllowed(if_empty)
    if len(text) > longest:
        raise NotAllowed(f"Deze tekst heeft hoogstens {longest} tekens. Dit zijn er {len(text)}.")
    return text


def _outcome(chosen: str) -> Outcome:
    outcome = next((one for one in OUTCOMES if one == chosen), None)
    if outcome is None:
        raise NotAllowed("Kies eerst hoe het afliep.")
    return outcome


def _language(known: Conversation) -> str:
    """Return the language in which the bot spoke last; a colleague goes on in it."""
    return known.reply.language if known.reply else "nl"
