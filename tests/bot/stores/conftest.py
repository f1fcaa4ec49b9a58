"""The stores under test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.ports import EventStore
from bot.stores.memory import MemoryStore
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of a SQLite file that does not exist yet, nor its directory."""
    return f"sqlite:///{tmp_path}/data/wegwijs.db"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def sql_store(url: str) -> AsyncIterator[SqlStore]:
    """Return a store over a database of each kind, its tables made."""
    await asyncio.to_thread(migrate, url)
    store = SqlStore(url)
    yield store
    await store.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[EventStore]:
    """Return every store, one after the other."""
    if request.param == "memory":
        yield MemoryStore()
        return
    url = request.getfixturevalue(f"{request.param}_url")
    await asyncio.to_thread(migrate, url)
    store = SqlStore(url)
    yield store
    await store.close()
