"""What the world around the server does to it: no disk, no database, clients that hang, a message that kills it.

The resident hears a friendly sentence, nothing that was acknowledged is lost, and it recovers without a restart.
"""

import asyncio
import contextlib
import resource
import sqlite3
import subprocess

import httpx
import pytest

from bot import bootstrap
from bot.inbox import mark_of
from bot.settings import settings_from
from tests.bot_api import TOKEN, FakeBotApi
from tests.crash.process import Line, Served

_HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'"
AWAY = "Wegwijs werkt nu even niet"


class GatedApi(FakeBotApi):
    """Telegram, which gives updates only while its gate is open."""

    def __init__(self):
        super().__init__()
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.is_asked = asyncio.Event()

    async def getUpdates(self, given):  # noqa: N802
        self.is_asked.set()
        await self.is_open.wait()
        return await super().getUpdates(given)


@pytest.fixture
async def api():
    fake = GatedApi()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def telegram(api):
    """Return the settings that let the server poll our Telegram."""
    return {"WEGWIJS_TELEGRAM_TOKEN": TOKEN, "WEGWIJS_TELEGRAM_URL": api.url}


@contextlib.asynccontextmanager
async def running(server):
    """Start a server, give a client of it, and kill it at the end."""
    try:
        await server.start()
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=30) as client:
            yield client
    finally:
        await server.kill()


async def say(client, text, number, sender="anna"):
    """Say something over REST; return the status and all that was said."""
    body = {"sender": sender, "message": text, "message_id": number}
    answer = await client.post("/webhooks/rest/webhook", json=body)
    return answer.status_code, "\n".join(one.get("text", "") for one in answer.json())


