"""What one turn costs through HTTP, beside the least that it could cost on the same server with the same commit.

    python -m bench.turn [--turns 300]

The floor answers a POST of the same JSON and commits as many events of the same size to the same store, encrypted as
these are; it understands, decides and words nothing. Floor, a turn on new words, and a turn on a button are asked in
turn, each in a conversation of its own, one at a time, so that whatever else the machine does meets all three. The
model's own time (from text to understanding) is measured inside the server. Goal: a turn at most twice the floor and
the model's time.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from bench.servers import Client, free_port, machine, p50_p99, postgres, running
from bot import bootstrap
from bot.events import Event
from bot.server import Server, build_app
from intents.model import Understanding

TEXTS = [
    "ik kan mijn huur van {} euro niet meer betalen",
    "mijn zoon van {} wil niet meer naar school",
    "waar kan ik nederlands leren, ik woon {} maanden hier",
    "mijn buren maken {} uur per dag lawaai en luisteren nergens naar",
]
BUTTON = '/theme{"theme":"werk"}'


def serve(port: int) -> None:
    """Serve with two doors more: the floor, and how long the model took."""
    settings = bootstrap.settings(port=port)
    parts = bootstrap.load_parts(settings)
    took: list[float] = []
    understand = parts.assistant.minds.understand

    def timed(*given: str | None) -> Understanding:
        began = time.perf_counter()
        try:
            return understand(*given)  # type: ignore[arg-type]
        finally:
            took.append(time.perf_counter() - began)

    parts.assistant.minds = replace(parts.assistant.minds, understand=timed)
    stop = asyncio.Event()
    app = build_app(parts.assistant, parts.kept, settings, stop)
    add_floor(app, parts.assistant.store, took)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
    asyncio.run(Server(config, stop, lambda: None).serve())


def add_floor(app: FastAPI, store: object, took: list[float]) -> None:
    kept: list[tuple[Event, ...]] = []
    answers: list[list[dict[str, str]]] = []

    @app.post("/bench/like")
    async def like(request: Request) -> JSONResponse:
        """Take over the events and the answer of a real turn, for the floor."""
        given = await request.json()
        kept[:] = [await store.read(f"rest:{given['sender']}")]  # type: ignore[attr-defined]
        answers[:] = [given["answer"]]
        return JSONResponse({"events": len(kept[0])})

    @app.post("/bench/floor")
    async def floor(request: Request) -> JSONResponse:
        given = await request.json()
        await store.append(f"rest:{given['sender']}", kept[0], after=0)  # type: ignore[attr-defined]
        return JSONResponse(answers[0])

    @app.get("/bench/model")
    async def model() -> JSONResponse:
        found, took[:] = list(took), []
        return JSONResponse(found)


@asynccontextmanager
async def asked(url: str) -> AsyncIterator[Client]:
    port = free_port()
    command = (sys.executable, "-m", "bench.turn", "--serve", str(port))
    async with running(*command, port=port, WEGWIJS_DATABASE_URL=url), Client(port) as client:
        yield client


async def measured(url: str, turns: int) -> list[str]:
    floor, new, button, model = [], [], [], []
    async with asked(url) as client:
        _, answer = await client.post("/webhooks/rest/webhook", turn_of("like", 0))
        body = {"sender": "like", "answer": json.loads(answer)}
        await client.post("/bench/like", body)  # type: ignore[arg-type]
        for number in range(turns + 20):
            one = await timed(client, "/bench/floor", turn_of(f"floor{number}", number))
            await client.get("/bench/model")
            two = await timed(client, "/webhooks/rest/webhook", turn_of(f"new{number}", number))
            read = sum(json.loads((await client.get("/bench/model"))[1]))
            three = await timed(client, "/webhooks/rest/webhook", {"sender": f"button{number}", "message": BUTTON})
            if number >= 20:  # the first ones warm up
                floor.append(one)
                new.append(two)
                model.append(read)
                button.append(three)
    rest = [whole - read for whole, read in zip(new, model, strict=True)]
    ratios = [one / two for one, two in zip(rest, floor, strict=True)]
    buttons = [one / two for one, two in zip(button, floor, strict=True)]
    return [
        f"  floor                              {p50_p99(floor)}",
        f"  a turn on new words                {p50_p99(new)}",
        f"    of which the model               {p50_p99(model)}",
        f"    without the model                {p50_p99(rest)}   {statistics.median(ratios):.2f} times the floor",
        f"  a turn on a button                 {p50_p99(button)}   {statistics.median(buttons):.2f} times the floor",
    ]


def turn_of(sender: str, number: int) -> dict[str, str]:
    return {"sender": sender, "message": TEXTS[number % len(TEXTS)].format(number)}


async def timed(client: Client, path: str, body: dict[str, str]) -> float:
    began = time.perf_counter()
    status, _ = await client.post(path, body)
    assert status == 200, (path, status)
    return time.perf_counter() - began


async def compared(turns: int) -> None:
    print(f"{machine()}; {turns} of each; p50 / p99 in ms")
    with tempfile.TemporaryDirectory() as scratch:
        print("SQLite, synchronous=FULL", *await measured(f"sqlite:///{scratch}/w.db", turns), sep="\n", flush=True)
    with postgres() as url:
        print("PostgreSQL, synchronous_commit=on", *await measured(url, turns), sep="\n", flush=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--turns", type=int, default=300)
    options.add_argument("--serve", type=int, help="used by the bench itself: serve on this port")
    told = options.parse_args()
    if told.serve:
        serve(told.serve)
    else:
        asyncio.run(compared(told.turns))


if __name__ == "__main__":
    main()
