"""Whatever goes wrong, no log and no standard error ever holds what somebody typed, or a key."""

import asyncio
import gc
import io
import json
import logging
import re
import socket
import sys
import threading
import warnings
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
import uvicorn
from fastapi.routing import iter_route_contexts

from bot.assistant import Assistant
from bot.channels.outbox import deliver
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.running import bot_at, run
from bot.events import Said
from bot.logs import covered, log_to, tell_of_loop
from bot.messages import Part, Reply
from bot.ports import StoreAway
from bot.stores.memory import MemoryStore

MARKER = "MARKTEKST"
TOKEN = "123456789:AAF-marktekstmarktekstmarktekstmarkte"
SECRETS = ("marktekst", "a-token-of-this-installation", "0f1e2d3c4b5a69788796a5b4c3d2e1f0")
CONVERSATION = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


class Stream(io.StringIO):
    """What was logged, as it stands on standard error."""

    def __init__(self) -> None:
        super().__init__()
        self.written = asyncio.Event()

    def write(self, text: str) -> int:
        self.written.set()
        return super().write(text)

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    async def said(self, what: str) -> None:
        """Wait until something was logged."""
        async with asyncio.timeout(10):
            while what not in self.getvalue():
                self.written.clear()
                await self.written.wait()


@pytest.fixture
def logged(capfd):
    """Log as the server does; afterwards see that nothing of anybody came out anywhere."""
    root, hooks = logging.root, (sys.excepthook, sys.unraisablehook, threading.excepthook)
    before = {name: (logger.handlers[:], logger.propagate, logger.level) for name, logger in _loggers()}
    handlers, level, raises = root.handlers[:], root.level, logging.raiseExceptions
    stream = Stream()
    log_to(stream, "DEBUG")
    root.setLevel(logging.INFO)  # more than the server says
    yield stream
    root.handlers[:], logging.raiseExceptions = handlers, raises
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    for name, (theirs, propagate, level) in before.items():
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = theirs, propagate
        logger.setLevel(level)
    out, err = capfd.readouterr()
    everything = f"{stream.getvalue()}{out}{err}".lower()
    assert not [secret for secret in SECRETS if secret in everything]
    assert stream.lines(), "nothing was logged, so nothing was shown"


def _loggers():
    return [(name, one) for name, one in logging.root.manager.loggerDict.items() if isinstance(one, logging.Logger)]


def fails(*_, **__):
    raise RuntimeError(MARKER)


# ---------------------------------------------------------------- every route


BODIES = [
    {"data": {"message": MARKER, "id": MARKER, "taal": MARKER, "name": MARKER, "password": MARKER, "csrf": MARKER}},
    {"json": {"sender": MARKER, "message": MARKER, "text": MARKER, "tracker": {"latest_message": {"text": MARKER}}}},
    {"content": b'{"message": "' + MARKER.encode() + b"\xff", "headers": {"content-type": "application/json"}},
]


@pytest.mark.parametrize("how", ["as it is", "understanding fails", "the store is away", "the store fails"])
async def test_no_route_logs_what_it_was_sent_whatever_is_broken(how, make_app, quick_minds, logged, monkeypatch):
    minds = replace(quick_minds, understand=fails) if how == "understanding fails" else quick_minds
    app = make_app(minds=minds, WEGWIJS_METRICS_TOKEN="m" * 16)
    if how.startswith("the store"):
        _break(app, monkeypatch, StoreAway if how == "the store is away" else ValueError)
    logging.getLogger("wegwijs").info("started")
    routes = [one for one in iter_route_contexts(app.routes) if one.path]
    cookies = {"wegwijs": CONVERSATION, "wegwijs_staff": CONVERSATION}
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://w.test", cookies=cookies) as client:
        for route in routes:
            path = re.sub(r"\{.*?\}", MARKER, route.path)
            for method in set(route.methods or ["GET"]) - {"HEAD"}:
                for body in BODIES if method != "GET" else ({},):
                    await client.request(
                        method, path, params={"taal": MARKER, "token": "a-token-of-this-installation"}, **body
                    )

    assert len(routes) > 50


def _break(app, monkeypatch, problem: type[Exception]) -> None:
    """Let every use of the database fail, at the one place where all of them begin."""

    class Broken:
        def __getattr__(self, name):
            raise problem(MARKER)

    for way in ("_writer", "_reader"):
        monkeypatch.setattr(app.state.assistant.store.engines, way, Broken())


