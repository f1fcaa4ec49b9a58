"""Keeps what stands still: no content, only which message, timer or reply it is, since when and why."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation import Conversation
from bot.events import Event, Heard, Timer
from bot.inbox import CRASHES, Stuck, mark_of
from bot.stores import outbox
from bot.stores.engines import Engines, to_the_end
from bot.stores.tables.conversations import INBOX, TIMERS

_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 6 * 60))  # of a timer that fails; then it stops
_COUNTED = timedelta(days=7)  # how long it counts that a process died of a message
_REPLY = "reply:"  # before the number of a row in the outbox


async def put(connection: AsyncConnection, conversation: str, events: Sequence[Event]) -> None:
    """Add a row for each message that was set aside, and take out that of one that was understood after all."""
    for event in events:
        if isinstance(event, Heard) and event.stumbled is not None:
            row = {"problem": event.stumbled, "standing": "aside", "at": event.at}
            await _keep(connection, _of_message(conversation, event.id), row)
        elif isinstance(event, Heard) and event.again is not None:
            await connection.execute(delete(INBOX).where(INBOX.c.id == mark_of(conversation, event.again)))


async def take_out(connection: AsyncConnection, conversation: str) -> None:
    """Erase what is of a conversation."""
    await connection.execute(delete(INBOX).where(INBOX.c.conversation == conversation))


def _of_message(conversation: str, number: str) -> dict[str, Any]:
    channel = Conversation(id=conversation).channel
    named = {"conversation": conversation, "channel": channel, "kind": "message", "what": number}
    return {"id": mark_of(conversation, number), **named}


async def _keep(connection: AsyncConnection, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Add a row that was tried once, or set these values of the one that is there and count one try more."""
    new = _INSERTS[connection.dialect.name](INBOX).values(**{"crashes": 0, "tries": 1, **row, **values})
    again = {**row, **values, "tries": INBOX.c.tries + 1}
    again.pop("id")
    await connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=again))


