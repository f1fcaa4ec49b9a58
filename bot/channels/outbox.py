"""Sends over a channel what has not arrived yet: in order, each at least once, also after a restart."""

import logging
from datetime import datetime, timedelta

from bot.assistant import Assistant, Step
from bot.channels.problems import name_of
from bot.events import Delivered, Said
from bot.ports import Channel

log = logging.getLogger("wegwijs")

_SOONEST = timedelta(seconds=1)
_LATEST = timedelta(hours=1)
_TOO_LATE = timedelta(days=2)  # an answer that comes later than this only puzzles whom it reaches


class GiveUp(Exception):
    """It can never arrive: the resident blocked the bot, or the channel will always refuse it."""


class TryLater(Exception):
    """The channel asks to wait this long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(str(wait))
        self.wait = wait


async def deliver(assistant: Assistant, channel: Channel) -> int:
    """Send what is due and return how much arrived. What failed holds up the rest of its conversation."""
    arrived = 0
    held_up: set[str] = set()
    for conversation, said in await assistant.store.undelivered(channel.name, now=assistant.clock.now()):
        if conversation in held_up:
            continue
        try:
            numbers = await channel.send(conversation, said)
        except Exception as problem:  # whatever a channel throws, nothing is lost
            if await _failed(assistant, conversation, said, problem):
                held_up.add(conversation)
        else:
            then = await assistant.act(conversation, _arrived(said, numbers))
            if not then.version:  # forgotten while it was sent
                await channel.take_back(conversation, numbers)
            arrived += 1
    return arrived


def _arrived(said: Said, numbers: tuple[str, ...]) -> Step:
    """Return the step that notes it, unless the conversation was forgotten in the meantime."""
    return lambda now, at: (Delivered(at=at, said=said.id, numbers=numbers),) if now.version else ()


async def _failed(assistant: Assistant, conversation: str, said: Said, problem: Exception) -> bool:
    """Note that it did not arrive, and tell whether it will be tried again."""
    retry_at = next_try(problem, said.at, assistant.clock.now())
    log.warning("not delivered, %s: %s", "again later" if retry_at else "given up", name_of(problem))
    await assistant.store.failed(conversation, said.id, retry_at)
    return retry_at is not None


def next_try(problem: Exception, said_at: datetime, now: datetime) -> datetime | None:
    """Return when to try again, None for never: as the channel asks, else after as long again as it waits."""
    if isinstance(problem, GiveUp) or now - said_at > _TOO_LATE:
        return None
    if isinstance(problem, TryLater):
        return now + problem.wait
    return now + min(max(now - said_at, _SOONEST), _LATEST)