# ---------------------------------------------------------------- Telegram


async def test_an_error_of_telegram_logs_no_token_though_it_stands_in_the_address(real_minds, logged):
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"  # nobody answers once it is closed
    assistant = Assistant(MemoryStore(), real_minds, _Clock())
    telegram = Telegram(assistant, bot_at(TOKEN, address))
    said = Said(at=_Clock().now(), id="1", reply=Reply(parts=(Part(kind="text", text=MARKER),), language="nl"))
    await assistant.store.append("telegram:42", (said,), after=0)

    stop = asyncio.Event()
    running = asyncio.create_task(run(telegram, stop))
    await logged.said("again later")
    stop.set()
    await running
    await deliver(assistant, telegram.chats)

    assert any("not delivered" in line["what"] or "again later" in line["what"] for line in logged.lines())


class _Clock:
    def now(self):
        return datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


# ---------------------------------------------------------------- the server and Python themselves


async def test_the_server_itself_logs_no_text_of_an_exception_nor_of_a_request_that_is_none(logged):
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        raise RuntimeError(MARKER) from ValueError(MARKER)

    server = uvicorn.Server(uvicorn.Config(app, log_level="debug", access_log=True, log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = asyncio.create_task(server.serve(sockets=[door]))
        for sent in (f"GET /{MARKER}?q={MARKER} HTTP/1.1\r\nhost: x\r\n\r\n", f"{MARKER} {MARKER}\r\n\r\n"):
            reader, writer = await asyncio.open_connection(*door.getsockname())
            writer.write(sent.encode())
            await reader.read(10)
            writer.close()
        server.should_exit = True
        await serving

    problems = [line["problem"] for line in logged.lines() if "problem" in line]
    assert any("RuntimeError" in problem and "ValueError" in problem for problem in problems)
    assert any(line["what"] == "Exception in ASGI application" for line in logged.lines())


async def test_what_nobody_awaited_or_caught_is_logged_without_its_text(logged):
    async def forgotten():
        raise RuntimeError(MARKER)

    tell_of_loop(asyncio.get_running_loop())
    task = asyncio.create_task(forgotten(), name=MARKER)
    await asyncio.wait([task])
    del task
    gc.collect()
    thread = threading.Thread(target=fails, name=MARKER)
    thread.start()
    thread.join()
    sys.excepthook(*_raised())
    sys.unraisablehook(_Unraisable())
    asyncio.get_running_loop().default_exception_handler({"message": MARKER, "exception": RuntimeError(MARKER)})
    warnings.warn(MARKER, stacklevel=1)

    told = [line["what"] for line in logged.lines()]
    assert {"a task ended", "a thread ended", "the program ended", "not raised", "(left out)"} <= set(told)


def _raised():
    try:
        fails()
    except RuntimeError:
        return sys.exc_info()


class _Unraisable:
    exc_value = RuntimeError(MARKER)


def test_a_library_tells_where_it_is_and_not_what_it_says(logged):
    for name in ("httpx", "sqlalchemy.engine", "telegram.ext.Application", "alembic.runtime", "uvicorn.error"):
        log = logging.getLogger(name)
        log.error("%s", MARKER)
        log.error(f"HTTP/1.1 {MARKER}")  # as libraries do
        log.error(RuntimeError(MARKER))
        try:
            fails()
        except RuntimeError:
            log.exception(f"42 {MARKER}")

    assert all("test_logs.py" in line["where"] for line in logged.lines())


def test_a_key_that_slips_into_a_line_of_ours_is_covered(logged):
    log = logging.getLogger("wegwijs")
    log.error("bot %s", TOKEN)
    log.error("web:%s", CONVERSATION)
    log.error("Authorization: Bearer %s", "a-token-of-this-installation")
    log.error("postgresql://wegwijs:a-token-of-this-installation@db/wegwijs")

    assert [line["what"] for line in logged.lines()] == [
        "bot [key]", "web:[key]", "Authorization: Bearer [key]", "postgresql://[key]db/wegwijs",
    ]  # fmt: skip
    assert covered("retention: {'conversation': 12}") == "retention: {'conversation': 12}"
    assert covered("bsn 111222333") == "bsn [bsn]"
