"""Whether a turn and the pages of the desk stay as quick with a million conversations and 100,000 open cases.

    python -m bench.million [--conversations 1000000] [--open 100000] [--rounds 100] [--only sqlite|postgres]

Beside an empty store of the same kind, and one with so few conversations that its pages are just full: an empty page
has no rows to open and to write. A round asks the three in turns, so that whatever else the machine does meets all. A
turn goes from a message to its commit (a button, so without the model); pages go through the app with sign-in, audit
log and templates. Filling takes minutes: everything is encrypted as a server does it. Goal: 1.5 times at most.
"""

import argparse
import asyncio
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import insert, text

from bench.desk import NOW, Bench, Page, keep, stories
from bench.servers import machine, p99, postgres
from bot.assistant import Assistant
from bot.bootstrap import load_minds
from bot.events import Event, Heard, Said
from bot.messages import Incoming, Part, Reply
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.stores.tables.conversations import EVENTS
from bot.stores.tables.keys import CONVERSATION_KEYS
from intents.model import Reading, Understanding
from referral.guide import Guide

AT_ONCE = 5000
FEW, FEW_OPEN = 1000, 300  # conversations and open cases of the store whose pages are just full
PAGES = (
    "Nieuw",
    "Nieuw, page 100",
    "Van mij",
    "Gesloten",
    "Nieuw, four filters",
    "One case",
    "Pulse of the live stream",
)


class Clock:
    def now(self):  # type: ignore[no-untyped-def]
        return NOW


def talk(number: int) -> list[Event]:
    """A question and its answer, of a conversation that was never handed over."""
    at = NOW - timedelta(minutes=number % (60 * 24 * 365))
    reading = Reading(theme="geldzorgen", confidence=0.9)
    told = Understanding(language="nl", themes=(reading,), ranking=(reading,))
    words = "Het geldloket helpt bij vragen over geld en schulden. U kunt er zonder afspraak binnenlopen."
    return [
        Heard(at=at, id="1", text=f"ik heb {number} euro schuld en weet niet hoe het verder moet", understanding=told),
        Said(at=at, id=f"said-{number}", answers="1", reply=Reply(parts=(Part(kind="text", text=words),))),
    ]


def rows(store: SqlStore, numbers: range) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    keys, events = [], []
    for number in numbers:
        name = f"web:million-{number}"
        key, wrapped = store.engines.vault.new(name)
        keys.append({"conversation": name, "master": wrapped.master, "wrapped": wrapped.text})
        for at, one in enumerate(talk(number), 1):
            body = key.seal(one.model_dump_json(), "event", at)
            heard = one.id if isinstance(one, Heard) else None
            row = {"conversation": name, "number": at, "kind": one.kind, "heard_id": heard, "body": body, "at": one.at}
            events.append(row)
    return keys, events


async def fill(store: SqlStore, guide: Guide, conversations: int, still_open: int) -> None:
    cases = 2 * still_open  # half of the stories are closed
    for begin in range(0, conversations - cases, AT_ONCE):
        keys, events = rows(store, range(begin, min(begin + AT_ONCE, conversations - cases)))
        async with store.engines.writing() as connection:
            await connection.execute(insert(CONVERSATION_KEYS), keys)
            await connection.execute(insert(EVENTS), events)
    for some in batches(stories(guide, cases)):
        await keep(store, some)
    async with store.engines.writing() as connection:
        await connection.execute(text("ANALYZE"))


def batches(each: Iterator[tuple[str, list[Event]]]) -> Iterator[list[tuple[str, list[Event]]]]:
    some: list[tuple[str, list[Event]]] = []
    for one in each:
        some.append(one)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


async def asked_of(store: SqlStore, minds, known: str) -> dict[str, Page]:  # type: ignore[no-untyped-def]
    assistant = Assistant(store, minds, Clock())

    async def first() -> None:
        await assistant.handle(Incoming(id="1", conversation=f"web:{uuid4()}", text='/theme{"theme":"werk"}'))

    async def later() -> None:
        await assistant.handle(Incoming(id=str(uuid4()), conversation=known, text='/theme{"theme":"werk"}'))

    pages = await Bench(store, minds.guide).pages()
    return {"A turn, new conversation": first, "A turn, old conversation": later} | {one: pages[one] for one in PAGES}


async def compared(name: str, urls: Sequence[str], told: argparse.Namespace) -> None:
    minds = load_minds()
    stores = []
    for url in urls:
        await asyncio.to_thread(migrate, url)
        stores.append(SqlStore(url))
    empty, few, full = stores
    await fill(few, minds.guide, FEW, FEW_OPEN)
    began = time.perf_counter()
    await fill(full, minds.guide, told.conversations, told.open)
    print(f"{name}: filled in {time.perf_counter() - began:.0f} s{size_of(urls[-1])}", flush=True)
    await empty.append("web:million-0", talk(0), after=0)
    each = [await asked_of(store, minds, "web:million-0") for store in stores]
    print(f"  {'p50 / p99 in ms':30}{'empty':>16}{'a few':>16}{'full':>16}   full, times empty   times a few (p50)")
    for page in each[0]:
        took = await in_turns([pages[page] for pages in each], told.rounds)
        cells = [f"{1000 * statistics.median(some):.1f} / {1000 * p99(some):.1f}" for some in took]
        to_empty, to_few = (statistics.median(took[2]) / statistics.median(some) for some in took[:2])
        print(f"  {page:30}{cells[0]:>16}{cells[1]:>16}{cells[2]:>16}{to_empty:>20.2f}{to_few:>14.2f}", flush=True)
    for store in stores:
        await store.close()


async def in_turns(pages: Sequence[Page], rounds: int) -> list[list[float]]:
    took: list[list[float]] = [[] for _ in pages]
    for round_ in range(rounds + 3):
        for page, times in zip(pages, took, strict=True):
            began = time.perf_counter()
            await page()
            if round_ >= 3:
                times.append(time.perf_counter() - began)
    return took


def size_of(url: str) -> str:
    path = Path(url.removeprefix("sqlite:///"))
    return f", {path.stat().st_size / 1e9:.1f} GB" if url.startswith("sqlite") else ""


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--conversations", type=int, default=1_000_000)
    options.add_argument("--open", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--only", choices=["sqlite", "postgres"])
    told = options.parse_args()
    logging.disable()
    print(f"{machine()}; {told.conversations:,} conversations, {told.open:,} open cases; {told.rounds} rounds")
    if told.only != "postgres":
        with tempfile.TemporaryDirectory() as scratch:
            urls = [f"sqlite:///{scratch}/{name}.db" for name in ("empty", "few", "full")]
            await compared("SQLite", urls, told)
    if told.only != "sqlite":
        with postgres() as empty, postgres() as few, postgres() as full:
            await compared("PostgreSQL", (empty, few, full), told)


if __name__ == "__main__":
    asyncio.run(main())
