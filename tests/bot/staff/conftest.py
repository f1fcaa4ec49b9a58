"""A desk with a real store and real accounts, a clock that can be set, and conversations to put on it."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.staticfiles import StaticFiles
from playwright.async_api import Browser, async_playwright

from bot.assistant import Assistant
from bot.directory import Proposal
from bot.entry import Entry
from bot.events import Consented, ContactGiven, Decided, Event, HandedOver, Heard, Said
from bot.kept import Kept
from bot.messages import Choice, Part, Reply, Way, payload
from bot.minds import Minds
from bot.people import Role
from bot.phrases import load_phrases
from bot.ports import EventStore
from bot.staff import reach
from bot.staff.access import add_staff, case_number
from bot.staff.app import staff_app
from bot.staff.people import person_number
from bot.staff.undo import Undoing
from bot.stores.kept import kept_over
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.stores.staff import SqlAccounts
from bot.upkeep import Upkeep
from intents.model import Reading, Understanding
from referral.decide import decide
from referral.guide import Guide
from referral.load import load_guide
from referral.model import Ask, Situation
from referral.overlay import Edit

CHROMIUM = Path("/usr/bin/chromium")
IS_THERE = CHROMIUM.exists()
STATIC = Path("bot/channels/web/static")
TEAM, OTHER_TEAM = "utrecht-buurtteam-sociaal", "utrecht-dock"
PASSWORD = "een lang wachtwoord"
START = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # a Friday, 14:00 in Utrecht


@pytest.fixture(autouse=True)
def one_organisation(monkeypatch):
    """Take all buurtteams for one organisation, so that a coördinator has several teams."""
    teams = frozenset(f"utrecht-buurtteam-{one}" for one in ("sociaal", "jeugd-gezin", "vo", "mbo"))
    monkeypatch.setattr(reach, "shipped", lambda: (teams,))


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
    kept: Kept
    undo: Undoing
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, **options: Any) -> httpx.AsyncClient:
        """Return a browser that nobody signed in with."""
        base = options.pop("base_url", "http://wegwijs.test")
        transport = httpx.ASGITransport(self.app)
        self.clients.append(httpx.AsyncClient(transport=transport, base_url=base, **options))
        return self.clients[-1]

    def again(
        self,
        entry: Entry = Entry(),  # noqa: B008 -- it never changes
        files: Mapping[str, str] | None = None,
    ) -> "Desk":
        """Return the desk of another process over the same database, perhaps with other files of the directory."""
        other = make_desk(self.store, self.kept, self.guide, self.clock, entry=entry, files=files)
        other.clients = self.clients
        return other

    async def signed_in(self, name: str = "Sanne", team: str = TEAM, role: Role = "medewerker") -> httpx.AsyncClient:
        """Return the browser of a colleague."""
        await add_staff(self.accounts, self.guide, name, team, PASSWORD, role=role, now=self.clock.now())
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
        promised: datetime | None = None,
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
            HandedOver(at=now, organisation=team, urgent=urgent, promised=promised),
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
    monkeypatch.setattr("bot.staff.passwords._HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture(scope="session")
def guide() -> Guide:
    return load_guide()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file with the newest tables, to copy: quicker than to make them for each test."""
    path = tmp_path_factory.mktemp("desk") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
async def desk(
    tmp_path: Path, empty_database: Path, guide: Guide, clock: SetClock, entry: Entry
) -> AsyncIterator[Desk]:
    """Return a desk over SQLite, as it is for most; that all stores do the same is for tests/bot/stores."""
    shutil.copy(empty_database, tmp_path / "wegwijs.db")
    store = SqlStore(f"sqlite:///{tmp_path}/wegwijs.db")
    desk = make_desk(store, kept_over(store.engines), guide, clock, entry=entry)
    yield desk
    for client in desk.clients:
        await client.aclose()
    await store.close()


def make_desk(
    store: EventStore,
    kept: Kept,
    guide: Guide,
    clock: SetClock,
    grace: float = 0,
    entry: Entry = Entry(),  # noqa: B008 -- it never changes
    files: Mapping[str, str] | None = None,
) -> Desk:
    minds = Minds(understand, guide, load_phrases())
    assistant = Assistant(store, minds, clock)
    shutdown = asyncio.Event()
    undo = Undoing(assistant, kept.pendings, timedelta(seconds=grace))
    upkeep = Upkeep(assistant, kept.directory, files)
    app = FastAPI()
    app.include_router(
        staff_app(assistant, kept, guide, "voorbeeld-theme", shutdown, undo=undo, upkeep=upkeep, entry=entry)
    )
    app.mount("/static", StaticFiles(directory=STATIC))
    return Desk(app, store, kept.accounts, assistant, guide, clock, shutdown, kept, undo)


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
def entry() -> Entry:
    """Return how staff sign in; a test parametrizes it to change that."""
    return Entry()


