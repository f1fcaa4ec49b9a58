"""Sends over a channel what has not arrived yet: in order, each at least once, also after a restart."""

import logging
import random
from datetime import datetime, timedelta

from bot.assistant import Assistant, Step
from bot.events import Delivered, Said
from bot.ports import Channel, StoreAway
from bot.problems import name_of

log = logging.getLogger("wegwijs")

_SOONEST = timedelta(seconds=1)
_LATEST = timedelta(hours=1)
_OURS = timedelta(seconds=30)  # longer than it takes to send one, also when the channel hardly answers
_TOO_LATE = timedelta(days=2)  # an answer that comes later than this only puzzles whom it reaches


class GiveUp(Exception):
    """It can never arrive: the resident blocked the bot, or the channel will always refuse it."""


class TryLater(Exception):
    """The channel asks to wait this long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(str(wait))
        self.wait = wait


async def deliver(assistant: Assistant, channel: Channel) -> int:
    """Send what is due and return how much arrived. What failed holds up the rest of its conversation.

    Each is claimed first, so that of several processes one sends it. Should that one die, it is sent again by
    whoever looks first when the claim is over.
    """
    arrived = 0
    began = assistant.clock.now()
    while letter := await assistant.store.claim(channel.name, began, assistant.clock.now() + _OURS):
        conversation, said = letter
        try:
            numbers = await channel.send(conversation, said)
        except Exception as problem:  # whatever a channel throws, nothing is lost
            await _failed(assistant, conversation, said, problem)
        else:
            await _note(assistant, channel, conversation, said, numbers)
            arrived += 1
    return arrived


async def _note(
    assistant: Assistant, channel: Channel, conversation: str, said: Said, numbers: tuple[str, ...]
) -> None:
    """Note that it arrived. Where that cannot be (its events do not add up), it must not be sent for ever."""
    try:
        then = await assistant.act(conversation, _arrived(said, numbers))
    except StoreAway:
        raise
    except Exception as problem:
        log.error("arrived, and could not be noted: %s", name_of(problem))
        now = assistant.clock.now()
        await assistant.store.failed(conversation, said.id, None, now=now, problem=f"arrived:{type(problem).__name__}")
    else:
        if not then.version:  # forgotten while it was sent
            await channel.take_back(conversation, numbers)


def _arrived(said: Said, numbers: tuple[str, ...]) -> Step:
    """Return the step that notes it, unless the conversation was forgotten in the meantime."""
    return lambda now, at: (Delivered(at=at, said=said.id, numbers=numbers),) if now.version else ()


async def _failed(assistant: Assistant, conversation: str, said: Said, problem: Exception) -> None:
    """Note that it did not arrive, and when it is tried again."""
    now = assistant.clock.now()
    retry_at = next_try(problem, said.at, now, random.random())  # noqa: S311 -- spreads, hides nothing
    log.warning("not delivered, %s: %s", "again later" if retry_at else "given up", name_of(problem))
    why = str(problem) if isinstance(problem, GiveUp) else type(problem).__name__
    await assistant.store.failed(conversation, said.id, retry_at, now=now, problem=why)


def next_try(problem: Exception, said_at: datetime, now: datetime, chance: float = 0.5) -> datetime | None:
    """Return when to try again, None for never: as the channel asks, else after as long again as it waits.

    `chance`, from 0 to 1, spreads them by a fifth, so that not all come back at the same moment.
    """
    if isinstance(problem, GiveUp) or now - said_at > _TOO_LATE:
        return None
    if isinstance(problem, TryLater):
        return now + problem.wait
    return now + min(max(now - said_at, _SOONEST), _LATEST) * (0.8 + 0.4 * chance)
