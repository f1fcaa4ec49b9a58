"""Tells elsewhere what is due: each at least once, again with ever longer waits, and given up where people see it."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import httpx

from bot.deliveries import Deliveries, Delivery, Keep, Kind
from bot.elsewhere.problems import Failed, Refused
from bot.ports import Clock, StoreAway

log = logging.getLogger("wegwijs")

Note = Callable[[Delivery], Awaitable[None]]  # in the audit log, before it goes out

WAITS = tuple(
    timedelta(minutes=minutes) for minutes in (0.5, 2, 10, 30, 60, 2 * 60, 4 * 60, 8 * 60, 12 * 60, 12 * 60, 12 * 60)
)  # after the first failure, the second, …; then it is given up: two days after it was due
_OURS: Mapping[Kind, timedelta] = {  # longer than one delivery can take; should we die, it is told again after that
    "webhook": timedelta(seconds=30),
    "mail": timedelta(minutes=2),
    "klantinteracties": timedelta(minutes=5),
}


class Carrier(Protocol):
    """Tells one kind of place."""

    async def carry(self, delivery: Delivery, keep: Keep) -> None:
        """Tell it; `keep` keeps how far it got. Raises Failed."""
        ...


class Courier:
    """Brings deliveries to their places. A place that fails holds up no other place."""

    def __init__(
        self,
        deliveries: Deliveries,
        carriers: Mapping[Kind, Carrier],
        clock: Clock,
        note: Note,
        chance: Callable[[], float] = random.random,
        net: httpx.AsyncClient | None = None,
    ) -> None:
        self._deliveries = deliveries
        self._carriers = carriers
        self._clock = clock
        self._note = note
        self._chance = chance
        self._net = net

    async def run_due(self) -> int:
        """Tell what is due and return how much was told. Raises StoreAway."""
        places = await self._deliveries.places(self._clock.now())
        rounds = await asyncio.gather(*(self._round(*place) for place in places), return_exceptions=True)
        told = 0
        for one in rounds:
            if isinstance(one, BaseException):
                raise one
            told += one
        return told

    async def close(self) -> None:
        """Let go of the connections."""
        if self._net:
            await self._net.aclose()

    async def _round(self, kind: Kind, place: str) -> int:
        """Tell one place what is due, and return how much; the rest waits when the place does not answer."""
        told = 0
        for delivery in await self._deliveries.due(kind, place, self._clock.now()):
            ours = await self._deliveries.start(delivery, self._clock.now() + _OURS[kind])
            if ours is None:
                continue
            problem = await self._problem(ours)
            if problem is None:
                await self._deliveries.finish(ours)
                told += 1
                continue
            await self._failed(ours, problem)
            if not isinstance(problem, Refused):
                break
        return told

    async def _problem(self, delivery: Delivery) -> Failed | None:
        """Tell it, and return why that failed, None when it did not."""
        try:
            if (carrier := self._carriers.get(delivery.kind)) is None:
                raise Refused("no_such_place")
            await self._note(delivery)
            await carrier.carry(delivery, partial(self._deliveries.keep, delivery))
        except Failed as problem:
            return problem
        except StoreAway:
            raise
        except Exception as surprise:  # whatever it is, the others go on
            return Failed("surprise", type(surprise).__name__)
        return None

    async def _failed(self, delivery: Delivery, problem: Failed) -> None:
        never = isinstance(problem, Refused)
        again = None if never else retry_at(delivery.attempts, self._clock.now(), self._chance())
        log.warning("not told to %s, %s: %s", delivery.place, "again later" if again else "given up", problem.problem)
        await self._deliveries.fail(delivery, problem.problem, again)


def retry_at(attempts: int, now: datetime, chance: float) -> datetime | None:
    """Return when to try again after so many attempts, None for never.

    `chance`, from 0 to 1, spreads them by a fifth, so that not all come back at the same moment.
    """
    if attempts > len(WAITS):
        return None
    return now + WAITS[attempts - 1] * (0.8 + 0.4 * chance)
