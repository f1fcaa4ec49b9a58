"""Tells the open pages of a team which cases changed, over server-sent events: numbers only, no content."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress

from bot.ports import Case, Changes, StoreAway
from bot.staff.access import case_number

BEAT = 15.0  # seconds between signs of life; also how late a change by another process is seen
_TOGETHER = 0.3  # seconds; what changes in them becomes one event

Cases = Callable[[], Awaitable[tuple[Case, ...]]]
Open = Mapping[str, Case]  # the open cases of the team, by conversation


async def changes(
    changed: Changes, cases: Cases, is_in: Callable[[], bool], shutdown: asyncio.Event, beat: float = BEAT
) -> AsyncIterator[str]:
    """Give an event each time cases of the team changed, until the colleague is out or the server stops.

    It ends as well when the database is away; the page tries again by itself.
    """
    with suppress(StoreAway):
        async with changed.subscribe("*") as listener:
            before = _by_conversation(await cases())
            yield _SIGN_OF_LIFE
            while not shutdown.is_set() and is_in():
                rung = await _rung(listener, shutdown, beat)
                now = _by_conversation(await cases())
                numbers = sorted(map(case_number, _changed(before, now, rung)))
                yield _event("changed", numbers) if numbers else _SIGN_OF_LIFE
                before = now
        if not shutdown.is_set():
            yield _event("ended", [])


async def _rung(listener: AsyncIterator[str], shutdown: asyncio.Event, beat: float) -> AbstractSet[str]:
    """Wait until something changed, the server stops or a sign of life is due; return what changed."""
    rung: set[str] = set()
    tasks = [asyncio.create_task(_collect(listener, rung)), asyncio.create_task(shutdown.wait())]
    try:
        await asyncio.wait(tasks, timeout=beat, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return rung


async def _collect(listener: AsyncIterator[str], rung: set[str]) -> None:
    """Add what changed to `rung`, and what changes shortly after."""
    rung.add(await anext(listener))
    try:
        async with asyncio.timeout(_TOGETHER):
            while True:
                rung.add(await anext(listener))
    except TimeoutError:
        return


def _changed(before: Open, now: Open, rung: AbstractSet[str]) -> AbstractSet[str]:
    """Return the conversations of the team that are not what they were; "*": each may have changed."""
    both = before.keys() | now.keys()
    return {one for one in both if one in rung or "*" in rung or before.get(one) != now.get(one)}


def _by_conversation(cases: tuple[Case, ...]) -> Open:
    return {case.conversation: case for case in cases}


_SIGN_OF_LIFE = ": wegwijs\n\n"


def _event(name: str, numbers: list[str]) -> str:
    return f"event: {name}\ndata: {json.dumps(numbers)}\n\n"
