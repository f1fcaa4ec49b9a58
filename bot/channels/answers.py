"""What is said with a message, for the channels that fetch it themselves (REST, terminal)."""

from collections.abc import Iterable

from bot.assistant import Assistant
from bot.conversation import replay
from bot.events import Event, Heard, Said
from bot.phrases import DUTCH
from bot.ports import StoreAway


async def language_of(conversation: str, assistant: Assistant) -> str:
    """Return the language to say something in before a turn is taken; Dutch when it is not known."""
    try:
        events = await assistant.store.read(conversation)
    except StoreAway:
        return DUTCH
    return assistant.minds.phrases.spoken(replay(conversation, events).answered_in)


def said_with(message: str, events: Iterable[Event]) -> tuple[Said, ...]:
    """Return what was said unasked since the message before this one, then what answers it.

    It follows from the events alone, so that a request sent twice is answered the same.
    """
    unasked: list[Said] = []
    answers: list[Said] = []
    is_heard = False
    for event in events:
        match event:
            case Heard():
                is_heard = is_heard or event.id == message
                unasked = unasked if is_heard else []
            case Said(answers=None) if not is_heard:
                unasked.append(event)
            case Said() if event.answers == message:
                answers.append(event)
            case _:
                pass
    return (*unasked, *answers)
