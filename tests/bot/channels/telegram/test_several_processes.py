"""Two servers on one PostgreSQL, one of them with two workers: residents and staff notice nothing of that."""

import asyncio
import os
import re
import signal
import sys
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from bot.queue import Case
from bot.stores.sql import SqlStore

WEGWIJS = Path(sys.executable).with_name("wegwijs")
CHATS = range(101, 109)
TOKEN = "a token of who watches"
NOW = datetime.now(UTC)
WAITING = Case(
    conversation="web:waits", organisation="utrecht-dock", state="waiting", urgent=False, owner=None, themes=(),
    signals=(), wijk=None, language="nl", opened_at=NOW, last_heard_at=NOW, since=NOW, promised=NOW + timedelta(days=1),
)  # fmt: skip
HEALTH = 'wegwijs_request_seconds_count{method="GET",route="/health",status="200"}'


class Served:
    """A server that runs, with what it prints."""

    def __init__(self, process, port):
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    async def ready(self):
        async with asyncio.timeout(180):
            told = b""
            while b"klaar" not in told:
                told = await self.process.stdout.readline()
                assert told, "it ended"

    def workers(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(child) for child in children.read_text().split()} if children.exists() else set()

    async def until_workers(self, holds):
        """Wait until something holds of the workers."""
        async with asyncio.timeout(30):
            while not holds(self.workers()):  # noqa: ASYNC110 -- another process sets no event of ours
                await asyncio.sleep(0.05)

    async def end(self, sign=signal.SIGKILL):
        if self.process.returncode is None:
            self.process.send_signal(sign)
        await asyncio.wait_for(self.process.wait(), 20)


def is_alive(process):
    return Path(f"/proc/{process}").exists()


@pytest.fixture
def polls(api, monkeypatch):
    """Return how many polls there were at the same moment at most, and let Telegram refuse none of them."""
    seen = {"now": 0, "most": 0}
    answer = api.getUpdates

    async def counted(given):
        seen["now"] += 1
        seen["most"] = max(seen["most"], seen["now"])
        try:
            return await answer(given)
        finally:
            seen["now"] -= 1

    monkeypatch.setattr(api, "getUpdates", counted)
    return seen


