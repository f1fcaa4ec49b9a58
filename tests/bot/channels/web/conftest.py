"""What the tests of the web chat share: a real assistant with a reader of key words, and its page."""

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright
from starlette.middleware.gzip import GZipMiddleware

from bot.assistant import Assistant
from bot.channels.web import web_routes
from bot.events import Claimed, Consented, Event, HandedOver, Said
from bot.messages import Part, Reply
from bot.minds import Minds
from bot.phrases import Phrases, load_phrases
from bot.stores.memory import MemoryStore
from intents.model import Reading, Understanding
from referral.guide import Guide
from referral.load import load_guide

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CHROMIUM = Path("/usr/bin/chromium")

_THEMES = {"geld": "geldzorgen", "make ends": "geldzorgen", "alleen": "eenzaamheid"}
_SIGNALS = {"dood": "suicide", "kill myself": "suicide"}
_ACTS = {"mens spreken": "human", "speak to a person": "human"}
_ENGLISH = {"i", "the", "my", "is", "to"}


def understand(text: str, language: str | None, expecting: str | None) -> Understanding:
    """Read a handful of key words."""
    low = text.lower()
    themes = tuple(Reading(theme=theme, confidence=0.9) for theme in _found(_THEMES, low))
    return Understanding(
        language="en" if _ENGLISH & set(low.split()) else (language or "nl"),
        themes=themes,
        ranking=themes,
        signals=_found(_SIGNALS, low),
        act=next(iter(_found(_ACTS, low)), None),
    )


def _found(words: Mapping[str, str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(meaning for word, meaning in words.items() if word in text))


class StillClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture(scope="session")
def guide() -> Guide:
    return load_guide()


@pytest.fixture(scope="session")
def phrases() -> Phrases:
    return load_phrases()


@pytest.fixture
def assistant(guide: Guide, phrases: Phrases) -> Assistant:
    return Assistant(MemoryStore(), Minds(understand, guide, phrases), StillClock())


@pytest.fixture
def shutdown() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
def app(assistant: Assistant, shutdown: asyncio.Event) -> FastAPI:
    app = FastAPI()
    app.add_middleware(GZipMiddleware, minimum_size=500)  # as in the real server: it may not hold up the stream
    app.include_router(web_routes(assistant, shutdown=shutdown))
    return app


class Resident(httpx.AsyncClient):
    """A browser without JavaScript, which does not follow redirects."""

    @property
    def token(self) -> str:
        """The secret in the cookie."""
        return self.cookies["wegwijs"]

    async def say(self, text: str, **more: str) -> httpx.Response:
        """Send what somebody types, as the form does, and return the page where that leads."""
        page = await self.get("/")
        sent = await self.post("/chat", data={**self.fields(page.text), "message": text, **more})
        assert (sent.status_code, sent.headers["location"].partition("#")[2]) == (303, "laatste")
        return await self.get(sent.headers["location"])

    @staticmethod
    def fields(page: str) -> dict[str, str]:
        """Return the hidden fields of the form to write in."""
        form = page[page.index('id="schrijf"') :].partition("</form>")[0]
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))

    @staticmethod
    def text_of(html: str) -> str:
        """Return what can be read on a page or in a piece of it."""
        body = html[max(html.find("<body"), 0) :]
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", body)))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[Resident]:
    async with Resident(transport=httpx.ASGITransport(app=app), base_url="http://wegwijs.test") as client:
        yield client


@pytest.fixture
def colleague() -> Callable[[str], tuple[Event, ...]]:
    """Return what happens when Sanne of the municipality takes a conversation and says something."""

    def takes_it_and_says(text: str) -> tuple[Event, ...]:
        said = Reply(parts=(Part(kind="text", text=text),), status="handoff")
        return (
            Consented(at=NOW, organisation="utrecht-gemeente"),
            HandedOver(at=NOW, organisation="utrecht-gemeente"),
            Claimed(at=NOW, by="Sanne"),
            Said(at=NOW, id="from-sanne", by="Sanne", reply=said),
        )

    return takes_it_and_says


@dataclass
class Server:
    """A real server in a thread of its own."""

    app: FastAPI
    assistant: Assistant
    shutdown: asyncio.Event
    address: str = ""
    loop: asyncio.AbstractEventLoop | None = None
    process: uvicorn.Server | None = None

    def serve(self) -> Iterator["Server"]:
        """Run until the end of the test."""
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.address = f"http://127.0.0.1:{door.getsockname()[1]}"
            config = uvicorn.Config(self.app, log_level="error", timeout_graceful_shutdown=2)
            self.process = uvicorn.Server(config)
            started = threading.Event()
            thread = threading.Thread(target=asyncio.run, args=(self._run(door, started),))
            thread.start()
            started.wait()
            yield self
            self.stop()
            thread.join()

    def stop(self) -> None:
        """Ask it to end, as SIGTERM does; doing it again is no harm."""
        assert self.loop
        assert self.process
        self.process.should_exit = True
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.shutdown.set)

    async def _run(self, door: socket.socket, started: threading.Event) -> None:
        assert self.process
        self.loop = asyncio.get_running_loop()
        started.set()
        await self.process.serve(sockets=[door])

    def within(self, step: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the loop of the server."""
        assert self.loop
        return asyncio.run_coroutine_threadsafe(step, self.loop).result(timeout=10)

    def happens(self, token: str, *events: Event) -> None:
        """Let something happen in the conversation of this cookie."""
        self.within(self.assistant.act(f"web:{token}", lambda _, __: events))


@pytest.fixture
def server(app: FastAPI, assistant: Assistant, shutdown: asyncio.Event) -> Iterator[Server]:
    yield from Server(app, assistant, shutdown).serve()


@pytest.fixture(scope="module")  # no longer: its loop would be in the way of asynchronous tests
def chromium(needs: Callable[[object, str], None]) -> Iterator[Browser]:
    """Return a real browser."""
    needs(CHROMIUM.exists(), "Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()
