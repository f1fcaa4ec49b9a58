"""What staff do becomes events: a step on the conversation as it stands, or NotAllowed with the reason."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from bot import handover
from bot.assistant import Assistant, Step, staff_reply
from bot.conversation import Conversation
from bot.events import Event, Said
from bot.handover import NotAllowed, Staff
from bot.later import sent_away
from bot.staff.words import OUTCOMES

LONGEST_ANSWER = 4000  # characters; what a channel can send
LONGEST_NOTE = 2000
_TRIES = 20
_NUMBER = re.compile(r"[0-9a-f]{32}")


class _Moved(Exception):
    """Something happened between reading and writing."""


async def claim(assistant: Assistant, conversation: str, staff: Staff) -> None:
    """Take a case. Raises NotAllowed when somebody else was first."""
    await assistant.act(conversation, lambda now_is, now: handover.claim(now_is, staff, now))


async def answer(assistant: Assistant, conversation: str, staff: Staff, number: str, text: str) -> None:
    """Say something to the resident; the same number counts once, so that a double click says it once."""
    text = cleaned(text)
    if not _NUMBER.fullmatch(number):
        raise NotAllowed("Dit formulier is niet compleet. Probeer het nog eens.")
    if not text:
        raise NotAllowed("Typ eerst een antwoord.")
    if len(text) > LONGEST_ANSWER:
        raise NotAllowed(f"Een antwoord heeft hoogstens {LONGEST_ANSWER} tekens. Dit zijn er {len(text)}.")

    def step(known: Conversation, now: datetime) -> Sequence[Event]:
        handover.must_own(known, staff)
        return (staff_reply(text, staff.name, now, number, _language(known)),)

    await _once(assistant, conversation, lambda event: isinstance(event, Said) and event.id == number, step)


async def close(assistant: Assistant, conversation: str, staff: Staff, chosen: str, note: str) -> None:
    """Close a case with what came of it. Raises NotAllowed without an outcome, and unless it is theirs."""
    note = cleaned(note)
    outcome = next((one for one in OUTCOMES if one == chosen), None)
    if outcome is None:
        raise NotAllowed("Kies eerst hoe het afliep.")
    if len(note) > LONGEST_NOTE:
        raise NotAllowed(f"Een notitie heeft hoogstens {LONGEST_NOTE} tekens. Dit zijn er {len(note)}.")

    def step(known: Conversation, now: datetime) -> Sequence[Event]:
        closed = handover.close(known, staff, outcome, note, now)
        return (*closed, *sent_away(known, outcome, assistant.minds, now))

    await assistant.act(conversation, step)


def cleaned(text: str) -> str:
    """Return what was typed in a form, without the signs that no screen shows."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in text if sign in "\n\t" or sign >= " ").strip()


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
