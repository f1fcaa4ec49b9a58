"""Everything in one process: the web chat, REST, Socket.IO, the desk, Telegram, and the doors for who watches it."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from types import FrameType

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.gzip import GZipMiddleware

from bot.assistant import Assistant
from bot.channels.loops import again_and_again, unless
from bot.channels.rasa.rest import rasa_routes
from bot.channels.rasa.socket_io import NAME, Sockets
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.running import bot_at, run
from bot.channels.telegram.webhook import webhook_routes
from bot.channels.web import site_of, web_routes
from bot.elsewhere.courier import Courier
from bot.front.door import front_routes, protect
from bot.front.forwarded import behind_proxies
from bot.front.patient import PatientProtocol
from bot.kept import Kept
from bot.limits import Limits
from bot.logs import tell_of_loop
from bot.minds import Minds
from bot.ports import StoreAway
from bot.problems import name_of
from bot.settings import Settings
from bot.staff.app import staff_app
from bot.staff.undo import Undoing
from bot.stores.opening import seal_rest
from bot.stores.trouble import KeyTrouble
from bot.sweeping import sweep_daily
from bot.upkeep import Upkeep
from bot.watch.routes import add_watch, watch_health
from intents.language import LISTED
from referral.plan import plan_ahead

log = logging.getLogger("wegwijs")

_TICK = 15.0  # seconds between two looks at the timers
_LOOK = 5.0  # seconds between two looks at what must be told elsewhere
_LONGEST_REST = 300.0
_LAST_SECONDS = 2  # for requests that are under way when we must stop
_LARGEST_GZIPPED = 500  # bytes from which an answer is worth packing


def build_app(
    assistant: Assistant, kept: Kept, settings: Settings, stop: asyncio.Event, courier: Courier | None = None
) -> FastAPI:
    """Return the application; `stop` ends what would otherwise go on for ever."""
    limits = Limits(settings.limits)
    sockets = Sockets(assistant, limits=limits)
    telegram = _telegram(assistant, settings)
    upkeep = Upkeep(assistant, kept.directory)
    undo = Undoing(assistant, kept.pendings, timedelta(seconds=settings.desk_undo_seconds))

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        with suppress(StoreAway):  # it is looked at again in a moment
            await assistant.aside.look(assistant.clock.now())
            await upkeep.refresh()
            await assistant.store.resume()
        listener = asyncio.create_task(run(telegram, stop) if telegram else stop.wait())
        following = asyncio.create_task(assistant.store.follow(stop))
        timers = asyncio.create_task(_timers(assistant, stop))
        speaker = asyncio.create_task(sockets.speak(stop))
        undoing = asyncio.create_task(undo.run(stop))
        telling = asyncio.create_task(_tell(courier, stop) if courier else stop.wait())
        keeping_up = asyncio.create_task(upkeep.watch(stop))
        looking = asyncio.create_task(watch_health(assistant.health, stop))
        sweeping = asyncio.create_task(sweep_daily(assistant, kept, settings, stop))
        migrating = asyncio.create_task(_open(settings.database_url, stop))
        today = assistant.clock.now().date()
        warming = asyncio.create_task(asyncio.to_thread(warm, assistant.minds, today, stop.is_set))
        yield
        await warming
        stop.set()
        ours = listener, following, speaker, timers, undoing, telling, keeping_up, looking, sweeping, migrating
        await asyncio.gather(*ours)

    app = FastAPI(title="Wegwijs", version="0.1.0", lifespan=life, docs_url=None, redoc_url=None)
    app.state.assistant = assistant
    app.add_middleware(GZipMiddleware, minimum_size=_LARGEST_GZIPPED)
    protect(app, limits, assistant.minds.phrases, settings)
    app.include_router(front_routes(settings, assistant.clock))
    keep, site = timedelta(days=settings.retention.conversation), site_of(settings)
    pages = web_routes(assistant, shutdown=stop, keep=keep, sites=settings.origins, limits=limits, site=site)
    app.include_router(pages)
    app.include_router(rasa_routes(assistant, settings.action_token, limits))
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
    add_watch(app, assistant, settings)
    return app


def warm(minds: Minds, on: date, is_enough: Callable[[], bool] = lambda: False) -> None:
    """Do beforehand what a first resident would wait for: the plans, and the patterns of each language."""
    plan_ahead(minds.guide, on)
    for language in LISTED:
        if not is_enough():
            minds.understand("12", language, None)


def _add_health(app: FastAPI, assistant: Assistant) -> None:
    @app.get("/health")
    async def health() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "ok"}

    @app.get("/ready", responses={503: {"description": "Not ready; the body says what is missing."}})
    async def ready() -> JSONResponse:
        """Tell whether residents can be served: fully, or by phone and people only; not without the database.

        Phone and people only is ready too: who is turned away finds no number to call.
        """
        database, broken = await assistant.store.ready(), await assistant.health.glance()
        parts = {name: name not in broken for name in ("understanding", "directory")}
        mode = "phone_and_people" if broken else "full"
        return JSONResponse({"database": database, **parts, "mode": mode}, 200 if database else 503)


def _telegram(assistant: Assistant, settings: Settings) -> Telegram | None:
    """Return the Telegram channel, None when there is no token for it."""
    if not settings.telegram_token:
        return None
    return Telegram(assistant, bot_at(settings.telegram_token, settings.telegram_url), settings.telegram_webhook)


async def _open(database_url: str, stop: asyncio.Event) -> None:
    """Make the tables of this version, should the database have been away at the start, and seal what is not yet."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(seal_rest, database_url, stop.is_set)
        except KeyTrouble as trouble:
            log.error("%s", trouble)
            await unless(stop, asyncio.sleep(_LONGEST_REST))
        except StoreAway as away:
            log.warning("the database is away: %s", name_of(away))
            await unless(stop, asyncio.sleep(_LOOK))
        else:
            return


