"""Writes all that a database keeps to one sealed file, as it is at one moment, while Wegwijs goes on.

The rows themselves are written, and not the files of a database: so it needs no program of PostgreSQL's, works for any
version of it, and a backup of SQLite can be restored into PostgreSQL. What conversations say stays sealed inside.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import URL, Connection, MetaData, Table, select, text

from bot.stores.engines import normalised
from bot.stores.keys import wrapped_root
from bot.stores.migrate import looking_at
from bot.stores.sealed_file import SealedWriter, read_lines
from bot.stores.tables.processes import CHANGES
from bot.stores.trouble import BadBackup

SHORTEST = 32  # characters of the backup's key
LEFT_OUT = {"alembic_version", CHANGES.name}  # what other processes must look at within ten minutes
_AT_ONCE = 1000


@dataclass(frozen=True)
class Head:
    """What a backup tells of itself."""

    revision: str
    taken_at: datetime
    root: str  # the secret of its database, wrapped by the master key


Row = tuple[str, Mapping[str, Any]]  # table, and its columns as in JSON


def back_up(url: str, path: Path, passphrase: str, now: datetime) -> dict[str, int]:
    """Write a backup and read it back; return how many rows there are of each table. Raises BadBackup, StoreAway.

    The file appears whole or not at all, for its owner only.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            written = _write(url, file, passphrase, now)
            file.flush()
            os.fsync(file.fileno())
        if read_whole(draft, passphrase)[1] != written:
            raise BadBackup("What was written is not what was read back.")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return written


def read_whole(path: Path, passphrase: str) -> tuple[Head, dict[str, int]]:
    """Return what a backup tells of itself and how many rows there are, after reading all. Raises BadBackup."""
    counts: dict[str, int] = {}
    with path.open("rb") as file:
        head, rows = read_rows(file, passphrase)
        for table, _ in rows:
            counts[table] = counts.get(table, 0) + 1
    return head, counts


def read_rows(file: BinaryIO, passphrase: str) -> tuple[Head, Iterator[Row]]:
    """Return what a backup tells of itself, and its rows, table after table. Raises BadBackup, also while reading."""
    lines = read_lines(file, passphrase)
    told = json.loads(next(lines))
    head = Head(revision=told["revision"], taken_at=datetime.fromisoformat(told["taken_at"]), root=told["root"])
    return head, _rows(lines)


def _rows(lines: Iterator[bytes]) -> Iterator[Row]:
    table, columns = "", []
    for line in lines:
        told = json.loads(line)
        if isinstance(told, dict):
            table, columns = told["table"], told["columns"]
        else:
            yield table, dict(zip(columns, told, strict=True))


def _write(url: str, file: BinaryIO, passphrase: str, now: datetime) -> dict[str, int]:
    writer = SealedWriter(file, passphrase)
    counts: dict[str, int] = {}
    with _at_one_moment(normalised(url)) as connection:
        head = {"revision": _revision(connection), "taken_at": now.isoformat(), "root": wrapped_root(connection)}
        writer.write(_json(head))
        for table in tables_of(connection):
            writer.write(_json({"table": table.name, "columns": list(table.c.keys())}))
            for row in _all(connection, table):
                writer.write(_json([written(value) for value in row]))
                counts[table.name] = counts.get(table.name, 0) + 1
    writer.finish()
    return counts


@contextmanager
def _at_one_moment(target: URL) -> Iterator[Connection]:
    """Give a connection that sees the database as it is now, whatever is written meanwhile."""
    with looking_at(target) as connection:
        if target.get_backend_name() == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        yield connection


def _revision(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables of a database as they are there, each after those it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in LEFT_OUT]


def _all(connection: Connection, table: Table) -> Iterator[Any]:
    streaming = connection.execution_options(stream_results=True)
    yield from streaming.execute(select(table).order_by(*table.primary_key)).yield_per(_AT_ONCE)


def written(value: object) -> object:
    """Return a value of a row as JSON has it."""
    match value:
        case datetime():  # SQLite knows no zones: it is in UTC
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case bytes():
            return b64encode(value).decode()
        case _:
            return value


def read_back(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as the database takes it."""
    return {name: _read(table.c[name].type.python_type, value) for name, value in row.items()}


def _read(kind: type[Any], value: Any) -> Any:
    if value is None:
        return None
    if issubclass(kind, date):  # a datetime is one too
        return kind.fromisoformat(value)
    return b64decode(value) if issubclass(kind, bytes) else value


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