async def until(holds, seconds=60):
    """Wait until something holds that another process brings about."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def ready(client, status=200):
    async def holds():
        return (await client.get("/ready")).status_code == status

    return holds


class Disk:
    """The folder of a database as a small disk of its own, that can be made to be read-only or full."""

    def __init__(self, folder):
        self.folder = folder
        self.mounts = subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode == 0
        script = f"mount -t tmpfs -o size=6m none {folder} && cp {folder}.before/* {folder} && " + (
            f'mount -o remount,ro {folder} && exec "$0" "$@"'
        )
        self.prefix = ("unshare", "-rm", "sh", "-c", script) if self.mounts else ()

    def writable(self, server):
        """Let the disk of a running server be written to."""
        if self.mounts:
            self._inside(server, "mount", "-o", "remount,rw", str(self.folder))
        else:
            self._limit(server, resource.RLIM_INFINITY)

    def fill(self, server):
        """Leave no room on it."""
        if self.mounts:
            self._inside(server, "sh", "-c", f"dd if=/dev/zero of={self.folder}/filler bs=4k 2>/dev/null; true")
        else:
            self._limit(server, 0)

    def empty(self, server):
        """Make room again."""
        if self.mounts:
            self._inside(server, "rm", f"{self.folder}/filler")
        else:
            self._limit(server, resource.RLIM_INFINITY)

    def _inside(self, server, *command):
        enter = ["nsenter", "-t", str(server.process.pid), "-U", "-m", "--preserve-credentials"]
        subprocess.run([*enter, *command], check=True)

    def _limit(self, server, most):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


async def test_a_disk_that_only_reads_and_one_that_is_full(tmp_path, telegram, api):
    before, folder = tmp_path / "disk.before", tmp_path / "disk"
    before.mkdir()
    folder.mkdir()
    settings = settings_from({"WEGWIJS_DATABASE_URL": f"sqlite:///{before}/w.db"})
    await asyncio.to_thread(bootstrap.open_store, settings)
    disk = Disk(folder)
    environment = {"WEGWIJS_DATABASE_URL": f"sqlite:///{folder}/w.db", **telegram}
    server = Served(environment, tmp_path / "log.txt", disk.prefix)
    async with running(server) as client:
        if not disk.mounts:
            disk.fill(server)
        assert (await say(client, "hallo", "1"))[0] == 503
        assert (await client.get("/ready")).status_code == 503
        disk.writable(server)
        await until(ready(client))
        status, hello = await say(client, "hallo", "1")
        assert status == 200

        disk.fill(server)
        await until(ready(client, 503))
        status, sorry = await say(client, "ik wil mensen leren kennen", "2")
        assert (status, AWAY in sorry) == (503, True)
        page = await client.post("/chat", data={"message": "hallo"}, headers={"origin": server.url})
        assert (page.status_code, AWAY in page.text) == (503, True)
        await api.types("ik wil mensen leren kennen")
        assert AWAY in (await api.hears(1))[0]

        disk.empty(server)
        await until(ready(client))
        assert await say(client, "hallo", "1") == (200, hello)  # what was acknowledged is there
        assert "Waar woont u?" in (await say(client, "ik wil mensen leren kennen", "2"))[1]
        assert "Waar woont u?" in (await api.hears(2, 42))[1]


async def test_a_postgresql_that_starts_anew_and_one_that_only_reads(postgres, postgres_url, tmp_path, telegram, api):
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    server = Served({"WEGWIJS_DATABASE_URL": postgres_url, **telegram}, tmp_path / "log.txt")
    async with running(server) as client:
        status, hello = await say(client, "hallo", "1")
        assert status == 200

        postgres.stop()
        try:
            status, sorry = await say(client, "ik wil mensen leren kennen", "2")
            assert (status, AWAY in sorry) == (503, True)
            await api.types("ik wil mensen leren kennen")
            assert AWAY in (await api.hears(1))[0]
            assert (await client.get("/ready")).status_code == 503
        finally:
            postgres.start()
        await until(ready(client))
        assert "Waar woont u?" in (await say(client, "ik wil mensen leren kennen", "2"))[1]
        await api.until(lambda: len(api.said()) == 2, 90)

        postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        postgres.execute(_HANG_UP)
        await until(ready(client, 503))
        assert (await say(client, "lunetten", "3"))[0] == 503
        postgres.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        postgres.execute(_HANG_UP)
        await until(ready(client))
        assert (await say(client, "lunetten", "3"))[0] == 200
        assert await say(client, "hallo", "1") == (200, hello)


async def test_a_message_that_kills_the_process_is_set_aside_and_the_next_one_is_answered(tmp_path, telegram, api):
    environment = {"WEGWIJS_DATABASE_URL": f"sqlite:///{tmp_path}/w.db", **telegram}
    await asyncio.to_thread(bootstrap.open_store, settings_from(environment))
    server = Served(environment, tmp_path / "log.txt")
    update = await api.types("ik heb schulden")
    await api.types("hallo", chat=43)
    mark = mark_of("telegram:42", f"message42:{update['message']['message_id']}")

    async def is_taking():
        return any(f"+{mark}" in one.read_text("ascii") for one in (tmp_path / "under-way").glob("*"))

    try:
        for _ in range(3):
            api.is_open.clear()
            api.is_asked.clear()
            await server.start()
            await api.is_asked.wait()
            with contextlib.closing(sqlite3.connect(tmp_path / "w.db", isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")  # it takes the message, and cannot finish it before it dies
                api.is_open.set()
                await until(is_taking)
                await server.kill()
        await server.start()
        [aside] = await api.hears(1)
        await api.hears(1, chat=43)
    finally:
        await server.kill()

    assert "14 030" in aside
    assert len(api.said()) == 1


async def test_slow_and_half_open_clients_hold_up_nobody_and_leave_nothing_half(tmp_path):
    environment = {"WEGWIJS_DATABASE_URL": f"sqlite:///{tmp_path}/w.db"}
    server = Served(environment, tmp_path / "log.txt")
    async with running(server) as client, Line(server.port) as line, contextlib.AsyncExitStack() as open_:
        for _ in range(50):  # they begin, and never end
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            open_.callback(writer.close)
            writer.write(b"POST /webhooks/rest/webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n{")

        async def slowly():
            await asyncio.sleep(0.02)

        line.wait = slowly
        async with httpx.AsyncClient(base_url=line.url, trust_env=False, timeout=30) as slow:
            listening = await open_.enter_async_context(_listener(client, server))
            answers = await asyncio.gather(
                say(slow, "hallo", "1", "slow"), *(say(client, "hallo", "1", f"sender{n}") for n in range(5))
            )
        assert {status for status, _ in answers} == {200}
        assert (await say(client, "hallo", "1", "slow"))[1] == answers[0][1]
        assert listening.status_code == 200


@contextlib.asynccontextmanager
async def _listener(client, server):
    """Give a page that listens and never reads."""
    await client.post("/chat", data={"message": "hallo", "id": "12345678"}, headers={"origin": server.url})
    async with client.stream("GET", "/chat/events") as answer:
        yield answer
