"""What is said later, and when."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import Timer
from bot.ports import Timers
from bot.stores.tables.conversations import TIMERS


async def put(connection: AsyncConnection, conversation: str, timers: Timers | None) -> None:
    """Set all timers of a conversation; None leaves them as they are."""
    if timers is None:
        return
    await connection.execute(delete(TIMERS).where(TIMERS.c.conversation == conversation))
    rows = [{"conversation": conversation, "timer": timer, "due_at": at} for timer, at in timers.items()]
    if rows:
        await connection.execute(insert(TIMERS), rows)


async def due(connection: AsyncConnection, now: datetime, limit: int) -> tuple[tuple[str, Timer], ...]:
    """Return (conversation, timer) of the timers that must have gone off by now, the oldest first."""
    first = select(TIMERS.c.conversation, TIMERS.c.timer).where(TIMERS.c.due_at <= now)
    order = (TIMERS.c.due_at, TIMERS.c.conversation, TIMERS.c.timer)
    rows = await connection.execute(first.order_by(*order).limit(limit))
    return tuple((conversation, timer) for conversation, timer in rows)
