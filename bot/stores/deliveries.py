"""Keeps what must be told elsewhere: put there with the events that cause it, and forgotten with their conversation."""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, not_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import Delivery, Kind, Standing, Wake
from bot.stores.engines import Engines, to_the_end
from bot.stores.tables.sending import DELIVERIES

_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}  # each its own "on conflict"


async def put(connection: AsyncConnection, found: Sequence[Delivery | Wake]) -> None:
    """Keep deliveries, each id once, and wake those that can tell more now."""
    for one in found:
        if isinstance(one, Wake):
            await _wake(connection, one)
        else:
            insert = _INSERTS[connection.dialect.name](DELIVERIES).values(**_columns(one))
            await connection.execute(insert.on_conflict_do_nothing())


async def _wake(connection: AsyncConnection, wake: Wake) -> None:
    """Make due what was handed over, or is just being; what still waits for its first try comes anyway."""
    theirs = and_(DELIVERIES.c.conversation == wake.conversation, DELIVERIES.c.kind == "klantinteracties")
    comes = and_(DELIVERIES.c.standing == "waiting", DELIVERIES.c.attempts == 0)
    again = {"standing": "waiting", "next_try_at": wake.at, "attempts": 1}  # one: later news is to wake it as well
    await connection.execute(update(DELIVERIES).where(theirs, not_(comes)).values(**again))


async def take_out(connection: AsyncConnection, conversation: str) -> None:
    """Erase what is of a conversation."""
    await connection.execute(delete(DELIVERIES).where(DELIVERIES.c.conversation == conversation))


class SqlDeliveries:
    """The Deliveries over the engines of a SqlStore."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def places(self, now: datetime) -> tuple[tuple[Kind, str], ...]:
        """Return the places for which something is due."""
        each = select(DELIVERIES.c.kind, DELIVERIES.c.place).where(_due(now)).distinct()
        async with self._engines.reading() as connection:
            return tuple((kind, place) for kind, place in await connection.execute(each))

    async def due(self, kind: Kind, place: str, now: datetime, limit: int = 50) -> tuple[Delivery, ...]:
        """Return what is due for a place, the first due first."""
        theirs = select(DELIVERIES).where(_due(now), DELIVERIES.c.kind == kind, DELIVERIES.c.place == place)
        return await self._read(theirs.order_by(DELIVERIES.c.next_try_at, DELIVERIES.c.made_at).limit(limit))

    @to_the_end
    async def start(self, delivery: Delivery, until: datetime) -> Delivery | None:
        """Return it as ours until this moment, with one attempt more; None when it is somebody else's or gone."""
        mine = {"attempts": DELIVERIES.c.attempts + 1, "next_try_at": until}
        async with self._engines.writing() as connection:
            ours = update(DELIVERIES).where(_same(delivery)).values(**mine).returning(DELIVERIES)
            row = (await connection.execute(ours)).one_or_none()
        return None if row is None else _delivery(row)

    async def keep(self, delivery: Delivery, progress: Mapping[str, str]) -> None:
        """Keep how far it got."""
        await self._set(DELIVERIES.c.id == delivery.id, progress=json.dumps(dict(progress)))

    async def finish(self, delivery: Delivery) -> None:
        """Note that it was told; one that was woken meanwhile stays due."""
        await self._set(_same(delivery), standing="done", problem=None)

    async def fail(self, delivery: Delivery, problem: str, retry_at: datetime | None) -> None:
        """Note why it was not told and when to try again, None for never."""
        standing = "waiting" if retry_at else "dead"
        await self._set(
            _same(delivery), standing=standing, problem=problem, next_try_at=retry_at or delivery.next_try_at
        )

    async def failing(self, teams: AbstractSet[str] | None, limit: int = 100) -> tuple[Delivery, ...]:
        """Return what fails, given up first, then the oldest first; of all teams for None."""
        order = (case((DELIVERIES.c.standing == "dead", 0), else_=1), DELIVERIES.c.made_at, DELIVERIES.c.id)
        return await self._read(select(DELIVERIES).where(_fails(teams)).order_by(*order).limit(limit))

    async def counts(self, teams: AbstractSet[str] | None) -> Mapping[Standing, int]:
        """Return how many stand how; of all teams for None."""
        each = select(DELIVERIES.c.standing, func.count()).where(_of(teams)).group_by(DELIVERIES.c.standing)
        async with self._engines.reading() as connection:
            return {standing: number for standing, number in await connection.execute(each)}  # noqa: C416

    @to_the_end
    async def again(self, ids: AbstractSet[str] | None, teams: AbstractSet[str] | None, now: datetime) -> int:
        """Make these due now (all that fail for None), of these teams (all for None); return how many."""
        these = true() if ids is None else DELIVERIES.c.id.in_(sorted(ids))
        fresh = {"standing": "waiting", "next_try_at": now, "attempts": 0}
        async with self._engines.writing() as connection:
            done = await connection.execute(update(DELIVERIES).where(_fails(teams), these).values(**fresh))
        return done.rowcount

    async def _read(self, query: Any) -> tuple[Delivery, ...]:
        async with self._engines.reading() as connection:
            return tuple(map(_delivery, await connection.execute(query)))

    @to_the_end
    async def _set(self, where: ColumnElement[bool], **values: object) -> None:
        async with self._engines.writing() as connection:
            await connection.execute(update(DELIVERIES).where(where).values(**values))


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(DELIVERIES.c.standing == "waiting", DELIVERIES.c.next_try_at <= now)


def _same(delivery: Delivery) -> ColumnElement[bool]:
    """Tell that nobody took, finished or woke it since it was read."""
    columns = DELIVERIES.c
    return and_(columns.id == delivery.id, columns.standing == "waiting", columns.next_try_at == delivery.next_try_at)


def _fails(teams: AbstractSet[str] | None) -> ColumnElement[bool]:
    return and_(DELIVERIES.c.standing != "done", DELIVERIES.c.problem.is_not(None), _of(teams))


def _of(teams: AbstractSet[str] | None) -> ColumnElement[bool]:
    return true() if teams is None else DELIVERIES.c.team.in_(sorted(teams))


def _columns(delivery: Delivery) -> dict[str, object]:
    return {**delivery.model_dump(exclude={"progress"}), "progress": json.dumps(dict(delivery.progress))}


def _delivery(row: Row[Any]) -> Delivery:
    columns = row._asdict()
    return Delivery(**{**columns, "progress": json.loads(columns["progress"])})
