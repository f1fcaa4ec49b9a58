"""Keeps the sentences that a team uses again. They hold nothing about residents."""

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.sql.elements import ColumnElement

from bot.canned import CannedReply
from bot.stores.engines import Engines, to_the_end
from bot.stores.tables.staff import CANNED


class SqlCannedReplies:
    """The CannedReplies over the engines of a SqlStore."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def of(self, team: str) -> tuple[CannedReply, ...]:
        """Return the sentences of a team, by title and language."""
        async with self._engines.reading() as connection:
            rows = await connection.execute(select(CANNED).where(CANNED.c.team == team))
            found = [CannedReply(**row) for row in rows.mappings()]
        return tuple(sorted(found, key=lambda one: (one.title.casefold(), one.language)))

    @to_the_end
    async def put(self, reply: CannedReply) -> None:
        """Keep a sentence, in place of the one of the same team, title and language."""
        async with self._engines.writing(only=f"canned:{reply.team}") as connection:
            await connection.execute(delete(CANNED).where(_this(reply.team, reply.title, reply.language)))
            await connection.execute(insert(CANNED), reply.model_dump())

    @to_the_end
    async def drop(self, team: str, title: str, language: str) -> bool:
        """Take a sentence away; tell whether there was one."""
        async with self._engines.writing() as connection:
            dropped = await connection.execute(delete(CANNED).where(_this(team, title, language)))
        return dropped.rowcount > 0


def _this(team: str, title: str, language: str) -> ColumnElement[bool]:
    return and_(CANNED.c.team == team, CANNED.c.title == title, CANNED.c.language == language)