@pytest.fixture
def token_of() -> Callable[[httpx.AsyncClient], Coroutine[Any, Any, str]]:
    """Return what reads the token of a session from its page."""

    async def read(client: httpx.AsyncClient) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/staff/me")).text)
        assert found
        return found[1]

    return read


# ---------------------------------------------------------------- every route


@dataclass
class Filled:
    """Real numbers to put in the path of a route, and a form that has every field that there is."""

    values: dict[str, str]  # a path, or what stands at its end -> what to put in
    number: str
    secret: str

    def path(self, route: str, **other: str) -> str:
        """Return an address of a route. Fails for a parameter that nobody told here how to fill in."""
        for known, value in {**self.values, **other}.items():
            route = route.replace(known, value)
        assert "{" not in route, f"tell in `filled` of conftest.py what to put in {route}"
        return route

    def form(self, csrf: str, **fields: str) -> dict[str, str]:
        """Return a form that is good enough to reach what a route does."""
        every = {
            "csrf": csrf, "number": "0" * 32, "text": "Dag", "outcome": "helped", "to": "Noor", "why": "Klopt niet",
            "organisation": OTHER_TEAM, "reason": "Hoort bij Dock", "day": "2026-12-01", "what": "Bellen",
            "title": "Groet", "language": "nl", "name": "Nieuw", "team": TEAM, "role": "medewerker", "active": "yes",
            "code": "000000", "password": PASSWORD,
        }  # fmt: skip  # with what a test adds at most twenty: a form with more is refused
        return every | fields


@pytest.fixture
def routes(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Return (method, path) of every route of the desk, as the router knows them."""
    found = {
        (method, route.path)
        for route in iter_route_contexts(desk.app.routes)
        if route.path and route.path.startswith("/staff")
        for method in route.methods or ()
    }
    return tuple(sorted(found))


@pytest.fixture
async def filled(desk: Desk) -> Filled:
    """Return numbers of a case of TEAM, of a colleague called Noor, of her session and of her link."""
    desk.shutdown.set()  # or a stream would never end
    number, now = await desk.hand_over(), desk.clock.now()
    await add_staff(desk.accounts, desk.guide, "Noor", TEAM, PASSWORD, now=now)
    await desk.accounts.open_session("Noor", now)
    secret = await desk.accounts.keys.new_link("Noor", now)
    (session,) = await desk.accounts.sessions("Noor", now)
    edit = Edit(organisation=TEAM, contact=None, before={}, after={"checked_on": "2026-11-20"})
    by = {"by": "Noor", "role": "medewerker", "team": TEAM, "at": now}
    asked = Proposal.model_validate({"id": "f" * 32, "sort": "right", "edit": edit, "source": "website", **by})
    await desk.kept.directory.propose(asked)
    values = {
        "/cases/{number}": f"/cases/{number}",
        "/people/{number}": f"/people/{person_number('Noor')}",
        "/sessions/{number}": f"/sessions/{session.id}",
        "{secret}": secret,
        "{rest:path}": "iets/anders",
        "/numbers/{name}": "/numbers/weken",
        "/static/{name}": "/static/staff.css",
        "{organisation}": TEAM,
        "/contacts/{key}": "/contacts/nieuw",
        "/choose/{key}": "/choose/geen",
        "{proposal}": asked.id,
        "{decision}": "decline",
        "{version}": "1",
    }
    return Filled(values, number, secret)


@pytest.fixture
async def patient(desk: Desk) -> AsyncIterator[Desk]:
    """Return a desk over the same stores where an answer can be taken back for ten seconds."""
    patient = make_desk(desk.store, desk.kept, desk.guide, desk.clock, grace=10)
    yield patient
    for client in patient.clients:
        await client.aclose()


@pytest.fixture
async def browser(needs: Callable[[object, str], None]) -> AsyncIterator[Browser]:
    """Return the Chromium of the machine; in CI a missing one fails."""
    needs(IS_THERE, "Chromium is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
