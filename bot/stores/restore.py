"""Puts a backup in place of what a database has, in one transaction: all of it, or nothing changed.

Who was forgotten after the backup was made, does not come back: their keyed hashes are in the database that it takes
the place of, and in the file that `forget` writes beside it (WEGWIJS_FORGOTTEN_FILE).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, func, insert, inspect, select, text
from sqlalchemy.types import Integer

from bot.stores.backup import LEFT_OUT, Head, Row, read_back, read_rows, read_whole, tables_of
from bot.stores.engines import normalised
from bot.stores.forgotten import Forgotten
from bot.stores.keys import erase_from, forgotten_hash, keep_forgotten
from bot.stores.migrate import alone_on, newest, upgrade
from bot.stores.tables.conversations import EVENTS
from bot.stores.tables.keys import CONVERSATION_KEYS, FORGOTTEN, HOUSE_KEYS
from bot.stores.tables.processes import COMPATIBLE
from bot.stores.trouble import BadBackup
from bot.stores.vault import Vault

_AT_ONCE = 500
_OF_ITSELF = {COMPATIBLE.name, HOUSE_KEYS.name}  # in a database that was only opened, too


def restore(
    url: str, path: Path, passphrase: str, vault: Vault, *, force: bool = False, also: Forgotten | None = None
) -> dict[str, int]:
    """Restore a backup and return how many rows came of each table, and who was forgotten since ("forgotten since").

    `also` was forgotten. Raises BadBackup or KeyTrouble before anything is changed, and StoreAway.
    """
    head, counts = read_whole(path, passphrase)
    if head.revision > newest():
        raise BadBackup(f"It was made by a newer version of Wegwijs (tables {head.revision}).")
    vault.check(head.root)
    root = vault.unwrap(head.root, "house", "root")
    with alone_on(normalised(url)) as connection:
        if not force and (there := _what_is_there(connection)):
            raise BadBackup(f"This database is not empty ({there}). With --force the backup takes its place.")
        gone = {**_forgotten(connection), **(also or {})}
        _empty(connection)
        upgrade(connection, head.revision)
        with path.open("rb") as file:
            _put(connection, read_rows(file, passphrase)[1])
        _count_on(connection)
        upgrade(connection, "head")
        erased = _forget_again(connection, root, head, gone)
    vault.know(root)
    return {**counts, "forgotten since": erased}


def _what_is_there(connection: Connection) -> str:
    filled = [
        table.name
        for table in tables_of(connection)
        if table.name not in _OF_ITSELF and connection.execute(select(table).limit(1)).first() is not None
    ]
    return ", ".join(filled)


def _forgotten(connection: Connection) -> Forgotten:
    if not inspect(connection).has_table(FORGOTTEN.name):
        return {}
    return {mark: at for mark, at in connection.execute(select(FORGOTTEN.c.hash, FORGOTTEN.c.at))}  # noqa: C416


def _empty(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)
    if connection.dialect.name == "postgresql":
        ours = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
        for function in connection.scalars(text(ours)).all():
            connection.execute(text(f"DROP FUNCTION {function}"))


def _put(connection: Connection, rows: Iterable[Row]) -> None:
    tables = {table.name: table for table in tables_of(connection)}
    for table in tables.values():  # what the upgrade put there itself
        connection.execute(delete(table))
    left, name = iter(rows), ""
    waiting: list[dict[str, Any]] = []
    for table_name, row in left:
        if table_name != name or len(waiting) >= _AT_ONCE:
            _insert(connection, tables.get(name), waiting)
            name, waiting = table_name, []
        if table_name not in LEFT_OUT:
            waiting.append(read_back(tables[table_name], row))
    _insert(connection, tables.get(name), waiting)


def _insert(connection: Connection, table: Table | None, rows: list[dict[str, Any]]) -> None:
    if table is not None and rows:
        connection.execute(insert(table), rows)


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL's counters go on behind what was put there."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables_of(connection):
        for column in table.primary_key:
            of_it = select(func.pg_get_serial_sequence(table.name, column.name))
            if isinstance(column.type, Integer) and (counter := connection.scalar(of_it)):
                following = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
                connection.execute(select(func.setval(counter, following, False)))


def _forget_again(connection: Connection, root: bytes, head: Head, gone: Forgotten) -> int:
    """Erase who was forgotten after the backup was made; return how many."""
    since = {mark for mark, at in gone.items() if at > head.taken_at}
    there = select(EVENTS.c.conversation).union(select(CONVERSATION_KEYS.c.conversation))
    again = [one for one in connection.scalars(there) if forgotten_hash(root, one) in since]
    for conversation in again:
        erase_from(connection, conversation)
    for mark, at in gone.items():
        keep_forgotten(connection, mark, at)
    return len(again)
