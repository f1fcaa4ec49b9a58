"""All that is kept of one conversation, opened: every row of every table with a conversation, and who looked at it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Everything
from bot.queue import case_number
from bot.stores.engines import Engines
from bot.stores.tables.audit import AUDIT
from bot.stores.tables.every import of_a_conversation
from bot.stores.tables.keys import CONVERSATION_KEYS
from bot.stores.vault import ConversationKey

_SECRET = {"wrapped", "token_hash"}  # would let somebody in; the row itself is told
_PLACES = {"events": ("event", "number"), "cases": ("case",), "pending": ("pending", "id")}  # what a body is bound to


async def everything_of(engines: Engines, conversation: str) -> Everything:
    """Return the rows by table, empty when nothing is kept. Raises StoreAway."""
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    async with engines.reading() as connection:
        key = await _key(connection, engines, conversation)
        for table in reversed(of_a_conversation()):
            found[table.name] = await _rows(connection, table, conversation, key)
        if any(found.values()):
            looked = select(AUDIT).where(AUDIT.c.case == case_number(conversation)).order_by(AUDIT.c.number)
            found["audit"] = tuple(_told(row._asdict()) for row in await connection.execute(looked))
    return {name: rows for name, rows in found.items() if rows}


async def _key(connection: AsyncConnection, engines: Engines, conversation: str) -> ConversationKey:
    mine = select(CONVERSATION_KEYS.c.wrapped).where(CONVERSATION_KEYS.c.conversation == conversation)
    return engines.vault.key(conversation, await connection.scalar(mine))


async def _rows(
    connection: AsyncConnection, table: Table, conversation: str, key: ConversationKey
) -> tuple[Mapping[str, Any], ...]:
    mine = select(table).where(table.c.conversation == conversation).order_by(*table.primary_key.columns)
    return tuple(_opened(table.name, row, key) for row in await connection.execute(mine))


def _opened(table: str, row: Row[Any], key: ConversationKey) -> Mapping[str, Any]:
    columns = _told(row._asdict())
    if table not in _PLACES:
        return columns
    kind, *names = _PLACES[table]
    return {**columns, "body": json.loads(key.open(columns["body"], kind, *(columns[name] for name in names)))}


def _told(columns: Mapping[str, Any]) -> dict[str, Any]:
    written = {name: one.isoformat() if isinstance(one, datetime) else one for name, one in columns.items()}
    return {name: "[geheim]" if name in _SECRET else one for name, one in written.items()}
