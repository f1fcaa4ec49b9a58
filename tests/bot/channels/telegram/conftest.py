"""Telegram's Bot API as a server of our own (tests/bot_api.py), and what runs the channel against it."""

import asyncio
import contextlib

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.telegram.channel import Pace, Telegram
from bot.channels.telegram.running import bot_at, run
from bot.channels.telegram.webhook import webhook_routes
from bot.settings import Webhook
from tests.bot_api import SECRET, TOKEN, FakeBotApi, Server, free_port


@pytest.fixture
async def api():
    """Return a Bot API server that runs."""
    fake = FakeBotApi()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def token():
    return TOKEN


@pytest.fixture
def secret():
    return SECRET


@pytest.fixture
def serves():
    """Return what serves a whole application on a port of `free_port()`, and gives a client for it."""

    @contextlib.asynccontextmanager
    async def serving(app, port):
        server = Server(app, port, lifespan="on")
        await server.start()
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
                yield client
        finally:
            await server.stop()

    serving.free_port = free_port
    return serving


@contextlib.asynccontextmanager
async def _running(telegram):
    stop = asyncio.Event()
    task = asyncio.create_task(run(telegram, stop))
    try:
        yield task
    finally:
        stop.set()
        await task


def _telegram(api, assistant, webhook=None):
    pace = Pace(poll=2, outbox=0.1, first_rest=0.05, longest_rest=0.2)
    return Telegram(assistant, bot_at(TOKEN, api.url), webhook, pace)


@pytest.fixture
def wegwijs(api):
    """Return what runs the Telegram channel for an assistant, as long as its `async with` lasts."""
    return lambda assistant: _running(_telegram(api, assistant))


@pytest.fixture
def door(api):
    """Return what runs it with a webhook instead, and gives a client that posts where Telegram does."""

    @contextlib.asynccontextmanager
    async def running(assistant):
        url = f"http://127.0.0.1:{free_port()}"
        telegram = _telegram(api, assistant, Webhook(url=url, secret=SECRET))
        app = FastAPI()
        app.include_router(webhook_routes(telegram, SECRET))
        server = Server(app, int(url.rpartition(":")[2]))
        await server.start()
        try:
            async with httpx.AsyncClient(base_url=url) as client, _running(telegram):
                yield client
        finally:
            await server.stop()

    return running
