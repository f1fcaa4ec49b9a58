"""A client that sends nothing, half a header or endless headers is hung up on; the server stays there for others."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI

from bot.front.patient import PatientProtocol
from bot.server import Server

HELLO = b"GET /health HTTP/1.1\r\nHost: w\r\n"


class Impatient(PatientProtocol):
    seconds = 1.0


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Return the port of a real server that waits a second."""
    app = FastAPI()
    app.get("/health")(lambda: "ok")
    started = asyncio.Event()
    config = uvicorn.Config(app, port=0, http=Impatient, log_level="error")
    server = Server(config, asyncio.Event(), started.set)
    running = asyncio.create_task(server.serve())
    await started.wait()
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def answer_to(port: int, *pieces: bytes) -> bytes:
    """Send these and return all that comes back until the line is broken off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    told = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return told


@pytest.mark.parametrize("pieces", [(), (b"GET /hea",), (HELLO,), (HELLO + b"X-Slow: ", b"a")])
async def test_headers_that_do_not_come_end_the_line(port, pieces):
    assert await answer_to(port, *pieces) == b""


async def test_a_second_request_on_the_same_line_has_no_more_time_than_the_first(port):
    told = await answer_to(port, HELLO + b"\r\n", b"GET /health")

    assert told.count(b"HTTP/1.1 200 OK") == 1


async def test_headers_that_are_too_large_are_refused(port):
    told = await answer_to(port, HELLO + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(40)))

    assert told.startswith(b"HTTP/1.1 431")


async def test_an_address_that_is_too_long_is_refused(port):
    assert (await answer_to(port, b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 431")


async def test_who_asks_well_is_answered_while_others_dawdle(port):
    dawdlers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]

    told = await answer_to(port, HELLO + b"Connection: close\r\n\r\n")

    assert told.startswith(b"HTTP/1.1 200 OK")
    for _, writer in dawdlers:
        writer.close()
