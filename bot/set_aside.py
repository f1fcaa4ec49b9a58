"""What becomes of a message that cannot be taken: it is kept, masked, and the resident hears how to reach a person."""

import re
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from bot.conversation import Conversation, replay
from bot.events import Event, Heard, Said
from bot.masking import mask
from bot.messages import Choice, Incoming, Part, Reply, payload
from bot.phrases import DUTCH, Phrases
from intents.model import Understanding
from intents.normalise import guard

_OWN = re.compile(r"\d|\S*@\S*")  # what can identify somebody, and much that does not


class EndsTheProcess(Exception):
    """A message that the process died of again and again."""


def aside(incoming: Incoming, then: Conversation | None, problem: str, phrases: Phrases, now: datetime) -> list[Event]:
    """Return what is kept of a message that cannot be taken, and what is said to it.

    `then` is the conversation before it, None when that itself cannot be read back. A colleague who holds the
    conversation answers instead.
    """
    asked = incoming.language if incoming.language in phrases.languages else None
    language = (then and (then.answered_in or then.language)) or asked or DUTCH
    understood = Understanding(language=language.partition("-")[0])
    heard = Heard(at=now, id=incoming.id, text=_masked(incoming.text), understanding=understood, stumbled=problem)
    if then and then.held_by_staff:
        return [heard]
    spoken = phrases.spoken(language)
    person = Choice(title=phrases("choice.human", spoken), payload=payload("human"))
    part = Part(kind="text", text=phrases("set_aside", spoken))
    reply = Reply(parts=(part,), choices=(person,), language=spoken)
    number = uuid5(NAMESPACE_URL, f"reply-to:{incoming.id}").hex
    return [heard, Said(at=now, id=number, reply=reply, answers=incoming.id)]


def read_anew(events: tuple[Event, ...], of: str) -> tuple[Event, ...]:
    """Return what came of a message that was set aside before, with its number where it is heard."""
    return tuple(event.model_copy(update={"again": of}) if isinstance(event, Heard) else event for event in events)


def replayed(conversation: str, events: tuple[Event, ...]) -> Conversation | None:
    """Return a conversation as it stands, None when its own events cannot be added up."""
    try:
        return replay(conversation, events)
    except Exception:
        return None


def _masked(text: str) -> str:
    """Return a text masked; should masking be what fails, without every digit and e-mail address."""
    try:
        return mask(guard(text))
    except Exception:
        safe = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
        return _OWN.sub("█", safe[:1000])
