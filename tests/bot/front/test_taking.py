"""A client that asks and does not take the answer is hung up on; who takes it slowly or has nothing to take is not."""

import asyncio
import contextlib
import gc
import socket
import weakref
from collections.abc import AsyncGenerator, AsyncIterator

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import Response, StreamingResponse

from bot.front.patient import PatientProtocol
from bot.server import Server

LARGE = 16_000_000  # bytes, more than the system holds for a client
UPGRADE = (
    b"GET /socket HTTP/1.1\r\nHost: w\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
ENDLESS = b"GET /endless HTTP/1.1\r\nHost: w\r\n\r\n"


class Impatient(PatientProtocol):
    taking_seconds = 0.5


@contextlib.asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[Server]:
    """Run a real server that waits half a second."""
    started = asyncio.Event()
    config = uvicorn.Config(app, port=0, http=Impatient, log_level="error", timeout_graceful_shutdown=1)
    server = Server(config, asyncio.Event(), started.set)
    running = asyncio.create_task(server.serve())
    await started.wait()
    yield server
    server.should_exit = True
    await running


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Return a server with much to take, and with a stream that has nothing to say for a while."""
    app = FastAPI()
    app.state.streams = 0
    app.state.speak = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes, None]:
        app.state.streams += 1
        try:
            while True:
                yield b"data: " + b"x" * 50_000 + b"\n\n"
                await asyncio.sleep(0)
        finally:
            app.state.streams -= 1

    async def quiet() -> AsyncIterator[bytes]:
        yield b"data: open\n\n"
        await app.state.speak.wait()
        yield b"data: after a while\n\n"

    async def talk(page: WebSocket) -> None:
        await page.accept()
        async with contextlib.aclosing(endless()) as pieces:
            with contextlib.suppress(WebSocketDisconnect):
                async for piece in pieces:
                    await page.send_bytes(piece)

    app.websocket("/socket")(talk)
    app.get("/large")(lambda: Response(b"x" * LARGE))
    app.get("/endless")(lambda: StreamingResponse(endless(), media_type="text/event-stream"))
    app.get("/quiet")(lambda: StreamingResponse(quiet(), media_type="text/event-stream"))
    app.get("/health")(lambda: "ok")
    async with serving(app) as server:
        yield server


def address_of(server: Server) -> tuple[str, int]:
    return server.servers[0].sockets[0].getsockname()


async def asking(server: Server, asked: bytes) -> socket.socket:
    """Return a line of a client that asked this, and takes little."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, address_of(server))
    await loop.sock_sendall(client, asked)
    return client


def is_hung_up(client: socket.socket) -> bool:
    """Take what had come already, and tell whether the line ends abruptly there."""
    with client, contextlib.suppress(ConnectionResetError):
        while client.recv(65_536):
            pass
        return False
    return True


async def until(holds) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 -- nobody tells when a line is gone
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(b"GET /large HTTP/1.1\r\nHost: w\r\n\r\n", id="an answer"),
        pytest.param(b"GET /large HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n", id="a line that is being closed"),
        pytest.param(ENDLESS, id="a stream"),
        pytest.param(UPGRADE, id="a WebSocket"),
    ],
)
async def test_who_takes_nothing_is_hung_up_on_and_nothing_of_it_stays_while_others_are_served(server, asked):
    silent = await asking(server, asked)
    await until(lambda: server.server_state.connections)
    line = weakref.ref(next(iter(server.server_state.connections)))

    async with httpx.AsyncClient(base_url="http://{}:{}".format(*address_of(server))) as other:
        assert (await other.get("/health")).text == '"ok"'
    await until(lambda: gc.collect() is not None and line() is None)

    await until(lambda: server.config.app.state.streams == 0)
    assert is_hung_up(silent)


async def test_a_byte_now_and_then_is_nothing(server):
    dripping = await asking(server, ENDLESS)
    assert await asyncio.get_running_loop().sock_recv(dripping, 1)

    await until(lambda: dripping.recv(1) and not server.server_state.connections)

    await until(lambda: server.config.app.state.streams == 0)
    dripping.close()


async def test_who_takes_it_slowly_gets_all_of_it_and_a_quiet_stream_stays(server):
    async with (
        httpx.AsyncClient(base_url="http://{}:{}".format(*address_of(server)), timeout=30) as client,
        client.stream("GET", "/quiet") as stream,
        client.stream("GET", "/large") as large,
    ):
        taken = 0
        async for piece in large.aiter_bytes(1_000_000):  # in four times as long as a client may take nothing
            taken += len(piece)
            await asyncio.sleep(0.125)
        server.config.app.state.speak.set()

        assert taken == LARGE
        assert "".join([piece async for piece in stream.aiter_text()]).endswith("data: after a while\n\n")


async def test_the_pages_of_the_real_application_are_not_kept_for_who_does_not_take_them(app):
    async with serving(app) as server:
        line = await asking(server, b"GET /?taal=nl HTTP/1.1\r\nHost: w\r\n\r\n" * 700)
        await until(lambda: server.server_state.connections)

        await until(lambda: not server.server_state.connections)

        assert not server.server_state.tasks
        line.close()
