"""What is said with a message, for the channels that fetch it themselves (REST, terminal)."""

from collections.abc import Iterable

from bot.events import Event, Heard, Said


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
