"""What is too large or never comes ends, on every route."""

import asyncio

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from bot.front.bodies import Bodies, Measure

TINY = Measure(most=10, seconds=0.05)


async def reads(scope, receive, send):
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)}")(scope, receive, send)


async def reads_not(scope, receive, send):
    await PlainTextResponse("fine")(scope, receive, send)


async def asks_with(app, content) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://w.test") as client:
        return await client.post("/", content=content)


async def test_a_body_within_its_measure_passes():
    assert (await asks_with(Bodies(reads, (), TINY), b"1234567890")).text == "10"


async def test_a_body_above_it_is_cut_off_also_when_it_hides_its_length():
    async def endless():
        while True:
            yield b"12345"

    answer = await asks_with(Bodies(reads, (), TINY), endless())

    assert (answer.status_code, answer.json()) == (413, {"error": "the body is larger than 10 bytes"})
    assert answer.headers["connection"] == "close"


async def test_a_body_that_does_not_come_ends_in_time():
    async def slow():
        yield b"1"
        await asyncio.Event().wait()

    answer = await asks_with(Bodies(reads, (), TINY), slow())

    assert answer.status_code == 408


async def test_an_answer_that_goes_on_after_the_body_is_not_held_to_its_time():
    async def streams(scope, receive, send):
        await Request(scope, receive).body()
        with pytest.raises(TimeoutError):  # waits for the client to leave, longer than a body may take
            await asyncio.wait_for(receive(), 0.1)
        await PlainTextResponse("still here")(scope, receive, send)

    assert (await asks_with(Bodies(streams, (), TINY), b"1")).text == "still here"


async def test_an_application_that_answers_a_cut_body_its_own_way_is_overruled():
    async def catches(scope, receive, send):
        try:
            await Request(scope, receive).body()
        except Exception:
            await PlainTextResponse("done")(scope, receive, send)

    assert (await asks_with(Bodies(catches, (), TINY), b"1" * 11)).status_code == 413


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/chat", 300_000),
        ("/chat/wis", 300_000),
        ("/webhooks/rest/webhook", 4_000_000),
        ("/model/parse", 4_000_000),
        ("/webhook", 20_000_000),
        ("/socket.io/?EIO=4&transport=polling&sid=x", 4_000_000),
        ("/staff/login", 100_000),
    ],
)
async def test_no_route_reads_more_than_its_measure(ask, path, most):
    read = 0

    async def endless():
        nonlocal read
        while read < 3 * most:
            read += 50_000
            yield b"a" * 50_000

    answer = await ask.post(path, content=endless(), headers={"authorization": "Bearer a-token-of-this-installation"})

    assert answer.status_code in (400, 413)
    assert read <= most + 100_000
