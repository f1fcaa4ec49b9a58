"""A desk with a real store and real accounts, a clock that can be set, and conversations to put on it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from bot.assistant import Assistant
from bot.events import Consented, ContactGiven, Decided, Event, HandedOver, Heard, Said
from bot.messages import Choice, Part, Reply, Way, payload
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.ports import EventStore
from bot.staff.access import add_staff, case_number
from bot.staff.app import staff_app
from bot.stores.memory import MemoryStore
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.stores.staff import SqlAccounts
from intents.model import Reading, Understanding
from referral.decide import decide
from referral.guide import Guide
from referral.load import load_guide
from referral.model import Ask, Situation

STATIC = Path("bot/channels/web/static")
TEAM, OTHER_TEAM = "utrecht-buurtteam-sociaal", "utrecht-dock"
PASSWORD = "een lang wachtwoord"
START = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # a Friday, 14:00 in Utrecht


@dataclass
class SetClock:
    """A clock that stands still until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)


def understand(text: str, language: str | None, expecting: str | None) -> Understanding:
    """Read nothing but debts: the desk's tests are not about understanding."""
    found = (Reading(theme="geldzorgen", confidence=0.9),) if "schuld" in text else ()
    return Understanding(language=language or "nl", themes=found, ranking=found)


@dataclass
class Desk:
    """The desk under test, with what it stands on."""

    app: FastAPI
    store: EventStore
    accounts: SqlAccounts
    assistant: Assistant
    guide: Guide
    clock: SetClock
    shutdown: asyncio.Event
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, **options: Any) -> httpx.AsyncClient:
        """Return a browser that nobody signed in with."""
        base = options.pop("base_url", "http://wegwijs.test")
        transport = httpx.ASGITransport(self.app)
        self.clients.append(httpx.AsyncClient(transport=transport, base_url=base, **options))
        return self.clients[-1]

    async def signed_in(self, name: str = "Sanne", team: str = TEAM) -> httpx.AsyncClient:
        """Return the browser of a colleague."""
        await add_staff(self.accounts, self.guide, name, team, PASSWORD, now=self.clock.now())
        client = self.client()
        assert (await log_in(client, name)).status_code == 303
        return client

    async def happen(self, conversation: str, *events: Event) -> None:
        """Let things happen in a conversation."""

        def step(_: object, __: object) -> Sequence[Event]:
            return events

        await self.assistant.act(conversation, step)

    async def hand_over(self, conversation: str = "web:anna", **what: Any) -> str:
        """Put a conversation on a team's desk and return its number there."""
        await self.happen(conversation, *self.story(**what))
        return case_number(conversation)

    def story(
        self,
        *,
        team: str = TEAM,
        text: str = "Ik heb schulden en durf de post niet open te maken",
        themes: tuple[str, ...] = ("geldzorgen",),
        signals: tuple[str, ...] = (),
        facts: dict[str, str] | None = None,
        name: str | None = "Anna",
        reach: str | None = "+31 6 12345678",
        language: str = "nl",
        urgent: bool = False,
        consent: bool = True,
        receipt: str | None = None,
    ) -> tuple[Event, ...]:
        """Return the events of a conversation that was referred and handed over."""
        now = self.clock.now()
        readings = tuple(Reading(theme=theme, confidence=0.9) for theme in themes)
        situation = self.until_referred(themes, signals, facts or {"wijk": "utrecht-overvecht", "age": "23-66"})
        told = Understanding(
            language=language, themes=readings, ranking=readings, signals=signals, facts=situation.facts
        )
        decision = decide(situation, self.guide, now.date())
        way = Way(label="Telefoon", value="112", href="tel:112")
        reply = Reply(
            parts=(
                Part(kind="notice", text="Ik ben Wegwijs. Ik ben een computer."),
                *((Part(kind="danger", text="Is er gevaar? Bel 112.", ways=(way,)),) if signals else ()),
                Part(kind="text", text="Deze organisatie kan u helpen."),
                Part(kind="referral", title="Buurtteam Sociaal (Overvecht)", text="Zij helpen bij geld."),
            ),
            choices=(Choice(title="Laat hen contact met mij opnemen", payload=payload("contact")),),
            status="refer",
        )
        yes = Understanding(language=language, act="affirm")
        return (
            Heard(at=now, id="1", text=text, understanding=told),
            Decided(at=now, decision=decision, on=now.date(), directory="2026-11-20.1", receipt=receipt),
            Said(at=now, id="said-1", reply=reply, answers="1"),
            Heard(at=now, id="2", text=payload("contact"), understanding=yes),
            *((Consented(at=now, organisation=team),) if consent else ()),
            HandedOver(at=now, organisation=team, urgent=urgent),
            *((ContactGiven(at=now, name=name, reach=reach),) if name or reach else ()),
        )

    def until_referred(self, themes: tuple[str, ...], signals: tuple[str, ...], facts: dict[str, str]) -> Situation:
        """Answer every question with "weet ik niet"."""
        situation = Situation(themes=themes, signals=signals, facts={"city": "utrecht", **facts})
        while isinstance(asked := decide(situation, self.guide, self.clock.now().date()), Ask):
            situation = Situation(themes=themes, signals=signals, facts={**situation.facts, asked.fact: "unknown"})
        return situation


async def log_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
    return await client.post("/staff/login", data={"name": name, "password": password, **fields})


async def press(client: httpx.AsyncClient, case: str, button: str, **fields: str) -> httpx.Response:
    """Send a form of a case's page, with all hidden fields that stand in it."""
    page = (await client.get(f"/staff/cases/{case}")).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return await client.post(f"/staff/cases/{case}/{button}", data={"number": "0" * 32, **hidden, **fields})


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let argon2 take a millisecond in place of a tenth of a second."""
    monkeypatch.setattr("bot.staff.access._HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture(scope="session")
def guide() -> Guide:
    return load_guide()


@pytest.fixture(params=["memory", "sqlite"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path, guide: Guide) -> AsyncIterator[Desk]:
    """Return a desk over each store; accounts are in SQLite."""
    url = f"sqlite:///{tmp_path}/wegwijs.db"
    await asyncio.to_thread(migrate, url)
    sql = SqlStore(url)
    store = sql if request.param == "sqlite" else MemoryStore()
    desk = make_desk(store, SqlAccounts(sql.engines), guide, SetClock())
    yield desk
    for client in desk.clients:
        await client.aclose()
    await sql.close()


def make_desk(store: EventStore, accounts: SqlAccounts, guide: Guide, clock: SetClock) -> Desk:
    minds = Minds(understand, guide, load_phrases())
    assistant = Assistant(store, minds, clock)
    shutdown = asyncio.Event()
    app = FastAPI()
    app.include_router(staff_app(assistant, accounts, guide, "voorbeeld-theme", shutdown))
    app.mount("/static", StaticFiles(directory=STATIC))
    return Desk(app, store, accounts, assistant, guide, clock, shutdown)


@pytest.fixture
def send() -> Callable[..., Coroutine[Any, Any, httpx.Response]]:
    """Return `press`: send a form of a case's page."""
    return press


@pytest.fixture
def login() -> Callable[..., Coroutine[Any, Any, httpx.Response]]:
    """Return `log_in`."""
    return log_in


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def token_of() -> Callable[[httpx.AsyncClient], Coroutine[Any, Any, str]]:
    """Return what reads the token of a session from its page."""

    async def read(client: httpx.AsyncClient) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/staff")).text)
        assert found
        return found[1]

    return read