class SqlInbox:
    """The Inbox over the engines of a SqlStore. Replies that were given up lie in the outbox and are shown with it."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def stuck(self, limit: int = 100) -> tuple[Stuck, ...]:
        """Return what stands still, the oldest first."""
        ours = select(INBOX).where(INBOX.c.standing != "counted").order_by(INBOX.c.at, INBOX.c.id).limit(limit)
        async with self._engines.reading() as connection:
            rows = [_stuck(row) for row in await connection.execute(ours)]
            letters = [_letter(row) for row in await connection.execute(outbox.given_up(limit))]
        return tuple(sorted((*rows, *letters), key=lambda one: (one.at, one.id))[:limit])

    @to_the_end
    async def again(self, ids: Collection[str] | None, now: datetime) -> int:
        """Let these be tried again (all for None); return how many that are."""
        async with self._engines.writing() as connection:
            timers = await self._timers(connection, ids)
            for row in timers:
                await _set_timer(connection, row, now)
            mine = and_(INBOX.c.standing == "aside", INBOX.c.kind == "message", _among(INBOX.c.id, ids))
            fresh = {"standing": "again", "crashes": CRASHES - 1}  # one crash more, and it stands still again
            messages = await connection.execute(update(INBOX).where(mine).values(**fresh))
            return len(timers) + messages.rowcount + await outbox.again(connection, _letters(ids))

    async def _timers(self, connection: AsyncConnection, ids: Collection[str] | None) -> Sequence[Row[Any]]:
        still = and_(INBOX.c.standing == "aside", INBOX.c.kind == "timer", _among(INBOX.c.id, ids))
        return (await connection.execute(delete(INBOX).where(still).returning(INBOX))).all()

    @to_the_end
    async def take(self) -> Stuck | None:
        """Return a message that must be tried again, as standing still once more; None when there is none."""
        first = select(INBOX.c.id).where(INBOX.c.standing == "again").order_by(INBOX.c.at).limit(1)
        async with self._engines.writing() as connection:
            id_ = await connection.scalar(first.with_for_update(skip_locked=True))
            back = {"standing": "aside", "tries": INBOX.c.tries + 1}
            ours = update(INBOX).where(INBOX.c.id == id_).values(**back).returning(INBOX)
            row = None if id_ is None else (await connection.execute(ours)).one_or_none()
        return None if row is None else _stuck(row)

    @to_the_end
    async def fail(self, stuck: Stuck) -> None:
        """Note that something stands still, or why it still does."""
        row = stuck.model_dump(include={"id", "kind", "channel", "conversation", "what"})
        async with self._engines.writing() as connection:
            await _keep(connection, row, {"at": stuck.at, "problem": stuck.problem, "standing": "aside"})

    @to_the_end
    async def drop(self, id: str) -> None:  # noqa: A002
        """Take out what is over."""
        async with self._engines.writing() as connection:
            await connection.execute(delete(INBOX).where(INBOX.c.id == id))

    @to_the_end
    async def put_off(self, conversation: str, timer: Timer, now: datetime, problem: str) -> None:
        """Let a timer that failed go off later, each time after longer; after some times it stands still."""
        named = {"id": mark_of(conversation, f"timer:{timer}"), "kind": "timer", "what": timer}
        row = {**named, "conversation": conversation, "channel": Conversation(id=conversation).channel}
        its = and_(TIMERS.c.conversation == conversation, TIMERS.c.timer == timer)
        async with self._engines.writing(only=conversation) as connection:
            tries = await connection.scalar(select(INBOX.c.tries).where(INBOX.c.id == named["id"])) or 0
            stops = tries >= len(_WAITS)
            values = {"at": now, "problem": problem, "standing": "aside" if stops else "counted"}
            await _keep(connection, row, values)
            if stops:
                await connection.execute(delete(TIMERS).where(its))
            else:
                await connection.execute(update(TIMERS).where(its).values(due_at=now + _WAITS[tries]))

    @to_the_end
    async def count(self, marks: Iterable[str], now: datetime) -> None:
        """Note the messages that were being taken when a process died."""
        async with self._engines.writing() as connection:
            old = and_(INBOX.c.standing == "counted", INBOX.c.at < now - _COUNTED)
            await connection.execute(delete(INBOX).where(old))
            for mark in marks:
                row = {"id": mark, "kind": "message", "channel": "", "what": "", "problem": "", "tries": 0}
                new = _INSERTS[connection.dialect.name](INBOX).values(**row, at=now, crashes=1, standing="counted")
                more = {"crashes": INBOX.c.crashes + 1, "at": now}
                await connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=more))

    async def crashes(self) -> Mapping[str, int]:
        """Return of which messages (marks) it is known that a process died while it took them, and how often."""
        some = select(INBOX.c.id, INBOX.c.crashes).where(INBOX.c.crashes > 0)
        async with self._engines.reading() as connection:
            return {mark: number for mark, number in await connection.execute(some)}  # noqa: C416 -- rows are no pairs


async def _set_timer(connection: AsyncConnection, row: Row[Any], now: datetime) -> None:
    its = and_(TIMERS.c.conversation == row.conversation, TIMERS.c.timer == row.what)
    await connection.execute(delete(TIMERS).where(its))
    await connection.execute(insert(TIMERS).values(conversation=row.conversation, timer=row.what, due_at=now))


def _among(column: ColumnElement[str], ids: Collection[str] | None) -> ColumnElement[bool]:
    return column.in_(sorted(ids)) if ids is not None else column.is_not(None)


def _letters(ids: Collection[str] | None) -> tuple[int, ...] | None:
    """Return the rows of the outbox among what is shown."""
    if ids is None:
        return None
    numbers = (one.removeprefix(_REPLY) for one in ids if one.startswith(_REPLY))
    return tuple(int(number) for number in numbers if number.isdecimal() and len(number) < 19)


def _stuck(row: Row[Any]) -> Stuck:
    named = {name: getattr(row, name) for name in ("id", "kind", "channel", "conversation", "what", "at", "tries")}
    return Stuck(**named, problem=row.problem, again=row.standing == "again")


def _letter(row: Row[Any]) -> Stuck:
    named = {name: getattr(row, name) for name in ("channel", "conversation", "at")}
    told = {"what": row.said, "tries": row.attempts, "problem": row.problem or ""}
    return Stuck(id=f"{_REPLY}{row.position}", kind="reply", **named, **told)
