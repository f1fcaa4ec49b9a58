"""Keeps conversations in SQL: SQLite by default, PostgreSQL by its URL. One code for both.

A conversation is forgotten by `forget`: its events, its outbox and its case go in one transaction. SQLite
overwrites them with zeros, in its write-ahead file too; PostgreSQL frees them at its next vacuum.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation import Conversation
from bot.events import EVENT, Decided, Event, Followed, Heard, Said, Timer
from bot.ports import Case, Conflict, OutboxDepth, StoreAway, Timers
from bot.stores import outbox
from bot.stores.bell import Bell
from bot.stores.engines import Engines, to_the_end
from bot.stores.migrate import at_head
from bot.stores.tables import ANSWERS, CASES, EVENTS, OUTBOX, TIMERS

_OPEN = ("waiting", "staff")
_CLOSED = ("closed",)


class SqlStore:
    """An EventStore over SQL. `pushed` are the channels whose replies go by the outbox."""

    def __init__(self, url: str, pushed: AbstractSet[str] = frozenset({"telegram"})) -> None:
        self.engines = Engines(url)
        self.changed = Bell()
        self._pushed = pushed

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
    ) -> None:
        """Add events behind the first `after` ones, with their outbox, case and timers, in one transaction."""
        try:
            async with self.engines.writing(only=conversation) as connection:
                await _expect(connection, conversation, after)
                await self._add(connection, conversation, events, after)
                await _set_case(connection, case)
                await _set_timers(connection, conversation, timers)
        except IntegrityError as taken:  # two took the same number, or the message was heard before
            raise Conflict(conversation) from taken
        self.changed.ring(conversation)

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

    @to_the_end
    async def forget(self, conversation: str) -> bool:
        """Erase a conversation with everything kept about it; tell whether there was one."""
        async with self.engines.writing(only=conversation) as connection:
            for table in (OUTBOX, ANSWERS, CASES, TIMERS):
                await connection.execute(delete(table).where(table.c.conversation == conversation))
            erased = await connection.execute(delete(EVENTS).where(EVENTS.c.conversation == conversation))
        self.changed.ring(conversation)
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

    async def waiting(self) -> Mapping[str, int]:
        """Return how many questions wait for each organisation that has any."""
        each = select(CASES.c.organisation, func.count()).where(CASES.c.state == "waiting")
        async with self.engines.reading() as connection:
            rows = await connection.execute(each.group_by(CASES.c.organisation))
            return {organisation: number for organisation, number in rows}  # noqa: C416 -- rows are no pairs to mypy

    async def cases(self, organisation: str, *, closed: bool = False) -> tuple[Case, ...]:
        """Return an organisation's open cases in the order of the desk, or its closed ones."""
        age = (CASES.c.opened_at, CASES.c.conversation)
        order = [column.desc() for column in age] if closed else [CASES.c.urgent.desc(), *age]
        theirs = select(CASES.c.body).where(
            CASES.c.organisation == organisation, CASES.c.state.in_(_CLOSED if closed else _OPEN)
        )
        async with self.engines.reading() as connection:
            bodies = await connection.scalars(theirs.order_by(*order))
            return tuple(Case.model_validate_json(body) for body in bodies)

    async def case(self, conversation: str) -> Case | None:
        """Return one case, or None."""
        async with self.engines.reading() as connection:
            query = select(CASES.c.body).where(CASES.c.conversation == conversation)
            body = await connection.scalar(query)
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


async def _set_case(connection: AsyncConnection, case: Case | None) -> None:
    if case is None:
        return
    await connection.execute(delete(CASES).where(CASES.c.conversation == case.conversation))
    columns = case.model_dump(include={"conversation", "organisation", "state", "urgent", "opened_at"})
    await connection.execute(insert(CASES), {**columns, "body": case.model_dump_json()})


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
