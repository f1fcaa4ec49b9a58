"""Cases over a real store, a clock that can be set, and programs elsewhere that really listen on a port."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from pydantic import SecretStr
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.assistant import Assistant
from bot.deliveries import Delivery, Kind
from bot.elsewhere.courier import Carrier, Courier
from bot.events import Claimed, Closed, Consented, ContactGiven, Event, HandedOver, Heard
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.places import Places
from bot.stores.deliveries import SqlDeliveries
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.stores.tables.sending import DELIVERIES
from intents.model import Reading, Understanding
from referral.guide import Guide
from referral.load import load_guide

TEAM, OTHER_TEAM = "utrecht-buurtteam-sociaal", "utrecht-dock"
START = datetime(2026, 11, 20, 13, 2, tzinfo=UTC)
GOT = Callable[[Request], Awaitable[Response]]


@dataclass
class SetClock:
    """A clock that stands still until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class World:
    """A store with cases, and who tells of them elsewhere."""

    store: SqlStore
    clock: SetClock
    guide: Guide
    assistant: Assistant
    deliveries: SqlDeliveries
    noted: list[Delivery] = field(default_factory=list)

    async def happen(self, *events: Event, conversation: str = "web:anna") -> None:
        """Let things happen in a conversation."""
        await self.assistant.act(conversation, lambda _, __: events)

    async def hand_over(
        self, *, team: str = TEAM, urgent: bool = False, conversation: str = "web:anna", text: str = "Ik heb schulden"
    ) -> None:
        """Put a conversation in a team's queue."""
        await self.happen(*self.story(team, urgent, text), conversation=conversation)

    def story(self, team: str, urgent: bool, text: str) -> tuple[Event, ...]:
        now = self.clock.now()
        debts = (Reading(theme="geldzorgen", confidence=0.9),)
        told = Understanding(
            language="nl", themes=debts, ranking=debts, facts={"wijk": "utrecht-overvecht", "city": "utrecht"}
        )
        return (
            Heard(at=now, id="1", text=text, understanding=told),
            Consented(at=now, organisation=team),
            HandedOver(at=now, organisation=team, urgent=urgent, promised=now + timedelta(days=1)),
        )

    async def give_contact(self, name: str | None = None, reach: str | None = None) -> None:
        await self.happen(ContactGiven(at=self.clock.now(), name=name, reach=reach))

    async def claim(self) -> None:
        await self.happen(Claimed(at=self.clock.now(), by="Sanne"))

    async def close(self) -> None:
        await self.happen(Closed(at=self.clock.now(), by="Sanne", outcome="helped"))

    def courier(self, carriers: dict[Kind, Carrier]) -> Courier:
        async def note(delivery: Delivery) -> None:
            self.noted.append(delivery)

        return Courier(self.deliveries, carriers, self.clock, note, chance=lambda: 0.5)

    async def run(self, courier: Courier, *, hours: float = 72) -> None:
        """Let the courier work until nothing is left that it will still do."""
        until = self.clock.now() + timedelta(hours=hours)
        while self.clock.now() <= until:
            await courier.run_due()
            if not (await self.deliveries.counts(None)).get("waiting"):
                return
            self.clock.move(minutes=7)

    async def kept(self) -> Sequence[Any]:
        """Return the row of each delivery that there is, told or not."""
        async with self.store.engines.reading() as connection:
            return (
                await connection.execute(select(DELIVERIES).order_by(DELIVERIES.c.made_at, DELIVERIES.c.what))
            ).all()


@pytest.fixture(scope="session")
def guide() -> Guide:
    return load_guide()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("elsewhere") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def worlds(
    tmp_path: Path, empty_database: Path, guide: Guide
) -> Callable[[Places], "asynccontextmanager[AsyncIterator[World]]"]:
    """Return what makes a world in which these places are told."""

    @asynccontextmanager
    async def make(places: Places) -> AsyncIterator[World]:
        shutil.copy(empty_database, tmp_path / "wegwijs.db")
        store, clock = SqlStore(f"sqlite:///{tmp_path}/wegwijs.db", places=places), SetClock()
        minds = Minds(lambda *_: Understanding(language="nl"), guide, load_phrases())
        yield World(store, clock, guide, Assistant(store, minds, clock), SqlDeliveries(store.engines))
        await store.close()

    return make


@asynccontextmanager
async def listening(got: GOT) -> AsyncIterator[str]:
    """Give the address of a program that answers with `got`."""

    async def answer(request: Request) -> Response:
        return await got(request)

    app = Starlette(routes=[Route("/{rest:path}", answer, methods=["GET", "POST", "PATCH", "PUT", "DELETE"])])
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- uvicorn tells it by this only
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.fixture
def program() -> Callable[[GOT], "asynccontextmanager[AsyncIterator[str]]"]:
    """Return `listening`: run a program elsewhere."""
    return listening


@pytest.fixture
def secret() -> SecretStr:
    """Return the secret of a webhook."""
    return SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
