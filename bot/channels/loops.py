"""Doing something again and again until we must stop, whatever fails meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.problems import name_of

log = logging.getLogger("wegwijs")

Result = TypeVar("Result")


async def unless(stop: asyncio.Event, awaitable: Awaitable[Result]) -> Result | None:
    """Return what is awaited, or None when `stop` is set first; then the waiting is cancelled."""
    task = asyncio.ensure_future(awaitable)
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        stopped.cancel()


async def again_and_again(
    step: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    rest_after: Callable[[Exception, int], float],
) -> None:
    """Take a step until `stop` is set; rest after a failure. `rest_after` is told how many there were."""
    failures = 0
    while not stop.is_set():
        try:
            await step()
            failures = 0
        except Exception as problem:  # a loop never dies
            failures += 1
            log.warning("again later: %s", name_of(problem))
            await unless(stop, asyncio.sleep(rest_after(problem, failures)))
