"""Keeps what staff can still take back.

It holds what they typed for a resident, and goes with its conversation (`SqlStore.forget`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from bot.stores.engines import Engines, to_the_end
from bot.stores.keys import key_of
from bot.stores.known import known
from bot.stores.tables.conversations import PENDING
from bot.stores.tables.keys import CONVERSATION_KEYS
from bot.stores.vault import ConversationKey
from bot.undo import Pending

_GIVEN_UP = timedelta(seconds=15)  # after which what was started and not finished is started again
_LONGEST = timedelta(minutes=2)  # that something can lie ahead (WEGWIJS_DESK_UNDO_SECONDS); else the clock was put back


class SqlPendings:
    """The Pendings over the engines of a SqlStore."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    @to_the_end
    async def put(self, pending: Pending) -> None:
        """Keep one; the same id counts once."""
        try:
            async with self._engines.writing(only=pending.conversation) as connection:
                key = await key_of(connection, self._engines.vault, pending.conversation)
                await connection.execute(insert(PENDING), _columns(pending, key))
        except IntegrityError:  # a double click
            return

    async def of(self, conversation: str) -> tuple[Pending, ...]:
        """Return what is still to be carried out in a conversation, or could not be, the first made first."""
        theirs = _sealed(PENDING.c.conversation == conversation).order_by(PENDING.c.made, PENDING.c.id)
        async with self._engines.reading() as connection:
            rows = (await connection.execute(theirs)).all()
        return tuple(map(self._pending, rows))

    @to_the_end
    async def take_back(self, id: str, conversation: str, by: str) -> Pending | None:  # noqa: A002 -- it is its id
        """Erase and return what this colleague did; None when it is being carried out already, or never was."""
        theirs = and_(PENDING.c.id == id, PENDING.c.conversation == conversation, PENDING.c.by == by)
        still = or_(PENDING.c.started.is_(None), PENDING.c.problem.is_not(None))
        async with self._engines.writing() as connection:
            mine = _sealed(theirs, still).with_for_update(of=PENDING)  # who carries it out, waits or comes first
            row = (await connection.execute(mine)).one_or_none()
            await connection.execute(delete(PENDING).where(theirs, still))
        return None if row is None else self._pending(row)

    async def next_due(self) -> datetime | None:
        """Return when the next one that nobody carries out yet and that need not wait for another is due, or None."""
        waits = and_(PENDING.c.problem.is_(None), PENDING.c.started.is_(None), ~_behind())
        first = select(func.min(PENDING.c.due)).where(waits)
        async with self._engines.reading() as connection:
            due: datetime | None = await connection.scalar(first)
            return due

    @to_the_end
    async def start(self, now: datetime) -> Pending | None:
        """Return one that is due and that nobody else carries out, the first due first; None when there is none.

        Of each conversation only the first can be: an answer that a process died of must not come after the closing.
        """
        in_order = select(PENDING.c.id).where(_to_start(now), ~_behind()).order_by(PENDING.c.due, PENDING.c.made)
        first = in_order.limit(1).with_for_update(skip_locked=True)  # what another is just starting is theirs
        async with self._engines.writing() as connection:
            id_ = await connection.scalar(first)
            mine = update(PENDING).where(PENDING.c.id == id_, _to_start(now)).values(started=now)
            if id_ is None or not (await connection.execute(mine)).rowcount:
                return None
            row = (await connection.execute(_sealed(PENDING.c.id == id_))).one()
        return self._pending(row)

    @to_the_end
    async def finish(self, id: str) -> None:  # noqa: A002
        """Erase one that was carried out."""
        async with self._engines.writing() as connection:
            await connection.execute(delete(PENDING).where(PENDING.c.id == id))

    @to_the_end
    async def fail(self, id: str, problem: str) -> None:  # noqa: A002
        """Note why one could not be carried out; it can still be taken back."""
        async with self._engines.writing() as connection:
            await connection.execute(update(PENDING).where(PENDING.c.id == id).values(problem=problem))

    def _pending(self, row: Row[Any]) -> Pending:
        key = self._engines.vault.key(row.conversation, row.wrapped)
        kept = known(Pending, key.open(row.body, "pending", row.id))
        return kept.model_copy(update={"problem": row.problem})


def _sealed(*which: ColumnElement[bool]) -> Select[Any]:
    same = CONVERSATION_KEYS.c.conversation == PENDING.c.conversation
    columns = PENDING.c.id, PENDING.c.conversation, PENDING.c.problem, PENDING.c.body, CONVERSATION_KEYS.c.wrapped
    return select(*columns).select_from(PENDING.outerjoin(CONVERSATION_KEYS, same)).where(*which)


def _to_start(now: datetime) -> ColumnElement[bool]:
    started = PENDING.c.started
    free = or_(started.is_(None), started < now - _GIVEN_UP, started > now + _LONGEST)
    due = or_(PENDING.c.due <= now, PENDING.c.due > now + _LONGEST)
    return and_(due, PENDING.c.problem.is_(None), free)


def _behind() -> ColumnElement[bool]:
    """Tell that something made earlier in the same conversation is still to be carried out."""
    earlier = PENDING.alias()
    before = tuple_(earlier.c.made, earlier.c.id) < tuple_(PENDING.c.made, PENDING.c.id)
    same = earlier.c.conversation == PENDING.c.conversation
    return select(earlier.c.id).where(same, before, earlier.c.problem.is_(None)).exists()


def _columns(pending: Pending, key: ConversationKey) -> Mapping[str, object]:
    return {
        "id": pending.id,
        "conversation": pending.conversation,
        "by": pending.by.name,
        "due": pending.due,
        "made": pending.made,
        "body": key.seal(pending.model_dump_json(), "pending", pending.id),
    }
