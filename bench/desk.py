"""How long the pages of the desk take with 100,000 cases, beside an empty desk. From a request to its whole answer.

    python -m bench.desk [--cases 100000] [--rounds 100] [--postgres postgresql://user@host/empty_database]

Invented cases of five teams and thirty colleagues; the largest team has six of ten, and half of all are still open,
which no team could ever work through. The requests go through the app itself (ASGI) with sign-in, session, audit log
and templates, one at a time; a network would add the same to each. Every case has its events.
"""

import argparse
import asyncio
import logging
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import httpx
from fastapi import FastAPI
from sqlalchemy import insert, text

from bot.assistant import Assistant
from bot.conversation import replay
from bot.events import Claimed, Closed, Consented, ContactGiven, Event, HandedOver, Heard, Said
from bot.handover import Staff, case_of
from bot.messages import Part, Reply
from bot.minds import Minds
from bot.people import Role
from bot.phrases import load_phrases
from bot.queue import Wanted
from bot.staff.access import Door, add_staff
from bot.staff.app import staff_app
from bot.staff.cases import PAGE
from bot.staff.live import pulse
from bot.staff.undo import Undoing
from bot.staff.words import LANGUAGES
from bot.stores.cases import row
from bot.stores.kept import kept_over
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.stores.tables.conversations import CASES, EVENTS
from bot.stores.tables.keys import CONVERSATION_KEYS
from intents.model import Reading, Understanding
from referral.guide import Guide
from referral.load import load_guide

TEAMS = {
    "utrecht-buurtteam-sociaal": 60,
    "utrecht-buurtteam-jeugd-gezin": 20,
    "utrecht-buurtteam-mbo": 5,
    "utrecht-dock": 10,
    "utrecht-buurtteam-vo": 5,
}
LARGEST = next(iter(TEAMS))
STATES = {"waiting": 20, "staff": 30, "closed": 50}
COLLEAGUES = [f"Collega {number}" for number in range(30)]
ME, COORDINATOR, PASSWORD = COLLEAGUES[0], "Coordinator", "een lang wachtwoord"
AT_ONCE = 2000
NOW = datetime.now(UTC)

Page = Callable[[], Awaitable[object]]


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def stories(guide: Guide, number: int) -> Iterator[tuple[str, list[Event]]]:
    """Conversations with their events, the same ones every time."""
    chance = random.Random(1)
    wijken = guide.areas.wijken_of("utrecht")
    themes = list(guide.themes)
    for at in range(number):
        opened = NOW - timedelta(minutes=chance.randrange(60 * 24 * 90), seconds=chance.random() * 60)
        yield f"web:bench-{at}", story(chance, opened, chance.choice(wijken), chance.choice(themes))


def story(chance: random.Random, opened: datetime, wijk: str, theme: str) -> list[Event]:
    team, state = one_of(chance, TEAMS), one_of(chance, STATES)
    language = chance.choice(list(LANGUAGES))
    reading = Reading(theme=theme, confidence=0.9)
    facts = {"city": "utrecht", "wijk": wijk, "age": "23-66"}
    told = Understanding(language=language, themes=(reading,), ranking=(reading,), facts=facts)
    promised = opened + timedelta(hours=chance.randrange(2, 100))
    events: list[Event] = [
        Heard(at=opened, id="1", text="Ik kom er niet meer uit met al die post", understanding=told),
        Consented(at=opened, organisation=team),
        HandedOver(at=opened, organisation=team, urgent=chance.random() < 0.02, promised=promised),
        ContactGiven(at=opened, name=f"Bewoner {chance.randrange(10_000)}", reach="+31 6 12345678"),
    ]
    if state != "waiting":
        owner = chance.choice(COLLEAGUES)
        later = opened + timedelta(hours=1)
        events.append(Claimed(at=later, by=owner))
        if chance.random() < 0.5:
            events.append(Said(at=later, id="2", by=owner, reply=Reply(parts=(Part(kind="text", text="Goedemiddag"),))))
        if state == "closed":
            events.append(Closed(at=later + timedelta(hours=2), by=owner, outcome="helped"))
    return events


def one_of(chance: random.Random, shares: Mapping[str, int]) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]


async def fill(store: SqlStore, guide: Guide, number: int) -> None:
    some: list[tuple[str, list[Event]]] = []
    for one in stories(guide, number):
        some.append(one)
        if len(some) == AT_ONCE:
            await keep(store, some)
            some = []
    if some:
        await keep(store, some)
    async with store.engines.writing() as connection:
        await connection.execute(text("ANALYZE"))  # as PostgreSQL does by itself within a minute


async def keep(store: SqlStore, some: list[tuple[str, list[Event]]]) -> None:
    new = {name: store.engines.vault.new(name) for name, _ in some}
    keys = [{"conversation": name, "master": kept.master, "wrapped": kept.text} for name, (_, kept) in new.items()]
    events = [
        {"conversation": name, "number": at, "kind": one.kind, "at": one.at}
        | {"body": new[name][0].seal(one.model_dump_json(), "event", at)}
        for name, happened in some
        for at, one in enumerate(happened, 1)
    ]
    cases = [row(case, new[name][0]) for name, happened in some if (case := case_of(replay(name, happened)))]
    async with store.engines.writing() as connection:
        await connection.execute(insert(CONVERSATION_KEYS), keys)
        await connection.execute(insert(EVENTS), events)
        await connection.execute(insert(CASES), cases)


