"""Finds the conversations that staff put right, to learn from."""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import select

from bot.events import Event
from bot.ports import EventStore
from bot.stores.engines import Engines
from bot.stores.tables.conversations import EVENTS

_KINDS = ("corrected", "passed")


async def stories(engines: Engines, store: EventStore) -> AsyncIterator[tuple[str, Sequence[Event]]]:
    """Yield each conversation in which something was put right, the first first, with all that happened in it."""
    put_right = select(EVENTS.c.conversation, EVENTS.c.at).where(EVENTS.c.kind.in_(_KINDS)).order_by(EVENTS.c.at)
    async with engines.reading() as connection:
        found = list(dict.fromkeys(row.conversation for row in await connection.execute(put_right)))
    for conversation in found:
        yield conversation, await store.read(conversation)