@pytest.fixture
async def servers(api, token, serves, postgres_url, tmp_path):
    environment = {
        **os.environ,
        "WEGWIJS_DATABASE_URL": postgres_url,
        "WEGWIJS_TELEGRAM_TOKEN": token,
        "WEGWIJS_TELEGRAM_URL": api.url,
        "WEGWIJS_METRICS_TOKEN": TOKEN,
        "TMPDIR": str(tmp_path),
    }
    started = []
    for workers in (2, 1):
        port = serves.free_port()
        process = await asyncio.create_subprocess_exec(
            WEGWIJS, "serve", "--port", str(port), "--workers", str(workers),
            env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        started.append(Served(process, port))
    try:
        for one in started:
            await one.ready()
        yield started
    finally:
        for one in started:
            await one.end()


async def says(server, text, number, cookies=None):
    """Say something in the web chat of a server; return the cookie of the conversation."""
    async with httpx.AsyncClient(base_url=server.url, cookies=cookies, timeout=20) as browser:
        answer = await browser.post("/chat", data={"message": text, "id": number}, headers={"Origin": server.url})
        assert answer.status_code in (200, 303), answer.text
        return dict(browser.cookies)


async def told_on(page, words):
    """Wait until an open page is told something."""
    async with asyncio.timeout(60):
        async for line in page:
            if words in line:
                return True
    return False


async def ask(server, path, times=1):
    """Ask something so many times at once, each time on a line of its own; return the answers."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30, headers={"Authorization": f"Bearer {TOKEN}"}) as one:
        asked = (one.get(path, headers={"Connection": "close"}) for _ in range(times))
        return [answer.text for answer in await asyncio.gather(*asked)]


async def scrapes(server, times):
    """Return the figures of several scrapes; each figure stands in them once."""
    found = [re.findall(r"^(wegwijs\S*) (\S+)$", text, re.M) for text in await ask(server, "/metrics", times)]
    assert all(len(dict(figures)) == len(figures) for figures in found)
    return [{name: float(value) for name, value in figures} for figures in found]


async def counted(server, asked):
    """Wait until the last of these requests was counted."""
    async with asyncio.timeout(30):
        while (await scrapes(server, 1))[0].get(HEALTH, 0) < asked:
            pass


def counts(folder):
    """Return the files in which workers count, by name."""
    return {file.name: file for file in folder.glob("wegwijs-metrics-*/*.db")}


async def test_several_processes_are_as_one(api, polls, servers, postgres_url, tmp_path):
    many, single = servers
    cookies = await says(many, "hallo", "1")

    # What is said on one server is seen at once on an open page of the other, also after a lost connection.
    async with (
        httpx.AsyncClient(base_url=single.url, cookies=cookies, timeout=30) as browser,
        browser.stream("GET", "/chat/events", headers={"Last-Event-ID": "0"}) as stream,
        aclosing(stream.aiter_lines()) as page,
    ):
        assert await told_on(page, "hallo")
        await says(many, "een eerste vraag over mijn huur", "2", cookies)
        assert await told_on(page, "een eerste vraag")
        async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as database:
            await database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE '%changes.number%' AND pid <> pg_backend_pid()"
            )
        await says(many, "een tweede vraag over mijn huur", "3", cookies)
        assert await told_on(page, "een tweede vraag")

    # One of three processes polls, and each reply is sent once.
    for chat in CHATS:
        await api.types("hallo", chat=chat)
    replies = [await api.hears(1, chat=chat, seconds=60) for chat in CHATS]
    assert [len(some) for some in replies] == [1] * len(CHATS)
    assert polls["most"] == 1

    # Whichever worker is scraped tells what both counted, and what waits once.
    store = SqlStore(postgres_url)
    await store.append("web:waits", (), after=0, case=WAITING)
    await store.close()
    asked = 0
    while sum(b"/health" in file.read_bytes() for file in counts(tmp_path).values()) < 2:
        asked += len(await ask(many, "/health", 10))
        assert asked < 2000, "one worker takes everything"
    await counted(many, asked)
    for seen in await scrapes(many, 8):
        assert seen[HEALTH] == asked
        assert sum(value for name, value in seen.items() if name.startswith('wegwijs_turns_total{channel="web"')) == 3
        assert seen['wegwijs_queue_waiting{municipality="utrecht"}'] == seen["wegwijs_up"] == 1

    # A worker that dies is replaced; a server that dies is missed by nobody.
    files = set(counts(tmp_path))
    [victim, other] = many.workers()
    os.kill(victim, signal.SIGKILL)
    await many.until_workers(lambda now: len(now - {victim}) == 2)
    workers = many.workers()
    assert other in workers

    # Who comes in its place counts on where it was, in the same files.
    asked += len(await ask(many, "/health", 40))
    await counted(many, asked)
    for seen in await scrapes(many, 8):
        assert seen[HEALTH] == asked
        assert all(value >= 0 for value in seen.values())
    assert set(counts(tmp_path)) == files == {f"{kind}_{n}.db" for kind in ("counter", "histogram") for n in (0, 1)}

    await many.end()
    await many.until_workers(lambda _: not any(is_alive(worker) for worker in workers))
    assert not counts(tmp_path)
    for chat in CHATS:
        await api.types("ik heb schulden", chat=chat)
    # A poll or a claim of who died may stand for half a minute.
    replies = [await api.hears(2, chat=chat, seconds=90) for chat in CHATS]

    assert [len(some) for some in replies] == [2] * len(CHATS)

    # At a sign a server ends in order.
    await single.end(signal.SIGTERM)
    assert single.process.returncode == 0


async def test_a_file_is_for_one_worker(tmp_path):
    process = await asyncio.create_subprocess_exec(
        WEGWIJS, "serve", "--workers", "2",
        env={**os.environ, "WEGWIJS_DATABASE_URL": f"sqlite:///{tmp_path}/w.db"}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate()

    assert process.returncode == 1
    assert b"SQLite has one writer" in told
