"""Tells open pages which cases changed, over server-sent events: numbers only, no content."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress

from bot.handover import Staff
from bot.messages import Value
from bot.ports import Changes, StoreAway
from bot.queue import Wanted, topic
from bot.staff.access import Door

BEAT = 15.0  # seconds between signs of life
_TOGETHER = 0.3  # seconds; what changes in them becomes one event
_ALL = "*"
_MOST = 50  # urgent ones; who has more hears of the next when these are done


class Pulse(Value):
    """What a colleague must not miss: how many questions are new, and the numbers of those that are urgent."""

    new: int
    urgent: frozenset[str]


Feel = Callable[[], Awaitable[Pulse]]


async def pulse(door: Door, staff: Staff) -> Pulse:
    """Return how it stands now: urgent is what is new, and what this colleague holds and must answer."""
    new, mine = Wanted(teams=(), tab="nieuw"), Wanted(teams=(), tab="mij")
    (number,) = await door.count(staff, new)
    pressing = [one.model_copy(update={"urgent": True}) for one in (new, mine)]
    cases = [case for one in pressing for case in await door.cases(staff, one, limit=_MOST)]
    return Pulse(new=number, urgent=frozenset(case.number for case in cases))


async def changes(
    changed: Changes,
    teams: Iterable[str],
    feel: Feel,
    is_in: Callable[[], bool],
    shutdown: asyncio.Event,
    beat: float = BEAT,
) -> AsyncIterator[str]:
    """Give an event each time cases of these teams changed, until the colleague is out or the server stops.

    It begins with the numbers of what is urgent, and gives them again when they are others. What no bell told
    shows in the pulse: anything may have changed then. It ends as well when the database is away; the page
    tries again by itself.
    """
    with suppress(StoreAway):
        async with changed.subscribe(*map(topic, teams)) as listener:
            before = await feel()
            yield _event("urgent", before.urgent)
            while not shutdown.is_set() and is_in():
                rung = await _rung(listener, shutdown, beat)
                now = await feel()
                yield _told(rung, before, now)
                before = now
        if not shutdown.is_set():
            yield _event("ended", ())


def _told(rung: AbstractSet[str], before: Pulse, now: Pulse) -> str:
    """Return what an open page hears of this."""
    anything = _ALL in rung or (not rung and now != before)
    numbers = [_ALL] if anything else list(rung)
    changed = _event("changed", numbers) if numbers else ""
    urgent = _event("urgent", now.urgent) if now.urgent != before.urgent else ""
    return changed + urgent or _SIGN_OF_LIFE


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


_SIGN_OF_LIFE = ": wegwijs\n\n"


def _event(name: str, numbers: Iterable[str]) -> str:
    return f"event: {name}\ndata: {json.dumps(sorted(numbers))}\n\n"
