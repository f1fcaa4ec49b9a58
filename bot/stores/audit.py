"""Keeps the audit log, which can only grow, but for lines that are old enough.

Triggers refuse to change a line, or to erase one before it is five years old (see migrations 0006 and 0015). Who
gets round them breaks the chain of hashes, and who writes the whole chain anew does not have the head that was noted
elsewhere.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audit import Head, Line, Sealed, Sought, seal
from bot.stores.engines import Engines, to_the_end
from bot.stores.tables.audit import AUDIT, AUDIT_ANCHORS

_LOCK = "audit log"
_AT_ONCE = 1000


class SqlTrail:
    """The audit log, over the engines of a SqlStore."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    @to_the_end
    async def add(self, line: Line) -> Head:
        """Add a line behind the newest one and return where it stands; one writer at a time."""
        async with self._engines.writing(only=_LOCK) as connection:
            sealed = seal(line, await _head(connection))
            await connection.execute(insert(AUDIT), _columns(sealed))
        return Head(sealed.number, sealed.hash)

    async def find(self, sought: Sought, limit: int) -> tuple[Sealed, ...]:
        """Return the lines that are looked for, newest first."""
        query = select(AUDIT).where(*_conditions(sought)).order_by(AUDIT.c.number.desc()).limit(limit)
        async with self._engines.reading() as connection:
            return tuple(_sealed(row) for row in await connection.execute(query))

    async def head(self) -> Head:
        """Return the newest line."""
        async with self._engines.reading() as connection:
            return await _head(connection)

    async def anchor(self) -> Head:
        """Return the last line that was erased because it was old; the start when none was."""
        async with self._engines.reading() as connection:
            return await _anchor(connection)

    @to_the_end
    async def prune(self, before: datetime, told: Callable[[Head], Line]) -> int:
        """Erase the lines up to a moment from the begin, and return how many; `told` makes the line that says so."""
        async with self._engines.writing(only=_LOCK) as connection:
            anchor = await _anchor(connection)
            last = await _last_until(connection, before)
            if last.number <= anchor.number:
                return 0
            await connection.execute(insert(AUDIT_ANCHORS).values(number=last.number, hash=last.hash, at=before))
            sealed = seal(told(last), await _head(connection))
            await connection.execute(insert(AUDIT), _columns(sealed))
            gone = await connection.execute(delete(AUDIT).where(AUDIT.c.number <= last.number))
        return gone.rowcount

    async def walk(self) -> AsyncIterator[Sealed]:
        """Give all lines, oldest first, as they stand there."""
        last = None
        while rows := await self._after(last):
            for row in rows:
                yield _sealed(row)
            last = rows[-1].number

    async def _after(self, last: int | None, limit: int = _AT_ONCE) -> list[Row[Any]]:
        """Return the next lines, up to one that cannot be read; raise ValueError or TypeError when that is the next."""
        later = () if last is None else (AUDIT.c.number > last,)
        query = select(AUDIT).where(*later).order_by(AUDIT.c.number).limit(limit)
        try:
            async with self._engines.reading() as connection:
                return list(await connection.execute(query))
        except (TypeError, ValueError):
            if limit == 1:
                raise
        return await self._after(last, limit // 2)


async def _anchor(connection: AsyncConnection) -> Head:
    query = select(AUDIT_ANCHORS.c.number, AUDIT_ANCHORS.c.hash).order_by(AUDIT_ANCHORS.c.number.desc()).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return Head(row.number, row.hash) if row else Head()


async def _last_until(connection: AsyncConnection, before: datetime) -> Head:
    """Return the last line before the first one that is to stay."""
    stays = select(func.min(AUDIT.c.number)).where(AUDIT.c.at > before).scalar_subquery()
    older = select(AUDIT.c.number, AUDIT.c.hash).where(AUDIT.c.number < func.coalesce(stays, literal(2**62)))
    row = (await connection.execute(older.order_by(AUDIT.c.number.desc()).limit(1))).one_or_none()
    return Head(row.number, row.hash) if row else Head()


async def _head(connection: AsyncConnection) -> Head:
    query = select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return Head(row.number, row.hash) if row else Head()


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    equal = {AUDIT.c.who: sought.who, AUDIT.c.case: sought.case, AUDIT.c.action: sought.action}
    found = [column == value for column, value in equal.items() if value is not None]
    if sought.teams is not None:
        found.append(AUDIT.c.team.in_(sought.teams))
    if sought.since is not None:
        found.append(AUDIT.c.at >= sought.since)
    if sought.until is not None:
        found.append(AUDIT.c.at < sought.until)
    if sought.before is not None:
        found.append(AUDIT.c.number < sought.before)
    return found


def _columns(sealed: Sealed) -> Mapping[str, object]:
    return {"number": sealed.number, "hash": sealed.hash, **sealed.line.model_dump()}


def _sealed(row: Row[Any]) -> Sealed:
    """Return a line as it stands there; what was made of it by tampering is for the chain to find."""
    told = {name: getattr(row, name) for name in Line.model_fields}
    return Sealed.model_construct(number=row.number, hash=row.hash, line=Line.model_construct(**told))
