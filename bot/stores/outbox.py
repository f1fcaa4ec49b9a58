"""The outbox: what was said and must still be pushed, kept in the transaction that says it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import Delivered, Event, Said
from bot.ports import OutboxDepth
from bot.stores.tables import EVENTS, OUTBOX


async def put(
    connection: AsyncConnection, conversation: str, channel: str, events: Sequence[tuple[int, Event]]
) -> None:
    """Add a row for each Said among numbered events."""
    rows = [
        {
            "conversation": conversation,
            "number": number,
            "said": event.id,
            "channel": channel,
            "attempts": 0,
            "dead": False,
        }
        for number, event in events
        if isinstance(event, Said)
    ]
    if rows:
        await connection.execute(insert(OUTBOX), rows)


async def take_out(connection: AsyncConnection, conversation: str, events: Sequence[Event]) -> None:
    """Remove the row of each Said that was delivered."""
    arrived = [event.said for event in events if isinstance(event, Delivered)]
    if arrived:
        mine = OUTBOX.c.conversation == conversation
        await connection.execute(delete(OUTBOX).where(mine, OUTBOX.c.said.in_(arrived)))


async def failed(connection: AsyncConnection, conversation: str, said: str, retry_at: datetime | None) -> int:
    """Note that sending failed; return how often it did, 0 when it is not in the outbox."""
    attempts: int | None = await connection.scalar(
        update(OUTBOX)
        .where(OUTBOX.c.conversation == conversation, OUTBOX.c.said == said)
        .values(attempts=OUTBOX.c.attempts + 1, next_try_at=retry_at, dead=retry_at is None)
        .returning(OUTBOX.c.attempts)
    )
    return attempts or 0


def due(channel: str, now: datetime, limit: int) -> Select[str, str]:
    """Return the query for what must be sent by now, oldest first, none before what was said earlier."""
    earlier = OUTBOX.alias()
    held_up = (
        select(earlier.c.position)
        .where(
            earlier.c.conversation == OUTBOX.c.conversation,
            earlier.c.position < OUTBOX.c.position,
            earlier.c.dead.is_(False),
            earlier.c.next_try_at > now,
        )
        .exists()
    )
    is_due = or_(OUTBOX.c.next_try_at.is_(None), OUTBOX.c.next_try_at <= now)
    return _letters(channel, limit, dead=False).where(is_due, ~held_up)


def dead(channel: str, limit: int) -> Select[str, str]:
    """Return the query for what was given up, oldest first."""
    return _letters(channel, limit, dead=True)


def _letters(channel: str, limit: int, *, dead: bool) -> Select[str, str]:
    same = (OUTBOX.c.conversation == EVENTS.c.conversation) & (OUTBOX.c.number == EVENTS.c.number)
    return (
        select(OUTBOX.c.conversation, EVENTS.c.body)
        .join(EVENTS, same)
        .where(OUTBOX.c.channel == channel, OUTBOX.c.dead.is_(dead))
        .order_by(OUTBOX.c.position)
        .limit(limit)
    )


async def read(connection: AsyncConnection, query: Select[str, str]) -> tuple[tuple[str, Said], ...]:
    """Return (conversation, Said) of each row that a query finds."""
    rows = await connection.execute(query)
    return tuple((conversation, Said.model_validate_json(body)) for conversation, body in rows)


async def depth(connection: AsyncConnection) -> OutboxDepth:
    """Return how much is in the outbox."""
    rows = await connection.execute(select(OUTBOX.c.dead, func.count()).group_by(OUTBOX.c.dead))
    counts = {row[0]: row[1] for row in rows}
    return OutboxDepth(waiting=counts.get(False, 0), dead=counts.get(True, 0))
