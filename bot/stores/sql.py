"""Keeps conversations in SQL: SQLite by default, PostgreSQL by its URL. One code for both.

A conversation is forgotten by `forget`: its events, its case and all else of it go in one transaction. SQLite
overwrites them with zeros, in its write-ahead file too; PostgreSQL frees them at its next vacuum.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation import Conversation
from bot.counted import Dimension, Key, Kind, Span, Tally, Teams
from bot.deliveries import deliveries
from bot.events import EVENT, Decided, Event, Followed, Heard, Said, Timer
from bot.places import NOWHERE, Places
from bot.ports import Conflict, OutboxDepth, StoreAway, Timers
from bot.queue import Case, Wanted
from bot.stores import cases, outbox
from bot.stores import deliveries as elsewhere
from bot.stores import tallies as counted
from bot.stores.bell import Bell, teams
from bot.stores.engines import Engines, to_the_end
from bot.stores.migrate import at_head
from bot.stores.tables import ANSWERS, CASES, EVENTS, OUTBOX, PENDING, TIMERS


class SqlStore:
    """An EventStore over SQL.

    `pushed` are the channels whose replies go by the outbox; `places` are told of what happens to cases.
    """

    def __init__(self, url: str, pushed: AbstractSet[str] = frozenset({"telegram"}), places: Places = NOWHERE) -> None:
        self.engines = Engines(url)
        self.changed = Bell()
        self._pushed = pushed
        self._places = places

    async def read(self, conversation: str) -> tuple[Event, ...]:
        """Return all events of a conversation, oldest first; empty when there is none."""
        mine = select(EVENTS.c.body).where(EVENTS.c.conversation == conversation)
        async with self.engines.reading() as connection:
            bodies = await connection.scalars(mine.order_by(EVENTS.c.number))
            return tuple(EVENT.validate_json(body) for body in bodies)

    @to_the_end
    async def append(
        self,
        conversation: str,
        events: Sequence[Event],
        *,
        after: int,
        case: Case | None = None,
        timers: Timers | None = None,
        tallies: Sequence[Tally] = (),
    ) -> None:
        """Add events behind the first `after` ones, with all that goes with them, in one transaction."""
        try:
            async with self.engines.writing(only=conversation) as connection:
                await _expect(connection, conversation, after)
                await self._add(connection, conversation, events, after)
                before = await cases.put(connection, case) if case else None
                await self._tell(connection, case, list(enumerate(events, after + 1)), before)
                await _set_timers(connection, conversation, timers)
                await counted.put(connection, tallies)
        except IntegrityError as taken:  # two took the same number, or the message was heard before
            raise Conflict(conversation) from taken
        self.changed.ring(conversation, *teams(before, case.organisation if case else None))

    async def _add(self, connection: AsyncConnection, conversation: str, events: Sequence[Event], after: int) -> None:
        numbered = list(enumerate(events, after + 1))
        if numbered:
            await connection.execute(insert(EVENTS), [_row(conversation, *each) for each in numbered])
        if answers := [row for each in numbered if (row := _answer(conversation, *each))]:
            await connection.execute(insert(ANSWERS), answers)
        channel = Conversation(id=conversation).channel
        if channel in self._pushed:
            await outbox.put(connection, conversation, channel, numbered)
            await outbox.take_out(connection, conversation, events)

    async def _tell(
        self, connection: AsyncConnection, case: Case | None, numbered: Sequence[tuple[int, Event]], before: str | None
    ) -> None:
        if case is not None:
            await elsewhere.put(connection, deliveries(numbered, case, self._places, before))

    @to_the_end
    async def forget(self, conversation: str) -> bool:
        """Erase a conversation with everything kept about it; tell whether there was one."""
        async with self.engines.writing(only=conversation) as connection:
            for table in (OUTBOX, ANSWERS, TIMERS, PENDING):
                await connection.execute(delete(table).where(table.c.conversation == conversation))
            await elsewhere.take_out(connection, conversation)
            team = await cases.take_out(connection, conversation)
            erased = await connection.execute(delete(EVENTS).where(EVENTS.c.conversation == conversation))
        self.changed.ring(conversation, *teams(team))
        await self.engines.wipe()
        return erased.rowcount > 0

    async def due(self, now: datetime, limit: int = 100) -> tuple[tuple[str, Timer], ...]:
        """Return (conversation, timer) of the timers that must have gone off by now, the oldest first."""
        first = select(TIMERS.c.conversation, TIMERS.c.timer).where(TIMERS.c.due_at <= now)
        order = (TIMERS.c.due_at, TIMERS.c.conversation, TIMERS.c.timer)
        async with self.engines.reading() as connection:
            rows = await connection.execute(first.order_by(*order).limit(limit))
            return tuple((conversation, timer) for conversation, timer in rows)

    async def followed(self) -> tuple[Followed, ...]:
        """Return what residents told about how it went, oldest first."""
        told = select(EVENTS.c.body).where(EVENTS.c.kind == "followed").order_by(EVENTS.c.at)
        async with self.engines.reading() as connection:
            return tuple(Followed.model_validate_json(body) for body in await connection.scalars(told))

    async def tallied(
        self, kind: Kind, by: Sequence[Dimension], *, teams: Teams | None = None
    ) -> Mapping[tuple[date, Key], int]:
        """Return how many tallies there are of each combination, by week."""
        async with self.engines.reading() as connection:
            return await counted.tallied(connection, kind, by, teams)

    async def spans(self, kind: Kind, since: date, before: date, *, teams: Teams | None = None) -> tuple[Span, ...]:
        """Return how long it took each time, in these weeks."""
        async with self.engines.reading() as connection:
            return await counted.spans(connection, kind, since, before, teams)

    async def waiting(self) -> Mapping[str, int]:
        """Return how many questions wait for each organisation that has any."""
        each = select(CASES.c.organisation, func.count()).where(CASES.c.state == "waiting")
        async with self.engines.reading() as connection:
            rows = await connection.execute(each.group_by(CASES.c.organisation))
            return {organisation: number for organisation, number in rows}  # noqa: C416 -- rows are no pairs to mypy

    async def cases(self, wanted: Wanted, *, after: str = "", limit: int = 50) -> tuple[Case, ...]:
        """Return the first wanted cases behind this place, each in its place."""
        async with self.engines.reading() as connection:
            return await cases.page(connection, wanted, after, limit)

    async def count(self, *wanted: Wanted, most: int = 1000) -> tuple[int, ...]:
        """Return how many cases each of these wants, or `most` when there are as many or more."""
        async with self.engines.reading() as connection:
            return await cases.count(connection, wanted, most)

    async def case(self, conversation: str) -> Case | None:
        """Return one case, or None."""
        return await self._case(CASES.c.conversation == conversation)

    async def numbered(self, number: str) -> Case | None:
        """Return the case that this number stands for in an address, or None."""
        return await self._case(CASES.c.number == number)

    async def _case(self, this: ColumnElement[bool]) -> Case | None:
        async with self.engines.reading() as connection:
            body = await connection.scalar(select(CASES.c.body).where(this))
            return None if body is None else Case.model_validate_json(body)

    async def answered(self, receipt: str) -> tuple[str, ...]:
        """Return the conversations in which the answer of this number was given, the last one first."""
        theirs = select(ANSWERS.c.conversation).join(
            EVENTS, (EVENTS.c.conversation == ANSWERS.c.conversation) & (EVENTS.c.number == ANSWERS.c.number)
        )
        latest = theirs.where(ANSWERS.c.receipt == receipt).order_by(EVENTS.c.at.desc(), ANSWERS.c.conversation)
        async with self.engines.reading() as connection:
            return tuple(dict.fromkeys(await connection.scalars(latest)))

    async def undelivered(
        self, channel: str, limit: int = 100, *, now: datetime | None = None
    ) -> tuple[tuple[str, Said], ...]:
        """Return (conversation, Said) that must be sent over a channel by now, oldest first."""
        async with self.engines.reading() as connection:
            return await outbox.read(connection, outbox.due(channel, now or datetime.now(UTC), limit))

    @to_the_end
    async def failed(self, conversation: str, said: str, retry_at: datetime | None) -> int:
        """Note that sending failed and when to try again, None for never; return how often it failed."""
        async with self.engines.writing() as connection:
            return await outbox.failed(connection, conversation, said, retry_at)

    async def dead_letters(self, channel: str, limit: int = 100) -> tuple[tuple[str, Said], ...]:
        """Return (conversation, Said) that were given up, oldest first."""
        async with self.engines.reading() as connection:
            return await outbox.read(connection, outbox.dead(channel, limit))

    async def outbox_depth(self) -> OutboxDepth:
        """Return how much waits to be pushed, over all channels."""
        async with self.engines.reading() as connection:
            return await outbox.depth(connection)

    async def ready(self) -> bool:
        """Tell whether the database answers and its tables are up to date."""
        try:
            return await at_head(self.engines)
        except StoreAway:
            return False

    async def close(self) -> None:
        """Close all connections."""
        await self.engines.close()


async def _expect(connection: AsyncConnection, conversation: str, after: int) -> None:
    """Raise Conflict unless the conversation has exactly `after` events; they are numbered from 1."""
    query = select(func.max(EVENTS.c.number)).where(EVENTS.c.conversation == conversation)
    if (await connection.scalar(query) or 0) != after:
        raise Conflict(conversation)


async def _set_timers(connection: AsyncConnection, conversation: str, timers: Timers | None) -> None:
    if timers is None:
        return
    await connection.execute(delete(TIMERS).where(TIMERS.c.conversation == conversation))
    rows = [{"conversation": conversation, "timer": timer, "due_at": at} for timer, at in timers.items()]
    if rows:
        await connection.execute(insert(TIMERS), rows)


def _answer(conversation: str, number: int, event: Event) -> dict[str, object] | None:
    """Return the row of a referral that has a number; None for everything else."""
    if not isinstance(event, Decided) or event.receipt is None:
        return None
    return {"conversation": conversation, "number": number, "receipt": event.receipt}


def _row(conversation: str, number: int, event: Event) -> dict[str, object]:
    return {
        "conversation": conversation,
        "number": number,
        "kind": event.kind,
        "heard_id": event.id if isinstance(event, Heard) else None,
        "body": event.model_dump_json(),
        "at": event.at,
    }
