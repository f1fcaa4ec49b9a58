"""Keeps private links to one advice: the hash of each token, never the token. They go with their conversation."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlalchemy.exc import IntegrityError

from bot.shared import Link
from bot.stores.engines import Engines, to_the_end
from bot.stores.hashes import hash_of
from bot.stores.tables.conversations import SHARED_ADVICE


class SqlShared:
    """The links, over the engines of a SqlStore."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    @to_the_end
    async def share(self, link: Link, token: str) -> bool:
        """Keep a link in place of an earlier one to the same advice; False when there is no such advice any more."""
        row = {**link.model_dump(), "token_hash": hash_of(token)}
        try:
            async with self._engines.writing(only=link.conversation) as connection:
                await connection.execute(delete(SHARED_ADVICE).where(_to(link.conversation, link.number)))
                await connection.execute(insert(SHARED_ADVICE).values(**row))
        except IntegrityError:  # the conversation was erased meanwhile
            return False
        return True

    async def opened(self, token: str, now: datetime) -> Link | None:
        """Return what a token opens, None when it opens nothing."""
        theirs = and_(SHARED_ADVICE.c.token_hash == hash_of(token), SHARED_ADVICE.c.expires > now)
        columns = [SHARED_ADVICE.c[name] for name in Link.model_fields]
        async with self._engines.reading() as connection:
            row = (await connection.execute(select(*columns).where(theirs))).one_or_none()
        return None if row is None else Link(conversation=row.conversation, number=row.number, expires=row.expires)

    async def links(self, conversation: str, now: datetime) -> Mapping[int, datetime]:
        """Return until when each advice of a conversation is shared, by the number of its event."""
        theirs = and_(SHARED_ADVICE.c.conversation == conversation, SHARED_ADVICE.c.expires > now)
        async with self._engines.reading() as connection:
            rows = await connection.execute(select(SHARED_ADVICE.c.number, SHARED_ADVICE.c.expires).where(theirs))
            return {row.number: row.expires for row in rows}

    @to_the_end
    async def withdraw(self, conversation: str, number: int) -> bool:
        """Let the link to an advice open nothing any more; tell whether there was one."""
        async with self._engines.writing() as connection:
            gone = await connection.execute(delete(SHARED_ADVICE).where(_to(conversation, number)))
        return gone.rowcount > 0


def _to(conversation: str, number: int) -> ColumnElement[bool]:
    return and_(SHARED_ADVICE.c.conversation == conversation, SHARED_ADVICE.c.number == number)
