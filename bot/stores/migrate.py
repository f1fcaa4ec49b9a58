"""Brings a database to the tables of this version, in process and once, whoever starts at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, func, inspect, select, text
from sqlalchemy.pool import NullPool

from bot.ports import StoreAway
from bot.stores.engines import (
    Engines,
    make_directory,
    normalised,
    prepare_to_read,
    prepare_to_write,
    refusals,
    to_the_end,
)
from bot.stores.tables.processes import COMPATIBLE

_MIGRATIONS = Path(__file__).parent / "migrations"
_PATIENCE = "4s"  # for a table that others are using: who waits for it holds up all who come after
_LOCK = 0x77656777  # a number of our own for PostgreSQL's advisory lock: "wegw"


def migrate(url: str, to: str = "head") -> None:
    """Bring the database up to the newest tables, or those of a version. Raises StoreAway.

    Tables of a newer version that still work with this code are left as they are; others raise NewerTables.

    It blocks; from a running event loop use asyncio.to_thread.
    """
    target = normalised(url)
    if to == "head" and _is_there(target):
        return
    with alone_on(target) as connection:
        upgrade(connection, to)


@contextmanager
def looking_at(target: URL) -> Iterator[Connection]:
    """Give a connection to read with, outside of any event loop. Raises StoreAway."""
    is_file = target.get_backend_name() == "sqlite"
    engine = create_engine(target.set(drivername="sqlite") if is_file else target, poolclass=NullPool)
    if is_file:
        prepare_to_read(engine)
    with refusals(), engine.connect() as connection:
        yield connection


@contextmanager
def alone_on(target: URL) -> Iterator[Connection]:
    """Give a connection in a transaction beside which no other upgrade goes on, outside of any event loop."""
    is_file = target.get_backend_name() == "sqlite"
    if is_file:
        make_directory(target)
    engine = create_engine(
        target.set(drivername="sqlite") if is_file else target, poolclass=NullPool, hide_parameters=True
    )
    if is_file:
        prepare_to_write(engine)  # one writing transaction, so a second one waits for it
    with refusals(), engine.begin() as connection:
        if not is_file:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        yield connection


class NewerTables(StoreAway):
    """The tables are of a newer version, that works no longer with this code."""


@to_the_end
async def at_head(engines: Engines) -> bool:
    """Tell whether a database has the tables of this version, or newer ones that work with it, and can write.

    Raises StoreAway.
    """
    async with engines.writing() as connection:
        if not await connection.run_sync(_fits):
            return False
        if engines.is_file:  # a disk that is full, or only reads, shows when something is written
            await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
            return True
        return bool(await connection.scalar(text("SHOW transaction_read_only")) == "off")


def _is_there(target: URL) -> bool:
    """Tell whether nothing needs to be done; only reading, and without alembic, so that a start is quick."""
    is_file = target.get_backend_name() == "sqlite"
    if is_file and not Path(str(target.database)).exists():
        return False
    try:
        with looking_at(target) as connection:
            return _fits(connection)
    except StoreAway:
        return False  # who wants to write hears why not


def _fits(connection: Connection) -> bool:
    """Tell whether this code works with the tables; no newer version has changed what it needs (see `compatible`)."""
    found, ours = _version(connection), newest()
    if found <= ours:
        return found == ours
    since = connection.scalar(select(func.max(COMPATIBLE.c.since)))
    return since is not None and since <= ours


def _version(connection: Connection) -> str:
    """Return the version of the tables, "" when there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def upgrade(connection: Connection, to: str) -> None:
    """Bring the tables to a version in the transaction of this connection."""
    if _version(connection) > newest():
        if _fits(connection):
            return
        raise NewerTables(_version(connection))
    from alembic import command  # noqa: PLC0415 -- half a second of every start, for what one start in a release does

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _config() -> Any:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def newest() -> str:
    """Return the newest version by the names of the files; a test compares it with alembic's."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
