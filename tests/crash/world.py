"""A city of residents and colleagues around one server, and who kills it."""

import asyncio
import base64
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request, Response

from bot import bootstrap
from bot.settings import Settings, settings_from
from bot.staff.access import add_staff
from bot.stores.sql import SqlStore
from tests.bot_api import TOKEN, FakeBotApi, Server, free_port
from tests.crash.people import PASSWORD, TEAM, TOWN, Colleague, Ledger, on_telegram, on_the_web, over_rest
from tests.crash.process import Line, Served
from tests.crash.sockets import over_sockets

NAMES = ("Sanne", "Noor")
MOMENTS = ("any", "any", "message", "answer", "sent")  # when it dies: at any moment, see `Killer`
_ALIVE = 3.0  # seconds on average; however long it lived, it may die as soon
_LAST_HOUR = 2  # seconds that colleagues go on working when residents are done
_MESSAGE = 0.12  # seconds within which a message is mostly taken


class Ears:
    """Another program that hears of cases by webhook."""

    def __init__(self) -> None:
        self.port = free_port()
        self.told: Counter[str] = Counter()
        self.cases: Counter[str] = Counter()  # number of a case -> how many different messages that it was opened
        app = FastAPI()
        app.add_api_route("/hook", self._hear, methods=["POST"])
        self._server = Server(app, self.port)

    async def _hear(self, request: Request) -> Response:
        told, number = await request.json(), request.headers["webhook-id"]
        self.told[number] += 1
        if told["type"] == "case.opened" and self.told[number] == 1:
            self.cases[told["data"]["number"]] += 1
        return Response(status_code=204)

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()


class MortalApi(FakeBotApi):
    """Telegram, who tells when it took a message, before it says so."""

    at_sent: Callable[[], None] | None = None

    async def sendMessage(self, given):  # type: ignore[no-untyped-def]  # noqa: N802
        sent = await super().sendMessage(given)
        if self.at_sent:
            strike, self.at_sent = self.at_sent, None
            strike()
            await asyncio.sleep(0.05)
        return sent


@dataclass
class World:
    """Everything around the server."""

    served: Served
    line: Line
    api: MortalApi
    ears: Ears
    ledger: Ledger
    settings: Settings
    colleagues: list[Colleague]
    kills: Counter[str] = field(default_factory=Counter)

    def store(self) -> SqlStore:
        """Return the same database, seen from outside."""
        return bootstrap.open_store(self.settings)

    async def colleague_of(self, team: str) -> Colleague:
        """Return somebody who sees the cases of a team."""
        if team == TEAM:
            return self.colleagues[0]
        await _open_the_desk(self.settings, team, (team,))
        self.colleagues.append(Colleague(team, self.ledger, self.line.url))
        return self.colleagues[-1]

    async def live(self, kills: int) -> None:
        """Let everybody talk while the server dies so many times; return when they have said what they had to say."""
        stop, evening = asyncio.Event(), asyncio.Event()
        ledger, url = self.ledger, self.line.url
        talking = [
            *(on_the_web(ledger, url, stop) for _ in range(2)),
            on_the_web(ledger, url, stop, widget=True),
            over_sockets(ledger, url, stop),
            over_rest(ledger, url, stop),
            over_rest(ledger, url, stop, stream=True),
            *(on_telegram(ledger, self.api, stop) for _ in range(2)),
        ]
        residents = [asyncio.create_task(one) for one in talking]
        colleagues = [asyncio.create_task(one.work(evening)) for one in self.colleagues]
        for _ in range(kills):
            await self._live_and_die(ledger.random.choice(MOMENTS))
        await self.served.start()
        stop.set()
        await asyncio.gather(*residents)
        await asyncio.sleep(_LAST_HOUR)
        evening.set()
        await asyncio.gather(*colleagues)

    async def _live_and_die(self, moment: str) -> None:
        """Start, and die: at any moment, just after a message came in, or in place of telling that it was taken."""
        await self.served.start()
        struck = asyncio.Event()

        def strike() -> None:
            self.served.strike()
            struck.set()

        async def soon() -> None:
            self.line.wait = None
            asyncio.get_running_loop().call_later(self.ledger.random.uniform(0, _MESSAGE), strike)

        alive = self.ledger.random.expovariate(1 / _ALIVE)
        await asyncio.sleep(0 if moment == "any" else alive / 4)
        match moment:
            case "message":
                self.line.wait = soon
            case "answer":
                self.line.at_answer = strike
            case "sent":
                self.api.at_sent = strike
        happened = True
        try:
            await asyncio.wait_for(struck.wait(), alive if moment == "any" else _ALIVE)
        except TimeoutError:
            happened = moment == "any"
        self.line.wait = self.line.at_answer = self.api.at_sent = None
        self.kills[moment if happened else "any"] += 1
        await self.served.kill()


@contextlib.asynccontextmanager
async def world(database: str, folder: Path, seed: int) -> AsyncIterator[World]:
    """Give a world around a server over an empty database, not started yet."""
    ears, api = Ears(), MortalApi()
    await ears.start()
    await api.start()
    places = folder / "elsewhere.yaml"
    places.write_text(
        f"webhooks:\n  - {{name: oor, url: 'http://127.0.0.1:{ears.port}/hook', secret: EAR}}\n"
        "private_hosts: [127.0.0.1]\n"
    )
    environment = {
        "WEGWIJS_DATABASE_URL": database,
        "WEGWIJS_TELEGRAM_TOKEN": TOKEN,
        "WEGWIJS_TELEGRAM_URL": api.url,
        "WEGWIJS_ELSEWHERE": str(places),
        "WEGWIJS_DESK_UNDO_SECONDS": "1",
        "WEGWIJS_ORIGINS": TOWN,
        "EAR": "whsec_" + base64.b64encode(b"e" * 32).decode(),
    }
    settings = settings_from(environment)
    served = Served(environment, folder / "log.txt")
    ledger = Ledger(random.Random(seed))
    await _open_the_desk(settings, TEAM, NAMES)
    async with Line(served.port) as line:
        colleagues = [Colleague(name, ledger, line.url) for name in NAMES]
        try:
            yield World(served, line, api, ears, ledger, settings, colleagues)
        finally:
            await served.kill()
            await api.stop()
            await ears.stop()
            for one in colleagues:
                await one.client.aclose()


async def _open_the_desk(settings: Settings, team: str, names: Sequence[str]) -> None:
    accounts = await asyncio.to_thread(bootstrap.open_accounts, settings)
    guide = bootstrap.guide()
    for name in names:
        await add_staff(accounts, guide, name, team, PASSWORD, now=datetime.now(UTC))