async def _timers(assistant: Assistant, stop: asyncio.Event) -> None:
    """Say what is due and take again what was set aside; when the store is away, a little later."""

    async def step() -> None:
        await assistant.aside.look(assistant.clock.now())
        if not await assistant.take_again() and not await assistant.ring_due():
            await unless(stop, asyncio.sleep(_TICK))

    await again_and_again(step, stop, lambda _problem, failures: min(_TICK * failures, _LONGEST_REST))


async def _tell(courier: Courier, stop: asyncio.Event) -> None:
    """Tell elsewhere what is due, again and again."""

    async def look() -> None:
        if not await unless(stop, courier.run_due()):
            await unless(stop, asyncio.sleep(_LOOK))

    def rest(_: Exception, failures: int) -> float:
        return min(_LOOK * failures, _LONGEST_REST)

    await again_and_again(look, stop, rest)
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

    def end(self) -> None:
        """Stop because nobody is left to tell us."""
        self._stop.set()
        self.should_exit = True

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start, and tell it."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._tell_started()


def config_of(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return how an application is served: with patience that ends, and with the addresses that our proxies tell."""
    return uvicorn.Config(
        behind_proxies(app, settings.proxies), host=settings.host, port=settings.port, log_level="warning",
        access_log=False, timeout_graceful_shutdown=_LAST_SECONDS, server_header=False,
        log_config=None, http=PatientProtocol, proxy_headers=False,
    )  # fmt: skip


async def serve(
    assistant: Assistant,
    kept: Kept,
    settings: Settings,
    started: Callable[[], None],
    courier: Courier | None = None,
    listening: socket.socket | None = None,
    parent: int | None = None,
) -> None:
    """Run until SIGTERM or SIGINT, or until the pipe from a parent ends. A worker is given where it listens."""
    tell_of_loop(asyncio.get_running_loop())
    stop = asyncio.Event()
    app = build_app(assistant, kept, settings, stop, courier)
    server = Server(config_of(app, settings), stop, started)
    if parent is not None:
        asyncio.get_running_loop().add_reader(parent, server.end)
    await server.serve([listening] if listening else None)
