"""What staff can take back for a few seconds (an answer, passing on, closing): a form becomes a step, or NotAllowed."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot import handover
from bot.assistant import Assistant, Step, staff_reply
from bot.contact import hand_over
from bot.conversation import Conversation
from bot.events import Event, Outcome, Passed, Said
from bot.handover import NotAllowed, Staff
from bot.later import passed_on, sent_away
from bot.staff.words import OUTCOMES
from bot.undo import Pending, Undoable
from bot.wording import Wording

LONGEST_ANSWER = 4000  # characters; what a channel can send
LONGEST_NOTE = 2000
_TRIES = 20
_NUMBER = re.compile(r"[0-9a-f]{32}")
_INCOMPLETE = "Dit formulier is niet compleet. Probeer het nog eens."

Form = Mapping[str, str]


class _Moved(Exception):
    """Something happened between reading and writing."""


async def check(assistant: Assistant, pending: Pending) -> None:
    """Raise NotAllowed when this could not be done now; nothing happens yet."""
    known = await assistant.conversation(pending.conversation)
    (await _step(assistant, pending))(known, assistant.clock.now())


async def carry_out(assistant: Assistant, pending: Pending) -> None:
    """Do it; the same one counts once, so that a double click does it once. Raises NotAllowed."""
    step = await _step(assistant, pending)
    if pending.what == "answer":
        number = _number(pending.form)
        await _once(assistant, pending.conversation, lambda event: isinstance(event, Said) and event.id == number, step)
    else:
        await assistant.act(pending.conversation, step)


def pending_id(what: Undoable, form: Form) -> str:
    """Return what makes two of the same click one. Raises NotAllowed."""
    return f"{what}:{_number(form)}"


async def _step(assistant: Assistant, pending: Pending) -> Step:
    match pending.what:
        case "answer":
            return _answer(pending.by, pending.form)
        case "pass":
            return _pass_on(assistant, pending.by, pending.form, await assistant.store.waiting())
        case "close":
            return _close(assistant, pending.by, pending.form)


def _answer(staff: Staff, form: Form) -> Step:
    text, number = written(form.get("text", ""), "Typ eerst een antwoord.", LONGEST_ANSWER), _number(form)

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


def _number(form: Form) -> str:
    number = form.get("number", "")
    if not _NUMBER.fullmatch(number):
        raise NotAllowed(_INCOMPLETE)
    return number


async def _once(assistant: Assistant, conversation: str, is_it: Callable[[Event], bool], step: Step) -> None:
    """Carry out a step unless the event that it gives is there already, or comes at the same moment."""
    for _ in range(_TRIES):
        events = await assistant.store.read(conversation)
        if any(map(is_it, events)):
            return
        try:
            await assistant.act(conversation, _unless_moved(step, len(events)))
        except _Moved:
            continue
        return
    raise NotAllowed("Er gebeurde net veel in dit gesprek. Probeer het nog eens.")


def _unless_moved(step: Step, version: int) -> Step:
    def guarded(known: Conversation, now: datetime) -> Sequence[Event]:
        if known.version != version:
            raise _Moved
        return step(known, now)

    return guarded


def _language(known: Conversation) -> str:
    """Return the language in which the bot spoke last; a colleague goes on in it."""
    return known.reply.language if known.reply else "nl"
