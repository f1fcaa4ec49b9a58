"""Brings a database to the tables of this version, in process and once, whoever starts at the same time."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, func, select
from sqlalchemy.pool import NullPool

from bot.stores.engines import Engines, make_directory, normalised, prepare_to_write, refusals, to_the_end

_LOCK = 0x77656777  # a number of our own for PostgreSQL's advisory lock: "wegw"


def migrate(url: str, to: str = "head") -> None:
    """Bring the database up to the newest tables, or those of a version. Raises StoreAway.

    It blocks; from a running event loop use asyncio.to_thread.
    """
    target = normalised(url)
    if target.get_backend_name() == "sqlite":
        _upgrade_file(target.set(drivername="sqlite"), to)
    else:
        _upgrade_server(target, to)


@to_the_end
async def at_head(engines: Engines) -> bool:
    """Tell whether a database has the tables of this version, neither older nor newer. Raises StoreAway."""
    async with engines.writing() as connection:  # writing, so that a database that only reads is noticed
        return await connection.run_sync(_is_newest)


def _is_newest(connection: Connection) -> bool:
    return MigrationContext.configure(connection).get_current_heads() == _newest()


def _upgrade_file(url: URL, to: str) -> None:
    make_directory(url)
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    prepare_to_write(engine)  # an upgrade is one writing transaction, so a second one waits for it
    with refusals(), engine.begin() as connection:
        _upgrade(connection, to)


def _upgrade_server(url: URL, to: str) -> None:
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    with refusals(), engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        _upgrade(connection, to)


def _upgrade(connection: Connection, to: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _newest() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(_config()).get_heads())
