"""The whole application as `wegwijs serve` makes it, over a database of its own, with real minds and a set clock."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.assistant import Assistant
from bot.bootstrap import SystemClock
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.server import build_app
from bot.settings import Settings, settings_from
from bot.stores.kept import kept_over
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from intents.model import Understanding
from referral.load import load_guide

TOKEN = "a-token-of-this-installation"
MakeApp = Callable[..., FastAPI]


def understand(_text: str, language: str | None, _asked: str | None) -> Understanding:
    """Read nothing: these tests are about doors."""
    return Understanding(language=language or "nl")


@pytest.fixture(scope="session")
def quick_minds() -> Minds:
    return Minds(understand, load_guide(), load_phrases())


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database on the newest tables, to be copied."""
    path = tmp_path_factory.mktemp("front") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
async def make_app(tmp_path: Path, empty_database: Path, quick_minds: Minds) -> AsyncIterator[MakeApp]:
    """Return what makes the application with these variables in the environment."""
    stores: list[SqlStore] = []

    def make(minds: Minds = quick_minds, **environment: str) -> FastAPI:
        url = f"sqlite:///{shutil.copy(empty_database, tmp_path / 'wegwijs.db')}"
        stores.append(SqlStore(url))
        told = {"WEGWIJS_DATABASE_URL": url, "WEGWIJS_ACTION_TOKEN": TOKEN, **environment}
        settings: Settings = settings_from(told)
        stop = asyncio.Event()
        stop.set()  # or a stream would never end
        return build_app(Assistant(stores[-1], minds, SystemClock()), kept_over(stores[-1].engines), settings, stop)

    yield make
    for store in stores:
        await store.close()


@pytest.fixture
def app(make_app: MakeApp) -> FastAPI:
    return make_app()


@pytest.fixture
async def ask(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Return a browser, at one address."""
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://wegwijs.test") as client:
        yield client
