"""A database URL becomes two ways in: one to write and one to read. What fails here is StoreAway."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import aiosqlite
import psycopg
from sqlalchemy import URL, Connection, Engine, event, exc, func, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from bot.ports import StoreAway
from bot.stores.masters import make_file, masters_from
from bot.stores.vault import Vault

Line = psycopg.AsyncConnection[tuple[Any, ...]]  # to PostgreSQL, outside of the pool and of transactions

_P = ParamSpec("_P")
_T = TypeVar("_T")

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_OPTIONS = {
    "hide_parameters": True,  # what residents say must not end up in a log by way of an error
    "pool_timeout": 10,  # seconds
}
# A statement that reads is a transaction of its own, and leaves nothing to roll back: fewer ways to the database.
_TO_READ = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
# FULL: what was committed is on the disk. The timeout (ms) is for other processes, such as `wegwijs forget`.
_PRAGMAS = ("busy_timeout=5000", "synchronous=FULL", "foreign_keys=ON")
# secure_delete: what is forgotten is overwritten with zeros.
_PRAGMAS_TO_WRITE = ("journal_mode=WAL", "secure_delete=ON")
_PRAGMAS_TO_READ = ("query_only=ON",)
_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}  # a dead line is seen in 25 seconds


class Engines:
    """The connections to one database, and the vault for what is in it (of this environment when none is given).

    SQLite gets one connection to write, because waiting in our own queue is far quicker than for its
    file lock (p99 0.03 s against 1 s), and others to read. PostgreSQL has one pool for both.
    """

    def __init__(self, url: str, vault: Vault | None = None) -> None:
        self.url = normalised(url)
        self._vault = vault
        self.is_file = self.url.get_backend_name() == "sqlite"
        if self.is_file:
            make_directory(self.url)
            self._writer = create_async_engine(self.url, pool_size=1, max_overflow=0, **_OPTIONS)
            self._reader = create_async_engine(self.url, **_TO_READ, **_OPTIONS)
            prepare_to_write(self._writer.sync_engine)
            prepare_to_read(self._reader.sync_engine)
        else:
            self._writer = create_async_engine(self.url, pool_pre_ping=True, **_OPTIONS)
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")

    @cached_property
    def vault(self) -> Vault:
        """What seals and opens. Raises KeyTrouble."""
        if self._vault is not None:
            return self._vault
        masters = masters_from(os.environ, self.url.render_as_string(hide_password=False))
        if masters.file:
            make_file(masters.file)
        return Vault(masters)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection to read with."""
        with refusals():
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self, only: str | None = None) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction, the only one at work on the conversation `only`.

        It is committed at the end, or nothing of it happened. A broken constraint is an IntegrityError.
        For use in a step that goes `to_the_end`.
        """
        with refusals():
            async with self._writer.begin() as connection:
                if only is not None and not self.is_file:  # SQLite has one writer at any time
                    number = func.hashtextextended(only, 0)
                    await connection.execute(select(func.pg_advisory_xact_lock(number)))
                yield connection

    async def line(self) -> Line:
        """Return a connection to PostgreSQL of the caller's own; both ends notice within 25 seconds that it broke."""
        _, options = self._writer.dialect.create_connect_args(self.url)
        theirs = " ".join(f"-c tcp_{name}={value}" for name, value in _ALIVE.items())
        told = {**_ALIVE, **options, "options": f"{options.get('options', '')} {theirs}".strip()}
        return await psycopg.AsyncConnection.connect(autocommit=True, **told)

    async def wipe(self) -> None:
        """Take what was erased out of SQLite's write-ahead file too, unless somebody is just reading."""
        if not self.is_file:
            return
        with refusals():
            async with self._writer.connect() as connection:
                raw = await connection.get_raw_connection()  # a checkpoint cannot be in a transaction
                driver = cast(aiosqlite.Connection, raw.driver_connection)
                await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close all connections."""
        await self._reader.dispose()
        await self._writer.dispose()


def to_the_end(step: Callable[_P, Coroutine[Any, Any, _T]]) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """Return a step that is finished also when its caller is cancelled.

    Stopped half way through a commit, nobody would know whether it was stored, no bell would ring, and
    SQLite's one writer could be left with the lock in its hands.
    """

    @wraps(step)
    async def whole(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return await asyncio.shield(step(*args, **kwargs))

    return whole


def normalised(url: str) -> URL:
    """Return the URL with the driver that we use. Raises ValueError for a database that we do not know."""
    given = make_url(url)
    if given.drivername not in _DRIVERS:
        raise ValueError(f"{given.drivername}: use sqlite:///path or postgresql://user@host/name.")
    known = given.set(drivername=_DRIVERS[given.drivername])
    if known.get_backend_name() == "postgresql":
        return known.set(query={"connect_timeout": "5", **known.query})  # seconds
    if known.database in (None, "", ":memory:"):
        raise ValueError("SQLite needs a file: sqlite:///path.")
    return known


def make_directory(url: URL) -> None:
    """Make the directory of a SQLite file, for the owner only. Raises StoreAway."""
    with refusals():
        Path(str(url.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def refusals() -> Iterator[None]:
    """Raise StoreAway for all that the database does not do, except to break a constraint."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except (exc.DBAPIError, exc.TimeoutError, OSError) as error:
        raise StoreAway(type(error).__name__) from error


def prepare_to_write(engine: Engine) -> None:
    """Let each SQLite transaction of an engine be the only one that writes, from its first statement."""
    _prepare(engine, (*_PRAGMAS, *_PRAGMAS_TO_WRITE))

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def prepare_to_read(engine: Engine) -> None:
    """Let an engine read SQLite as it is at each statement, and never write."""
    _prepare(engine, (*_PRAGMAS, *_PRAGMAS_TO_READ))


def _prepare(engine: Engine, pragmas: Sequence[str]) -> None:
    path = Path(str(engine.url.database))

    @event.listens_for(engine, "connect")
    def connect(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver begins nothing of its own accord
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        entry.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def checkout(_: DBAPIConnection, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        # SQLite goes on writing to a file that was removed or replaced: stored, and gone.
        if entry.info["file"] != _identity(path):
            raise exc.DisconnectionError(f"{path} is another file now.")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
