"""The outbox: what was said and must still be pushed, kept in the transaction that says it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import Delivered, Event, Said
from bot.ports import OutboxDepth
from bot.stores.keys import opened_events, sealed_events
from bot.stores.known import known
from bot.stores.tables.conversations import EVENTS
from bot.stores.tables.sending import OUTBOX
from bot.stores.vault import Unreadable, Vault

Letters = Select[str, int, str, str | None]


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


async def failed(
    connection: AsyncConnection, conversation: str, said: str, retry_at: datetime | None, now: datetime, problem: str
) -> int:
    """Note that sending failed and why; return how often it did, 0 when it is not in the outbox."""
    told = {"next_try_at": retry_at, "dead": retry_at is None, "failed_at": now, "problem": problem}
    attempts: int | None = await connection.scalar(
        update(OUTBOX)
        .where(OUTBOX.c.conversation == conversation, OUTBOX.c.said == said)
        .values(attempts=OUTBOX.c.attempts + 1, **told)
        .returning(OUTBOX.c.attempts)
    )
    return attempts or 0


async def again(connection: AsyncConnection, positions: Collection[int] | None) -> int:
    """Let what was given up be sent at once (all of it for None); return how much that is."""
    these = OUTBOX.c.position.in_(sorted(positions)) if positions is not None else true()
    fresh = {"dead": False, "next_try_at": None, "attempts": 0, "failed_at": None}
    return (await connection.execute(update(OUTBOX).where(OUTBOX.c.dead.is_(True), these).values(**fresh))).rowcount


def given_up(limit: int) -> Select[Any]:
    """Return the query for what was given up, over all channels, with when it was said."""
    same = (OUTBOX.c.conversation == EVENTS.c.conversation) & (OUTBOX.c.number == EVENTS.c.number)
    rows = select(OUTBOX, EVENTS.c.at).join(EVENTS, same).where(OUTBOX.c.dead.is_(True))
    return rows.order_by(OUTBOX.c.position).limit(limit)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Tell that it must be sent by now; what failed later than now did so before the clock was put back."""
    return or_(OUTBOX.c.next_try_at.is_(None), OUTBOX.c.next_try_at <= now, OUTBOX.c.failed_at > now)


def due(channel: str, now: datetime, limit: int) -> Letters:
    """Return the query for what must be sent by now, oldest first, none before what was said earlier."""
    earlier = OUTBOX.alias()
    held_up = (
        select(earlier.c.position)
        .where(
            earlier.c.conversation == OUTBOX.c.conversation,
            earlier.c.position < OUTBOX.c.position,
            earlier.c.dead.is_(False),
            earlier.c.next_try_at > now,
            or_(earlier.c.failed_at.is_(None), earlier.c.failed_at <= now),
        )
        .exists()
    )
    is_due = _is_due(now)
    return _letters(channel, limit, dead=False).where(is_due, ~held_up)


async def claim(
    connection: AsyncConnection, vault: Vault, channel: str, now: datetime, until: datetime
) -> tuple[str, Said] | None:
    """Return the first letter that is due and that nobody else has, as the caller's own until a moment.

    What is claimed is due again at that moment, so a claim of a process that died comes free by itself. What cannot be
    read is given up, so that it holds up no other.
    """
    while (position := await connection.scalar(_first(channel, now))) is not None:
        mine = OUTBOX.c.position == position
        try:
            (letter,) = await read(connection, vault, _letters(channel, 1, dead=False).where(mine))
        except (Unreadable, ValueError) as problem:
            told = {"dead": True, "failed_at": now, "problem": type(problem).__name__}
            await connection.execute(update(OUTBOX).where(mine).values(**told))
        else:
            await connection.execute(update(OUTBOX).where(mine).values(next_try_at=until))
            return letter
    return None


def _first(channel: str, now: datetime) -> Select[int]:
    """Return the query for the first letter to claim: of each conversation only the first can be."""
    earlier = OUTBOX.alias()
    behind = (earlier.c.conversation == OUTBOX.c.conversation) & (earlier.c.position < OUTBOX.c.position)
    is_behind = select(earlier.c.position).where(behind, earlier.c.dead.is_(False)).exists()
    is_due = _is_due(now)
    mine = select(OUTBOX.c.position).where(OUTBOX.c.channel == channel, OUTBOX.c.dead.is_(False), is_due, ~is_behind)
    return mine.order_by(OUTBOX.c.position).limit(1).with_for_update(skip_locked=True)


async def release(connection: AsyncConnection) -> None:
    """Let go of all claims on what was never tried in vain. Only for who is the one process."""
    claimed = (OUTBOX.c.attempts == 0) & OUTBOX.c.next_try_at.is_not(None) & OUTBOX.c.dead.is_(False)
    await connection.execute(update(OUTBOX).where(claimed).values(next_try_at=None))


def dead(channel: str, limit: int) -> Letters:
    """Return the query for what was given up, oldest first."""
    return _letters(channel, limit, dead=True)


def _letters(channel: str, limit: int, *, dead: bool) -> Letters:
    same = (OUTBOX.c.conversation == EVENTS.c.conversation) & (OUTBOX.c.number == EVENTS.c.number)
    return (
        sealed_events()
        .join(OUTBOX, same)
        .where(OUTBOX.c.channel == channel, OUTBOX.c.dead.is_(dead))
        .order_by(OUTBOX.c.position)
        .limit(limit)
    )


async def read(connection: AsyncConnection, vault: Vault, query: Letters) -> tuple[tuple[str, Said], ...]:
    """Return (conversation, Said) of each row that a query finds."""
    rows = (await connection.execute(query)).all()
    said = (known(Said, body) for body in opened_events(vault, rows))
    return tuple((row.conversation, one) for row, one in zip(rows, said, strict=True))


async def depth(connection: AsyncConnection) -> OutboxDepth:
    """Return how much is in the outbox."""
    rows = await connection.execute(select(OUTBOX.c.dead, func.count()).group_by(OUTBOX.c.dead))
    counts = {row[0]: row[1] for row in rows}
    return OutboxDepth(waiting=counts.get(False, 0), dead=counts.get(True, 0))
