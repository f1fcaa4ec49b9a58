"""Wegwijs as a Rasa server sees it, and rasa-sdk's own Sanic server with the same actions as oracle."""

import socket

import httpx
import pytest
from fastapi import FastAPI
from rasa_sdk.endpoint import create_app
from sanic import Sanic

from bot.channels.rasa.action import executor_for
from bot.channels.rasa.rest import rasa_routes

TOKEN = "geheim"


@pytest.fixture
async def ours(assistant):
    app = FastAPI()
    app.include_router(rasa_routes(assistant, TOKEN))
    async with client_of(app) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


@pytest.fixture
async def oracle(assistant):
    """Return a client of rasa-sdk's own server with the same actions."""
    Sanic._app_registry.clear()
    app = create_app(executor_for(assistant))
    app.config.TOUCHUP = False
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
            yield client
        server.close()
        await server.wait_closed()


def client_of(app):
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://wegwijs")
