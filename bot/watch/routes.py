"""The door for Prometheus, and looking after the health of the bot."""

import asyncio
import time

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from bot.assistant import Assistant
from bot.channels.loops import unless
from bot.channels.tokens import shows
from bot.health import Health
from bot.ports import StoreAway
from bot.settings import Settings
from bot.standing import Standing
from bot.watch.metrics import Metrics
from bot.watch.numbered import Numbered
from bot.watch.tracing import tracer_to

_KIND = "text/plain; version=0.0.4; charset=utf-8"
_FRESH = 10.0  # seconds in which the store is asked once, however many scrape
_LOOK = 15.0


def add_watch(app: FastAPI, assistant: Assistant, settings: Settings) -> Metrics:
    """Let every request have a number, measure it and every turn; with a token, show the figures at /metrics."""
    tracer = tracer_to(settings.otlp_url)
    metrics = Metrics(tracer)
    assistant.meter = metrics
    app.add_middleware(Numbered, metrics=metrics, tracer=tracer)
    if settings.metrics_token:
        _add_door(app, assistant, metrics, settings.metrics_token)
    return metrics


def _add_door(app: FastAPI, assistant: Assistant, metrics: Metrics, token: str) -> None:
    look = _Look(assistant)

    @app.get("/metrics", include_in_schema=False)
    async def figures(request: Request) -> Response:
        if not shows(request, token):
            raise HTTPException(403)
        text = metrics.text(await look.standing(), assistant.health.broken)
        return Response(text, headers={"content-type": _KIND, "cache-control": "no-store"})


class _Look:
    """Asks the store how it stands, once for all who ask at about the same time."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._at = 0.0
        self._found: Standing | None = None
        self._lock = asyncio.Lock()

    async def standing(self) -> Standing | None:
        """Return how the store stands, None when it is away."""
        async with self._lock:
            if time.monotonic() - self._at > _FRESH:
                self._found = await self._ask()
                self._at = time.monotonic()
            return self._found

    async def _ask(self) -> Standing | None:
        try:
            return await self._assistant.store.standing(self._assistant.clock.now(), self._municipality)
        except StoreAway:
            return None

    def _municipality(self, organisation: str) -> str:
        found = self._assistant.minds.guide.organisations.get(organisation)
        return (found and found.city) or "other"


async def watch_health(health: Health, stop: asyncio.Event) -> None:
    """Look at understanding and directory again and again, so that the bot changes over, and back, by itself."""
    while not stop.is_set():
        await health.look()
        await unless(stop, asyncio.sleep(_LOOK))
