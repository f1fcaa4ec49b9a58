"""Everything in one process: the web chat, REST, Socket.IO, the desk, Telegram, and the doors for who watches it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from types import FrameType

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.gzip import GZipMiddleware

from bot.assistant import Assistant
from bot.channels.loops import again_and_again, unless
from bot.channels.rasa import rasa_routes
from bot.channels.rasa_socket import NAME, Sockets
from bot.channels.telegram import Telegram
from bot.channels.telegram_running import bot_at, run
from bot.channels.telegram_webhook import webhook_routes
from bot.channels.web import web_routes
from bot.elsewhere.courier import Courier
from bot.kept import Kept
from bot.ports import StoreAway
from bot.settings import Settings
from bot.staff.app import staff_app
from bot.staff.undo import Undoing
from bot.upkeep import Upkeep
from intents.language import LISTED
from referral.plan import plan_ahead

log = logging.getLogger("wegwijs")

_TICK = 15.0  # seconds between two looks at the timers
_LOOK = 5.0  # seconds between two looks at what must be told elsewhere
_DAY = 86_400.0
_LONGEST_REST = 300.0
_LAST_SECONDS = 2  # for requests that are under way when we must stop
_LARGEST_GZIPPED = 500  # bytes from which an answer is worth packing


def build_app(
    assistant: Assistant, kept: Kept, settings: Settings, stop: asyncio.Event, courier: Courier | None = None
) -> FastAPI:
    """Return the application; `stop` ends what would otherwise go on for ever."""
    sockets = Sockets(assistant)
    telegram = _telegram(assistant, settings)
    upkeep = Upkeep(assistant, kept.directory)
    undo = Undoing(assistant, kept.pendings, timedelta(seconds=settings.desk_undo_seconds))

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        with suppress(StoreAway):  # it is looked at again in a moment
            await upkeep.refresh()
        listener = asyncio.create_task(run(telegram, stop) if telegram else stop.wait())
        timers = asyncio.create_task(_timers(assistant, stop))
        speaker = asyncio.create_task(sockets.speak(stop))
        undoing = asyncio.create_task(undo.run(stop))
        telling = asyncio.create_task(_tell(courier, stop) if courier else stop.wait())
        keeping_up = asyncio.create_task(upkeep.watch(stop))
        warming = asyncio.create_task(asyncio.to_thread(_warm, assistant, stop))
        yield
        await warming
        stop.set()
        await asyncio.gather(listener, speaker, timers, undoing, telling, keeping_up)

    app = FastAPI(title="Wegwijs", version="0.1.0", lifespan=life, docs_url=None, redoc_url=None)
    app.add_middleware(GZipMiddleware, minimum_size=_LARGEST_GZIPPED)
    app.include_router(web_routes(assistant, shutdown=stop))
    app.include_router(rasa_routes(assistant, settings.action_token))
    sockets.mount_on(app)
    if telegram and telegram.webhook:
        app.include_router(webhook_routes(telegram, telegram.webhook.secret))
    pushed = {NAME, "telegram"}
    guide, entry = assistant.minds.guide, settings.entry
    desk = staff_app(
        assistant, kept, guide, "voorbeeld-theme", stop, undo=undo, pushed=pushed, upkeep=upkeep, entry=entry
    )
    app.include_router(desk)
    _add_health(app, assistant)
    return app


def _warm(assistant: Assistant, stop: asyncio.Event) -> None:
    """Do beforehand what a first resident would wait for: the plans, and the patterns of each language."""
    plan_ahead(assistant.minds.guide, assistant.clock.now().date())
    for language in LISTED:
        if not stop.is_set():
            assistant.minds.understand("12", language, None)


def _add_health(app: FastAPI, assistant: Assistant) -> None:
    @app.get("/health")
    async def health() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "ok"}

    @app.get("/ready", responses={503: {"description": "Not ready; the body says what is missing."}})
    async def ready() -> JSONResponse:
        """Tell whether the database answers with the tables of this version, and understanding works."""
        parts = {"database": await assistant.store.ready(), "understanding": await _understands(assistant)}
        return JSONResponse(parts, 200 if all(parts.values()) else 503)


async def _understands(assistant: Assistant) -> bool:
    try:
        read = await asyncio.to_thread(assistant.minds.understand, "ik heb schulden", None, None)
    except Exception:
        log.exception("understanding does not work")
        return False
    return bool(read.ranking)


def _telegram(assistant: Assistant, settings: Settings) -> Telegram | None:
    """Return the Telegram channel, None when there is no token for it."""
    if not settings.telegram_token:
        return None
    return Telegram(assistant, bot_at(settings.telegram_token, settings.telegram_url), settings.telegram_webhook)


async def _timers(assistant: Assistant, stop: asyncio.Event) -> None:
    """Say what is due, again and again; when the store is away, a little later."""

    async def step() -> None:
        if not await assistant.ring_due():
            await unless(stop, asyncio.sleep(_TICK))

    await again_and_again(step, stop, lambda _problem, failures: min(_TICK * failures, _LONGEST_REST))


async def _tell(courier: Courier, stop: asyncio.Event) -> None:
    """Tell elsewhere what is due, again and again, and once a day forget what was told long ago."""

    async def look() -> None:
        if not await unless(stop, courier.run_due()):
            await unless(stop, asyncio.sleep(_LOOK))

    async def tidy() -> None:
        await courier.tidy()
        await unless(stop, asyncio.sleep(_DAY))

    def rest(_: Exception, failures: int) -> float:
        return min(_LOOK * failures, _LONGEST_REST)

    await asyncio.gather(again_and_again(look, stop, rest), again_and_again(tidy, stop, rest))
    await courier.close()


class Server(uvicorn.Server):
    """A server that ends open streams at the first sign to stop, so that stopping takes a moment and not minutes."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop = stop
        self._tell_started = started

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- uvicorn's form
        """Stop, at the second sign at once; uvicorn's own would die of the sign after it had stopped well."""
        self._stop.set()
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start, and tell it."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._tell_started()


async def serve(
    assistant: Assistant,
    kept: Kept,
    settings: Settings,
    started: Callable[[], None],
    courier: Courier | None = None,
) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    app = build_app(assistant, kept, settings, stop, courier)
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=_LAST_SECONDS, server_header=False,
    )  # fmt: skip
    await Server(config, stop, started).serve()
