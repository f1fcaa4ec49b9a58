"""Taking the bot's own messages out of a chat, where somebody may look over the resident's shoulder."""

import contextlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.events import Delivered, Event, Heard, Said
from bot.messages import read_payload
from telegram import Bot
from telegram.error import BadRequest

_REMOVABLE = timedelta(hours=48)  # after this Telegram keeps it: https://core.telegram.org/bots/api#deletemessage
_MOST = 100  # messages that Telegram deletes at once


def asks_removal(said: Said, events: Iterable[Event]) -> bool:
    """Tell whether this answers the button that takes our messages away."""
    return any(
        isinstance(event, Heard) and event.id == said.answers and read_payload(event.text) == ("remove", {})
        for event in events
    )


def removable(events: Iterable[Event], now: datetime) -> tuple[int, ...]:
    """Return Telegram's numbers of what we said, as far as it is young enough to be deleted."""
    young = (event for event in events if isinstance(event, Delivered) and now - event.at < _REMOVABLE)
    return tuple(int(number) for event in young for number in event.numbers)


async def remove(bot: Bot, chat: int, numbers: Sequence[int]) -> None:
    """Delete messages; those that Telegram will not delete stay. Raises TelegramError when it must be tried again."""
    for first in range(0, len(numbers), _MOST):
        some = numbers[first : first + _MOST]
        try:
            await bot.delete_messages(chat, some)
        except BadRequest:  # one of them stands in the way of the others
            for number in some:
                with contextlib.suppress(BadRequest):
                    await bot.delete_message(chat, number)