class Bench:
    """A desk over one store, with two colleagues who signed in."""

    def __init__(self, store: SqlStore, guide: Guide) -> None:
        self.store, self.guide, kept = store, guide, kept_over(store.engines)
        self.accounts = kept.accounts
        assistant = Assistant(store, Minds(understand, guide, load_phrases()), SystemClock())
        undo = Undoing(assistant, kept.pendings)
        self.app = FastAPI()
        self.app.include_router(staff_app(assistant, kept, guide, "voorbeeld-theme", asyncio.Event(), undo=undo))
        self.door = Door(kept.accounts, store, SystemClock(), guide)

    async def sign_in(self, name: str, role: Role) -> httpx.AsyncClient:
        await add_staff(self.accounts, self.guide, name, LARGEST, PASSWORD, role=role)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://bench")
        answer = await client.post("/staff/login", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    async def pages(self) -> dict[str, Page]:
        """Every page that lists or opens cases, and what an open page asks each time that something changes."""
        mine, all_teams = await self.sign_in(ME, "medewerker"), await self.sign_in(COORDINATOR, "coordinator")
        me = Staff(name=ME, team=LARGEST)
        middle, some_case = await self.deep(), await self.some_case()
        wijk = self.guide.areas.wijken_of("utrecht")[0]
        theme = next(iter(self.guide.themes))
        paths = {
            "Nieuw": "/staff",
            "Nieuw, page 100": f"/staff?after={middle}",
            "Van mij": "/staff?tab=mij",
            "Wacht op bewoner": "/staff?tab=bewoner",
            "Bij collega's": "/staff?tab=anderen",
            "Gesloten": "/staff?tab=gesloten",
            "Gesloten, theme and wijk": f"/staff?tab=gesloten&theme={theme}&wijk={wijk}",
            "Nieuw, four filters": f"/staff?theme={theme}&wijk={wijk}&language=fy&age=week",
            "Gesloten, nothing found": f"/staff?tab=gesloten&theme={theme}&wijk=unknown&language=fy&age=today",
            "One case": f"/staff/cases/{some_case}",
            "A case that is not there": "/staff/cases/0123456789abcdef",
        }
        found = {name: get(mine, path) for name, path in paths.items()}
        found["Nieuw, coordinator"] = get(all_teams, "/staff")
        found["Gesloten, coordinator"] = get(all_teams, f"/staff?tab=gesloten&theme={theme}&language=fy")
        return {**found, "Pulse of the live stream": lambda: pulse(self.door, me)}

    async def deep(self) -> str:
        """The place of the five thousandth case, or of the last one."""
        cases = await self.store.cases(Wanted(teams=(LARGEST,)), limit=100 * PAGE)
        return cases[-1].place if cases else ""

    async def some_case(self) -> str:
        cases = await self.store.cases(Wanted(teams=(LARGEST,)), limit=1)
        return cases[0].number if cases else "0" * 16


def understand(*_: str | None) -> Understanding:
    return Understanding(language="nl")


def get(client: httpx.AsyncClient, path: str) -> Page:
    async def page() -> None:
        answer = await client.get(path)
        assert answer.status_code in (200, 404), (path, answer.status_code)

    return page


async def timed(page: Page, rounds: int) -> tuple[float, float]:
    """p50 and p99 in milliseconds; the first time does not count."""
    await page()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        await page()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took), statistics.quantiles(took, n=100, method="inclusive")[98]


async def measured(url: str, guide: Guide, number: int, rounds: int) -> dict[str, tuple[float, float]]:
    await asyncio.to_thread(migrate, url)
    store = SqlStore(url)
    try:
        await fill(store, guide, number)
        return {name: await timed(page, rounds) for name, page in (await Bench(store, guide).pages()).items()}
    finally:
        await store.close()


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--postgres", help="the URL of an empty database; its tables are made and filled")
    told = options.parse_args()
    logging.disable()

    guide = load_guide()
    with tempfile.TemporaryDirectory() as scratch:
        columns = {
            "SQLite, empty": await measured(f"sqlite:///{scratch}/empty.db", guide, 0, told.rounds),
            f"SQLite, {told.cases:,}": await measured(f"sqlite:///{scratch}/full.db", guide, told.cases, told.rounds),
        }
    if told.postgres:
        columns[f"PostgreSQL, {told.cases:,}"] = await measured(told.postgres, guide, told.cases, told.rounds)
    print(f"{'p50 / p99 in ms':28}" + "".join(f"{name:>24}" for name in columns))
    for page in next(iter(columns.values())):
        cells = (f"{some[page][0]:.1f} / {some[page][1]:.1f}" for some in columns.values())
        print(f"{page:28}" + "".join(f"{cell:>24}" for cell in cells))
    slowest = max(some[page][1] for some in columns.values() for page in some)
    print(f"slowest p99: {slowest:.1f} ms, of {told.rounds} requests each")


if __name__ == "__main__":
    asyncio.run(main())
