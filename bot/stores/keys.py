"""The keys in SQL: of each conversation, and of the database itself."""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.stores.engines import Engines, to_the_end
from bot.stores.masters import derived
from bot.stores.tables.conversations import CASES, EVENTS
from bot.stores.tables.every import of_a_conversation
from bot.stores.tables.keys import CONVERSATION_KEYS, FORGOTTEN, HOUSE_KEYS
from bot.stores.vault import PLAIN, ConversationKey, Vault, Wrapped

ROOT = "root"
LONGEST_BACKUP = timedelta(days=400)  # after which nobody needs to know any more what was forgotten
_AT_ONCE = 500
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}  # each its own "on conflict"


@dataclass(frozen=True)
class KeyStanding:
    """How the keys stand: how many by which master key, and what is still in the clear."""

    wrapped: dict[str, int]
    plain: int


# ---------------------------------------------------------------- of a conversation


async def key_of(connection: AsyncConnection, vault: Vault, conversation: str) -> ConversationKey:
    """Return the key of a conversation, a new one when it has none. Only for who is alone at work on it."""
    mine = select(CONVERSATION_KEYS.c.wrapped).where(CONVERSATION_KEYS.c.conversation == conversation)
    return await key_from(connection, vault, conversation, await connection.scalar(mine))


async def key_from(
    connection: AsyncConnection, vault: Vault, conversation: str, wrapped: str | None
) -> ConversationKey:
    """Return the key of a conversation that was found wrapped, a new one when there was none."""
    if wrapped is not None:
        return vault.key(conversation, wrapped)
    key, kept = vault.new(conversation)
    row = {"conversation": conversation, "master": kept.master, "wrapped": kept.text}
    await connection.execute(insert(CONVERSATION_KEYS), row)
    return key


def sealed_events() -> Select[str, int, str, str | None]:
    """Return the query for events as `opened_events` opens them."""
    columns = EVENTS.c.conversation, EVENTS.c.number, EVENTS.c.body, CONVERSATION_KEYS.c.wrapped
    same = CONVERSATION_KEYS.c.conversation == EVENTS.c.conversation
    return select(*columns).select_from(EVENTS.outerjoin(CONVERSATION_KEYS, same))


def opened_events(vault: Vault, rows: Iterable[Row[str, int, str, str | None]]) -> Iterator[str]:
    """Yield what was sealed in these rows. Raises Unreadable."""
    keys: dict[str, ConversationKey] = {}
    for conversation, number, body, wrapped in rows:
        if conversation not in keys:
            keys[conversation] = vault.key(conversation, wrapped)
        yield keys[conversation].open(body, "event", number)


async def erase(connection: AsyncConnection, conversation: str) -> bool:
    """Erase all that is kept of a conversation, its key too; tell whether it had events."""
    return await connection.run_sync(erase_from, conversation)


def erase_from(connection: Connection, conversation: str) -> bool:
    """Do what `erase` does."""
    was_there = False
    for table in of_a_conversation():
        gone = connection.execute(delete(table).where(table.c.conversation == conversation))
        was_there |= table is EVENTS and gone.rowcount > 0
    return was_there


# ---------------------------------------------------------------- of the database


def root_of(connection: Connection, vault: Vault) -> bytes:
    """Return the secret of this database, kept when it is not yet; from now on numbers come from it.

    It began as something of the master key of that day. The master key may change, and this stays.
    """
    if (known := known_root(connection, vault)) is not None:
        return known
    kept = vault.wrap(vault.first_root, "house", ROOT)
    row = {"name": ROOT, "master": kept.master, "wrapped": kept.text}
    connection.execute(_INSERTS[connection.dialect.name](HOUSE_KEYS).values(**row).on_conflict_do_nothing())
    return known_root(connection, vault) or vault.first_root


def known_root(connection: Connection, vault: Vault) -> bytes | None:
    """Return the secret of this database, None when it has none yet. Raises Unreadable."""
    if vault.root is None and (wrapped := wrapped_root(connection)):
        vault.know(vault.unwrap(wrapped, "house", ROOT))
    return vault.root


def wrapped_root(connection: Connection) -> str | None:
    """Return the secret of this database as it is kept, None when it has none yet."""
    return connection.scalar(select(HOUSE_KEYS.c.wrapped).where(HOUSE_KEYS.c.name == ROOT))


def forgotten_hash(root: bytes, conversation: str) -> str:
    """Return what is kept of the number of a conversation that was forgotten."""
    return hmac.new(derived(root, "wegwijs forgotten"), conversation.encode(), sha256).hexdigest()


async def note_forgotten(connection: AsyncConnection, vault: Vault, conversation: str, now: datetime) -> str:
    """Keep that a conversation was forgotten, as long as there may be a backup with it in; return its hash."""
    mark = forgotten_hash(await connection.run_sync(root_of, vault), conversation)
    await connection.run_sync(keep_forgotten, mark, now)
    await connection.execute(delete(FORGOTTEN).where(FORGOTTEN.c.at < now - LONGEST_BACKUP))
    return mark


def keep_forgotten(connection: Connection, mark: str, at: datetime) -> None:
    """Keep what `note_forgotten` returned, with its moment."""
    add = _INSERTS[connection.dialect.name](FORGOTTEN).values(hash=mark, at=at)
    connection.execute(add.on_conflict_do_update(index_elements=["hash"], set_={"at": at}))


# ---------------------------------------------------------------- rotation


@to_the_end
async def rotate_some(engines: Engines, at_once: int = _AT_ONCE) -> int:
    """Wrap the next keys by the first master key and return how many; 0 when all are.

    A key that was forgotten meanwhile does not come back.
    """
    done = 0
    async with engines.writing() as connection:
        for table, name in ((HOUSE_KEYS, "name"), (CONVERSATION_KEYS, "conversation")):
            done += await _rotate(connection, engines.vault, table, name, at_once)
    return done


async def _rotate(connection: AsyncConnection, vault: Vault, table: Table, name: str, at_once: int) -> int:
    newest = vault.masters.current.id
    another = or_(table.c.master < newest, table.c.master > newest)  # and not `!=`, for which no index serves
    older = select(table.c[name], table.c.wrapped).where(another).limit(at_once)
    rows = (await connection.execute(older)).all()
    for key, wrapped in rows:
        again = _again(vault, table, key, wrapped)
        same = (table.c[name] == key) & (table.c.wrapped == wrapped)
        await connection.execute(update(table).where(same).values(master=again.master, wrapped=again.text))
    return len(rows)


def _again(vault: Vault, table: Table, key: str, wrapped: str) -> Wrapped:
    return vault.again(wrapped, *(("house", key) if table is HOUSE_KEYS else (key,)))


async def standing(engines: Engines) -> KeyStanding:
    """Return how the keys stand."""
    counts: dict[str, int] = {}
    async with engines.reading() as connection:
        for table in (HOUSE_KEYS, CONVERSATION_KEYS):
            rows = await connection.execute(select(table.c.master, func.count()).group_by(table.c.master))
            for master, number in rows:
                counts[master] = counts.get(master, 0) + number
        plain = [
            await connection.scalar(select(func.count()).select_from(table).where(text(PLAIN)))
            for table in (EVENTS, CASES)
        ]
    return KeyStanding(wrapped=counts, plain=sum(number or 0 for number in plain))
