"""Rasa's Socket.IO channel: what is said goes at once to every page that has the conversation open.

The protocol has no receipt for a message. So what was sent counts as delivered once its page shows that it was
there some seconds after that: it says something, it answers a ping, or it leaves properly. What it says sooner may
have crossed what was sent. What was sent to a page that fell silent, or left at once, is sent again when the
conversation is opened anew; it is the one case in which a message may come twice.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import socketio
from fastapi import APIRouter, FastAPI
from pydantic import ValidationError

from bot.assistant import Assistant, Step
from bot.channels.answers import language_of
from bot.channels.bodies import MOST_BYTES
from bot.channels.loops import again_and_again, unless
from bot.channels.rasa.missed import missed, undelivered
from bot.channels.rasa.quiet import quiet
from bot.channels.rasa.saying import uttered
from bot.channels.rasa.uttered import SocketMessage, session_of
from bot.events import Delivered
from bot.limits import OFF, Limits, TooFast, address_of
from bot.messages import Incoming, Reply, Value
from bot.phrases import DUTCH
from bot.ports import StoreAway
from bot.problems import name_of
from bot.queue import case_number

log = logging.getLogger("wegwijs")

NAME = "socketio"
_PREFIX = f"{NAME}:"
_QUIET = logging.getLogger("wegwijs.socketio.library")  # the library's own log quotes what it cannot read
_QUIET.setLevel(logging.CRITICAL + 1)


class Pace(Value):
    """In seconds: how often a page is pinged, how long it may take to answer, how long we rest, and take to stop.

    `crossing` is how long what was sent may be on its way to a page that is there.
    """

    ping: float = 15
    patience: float = 10
    look: float = 5
    rest: float = 1
    last: float = 1
    crossing: float = 5


@dataclass
class Page:
    """A page on the line: its conversation, how many events it was brought, and what is not sure to have arrived."""

    conversation: str
    seen: int | None = None
    sent: dict[str, float] = field(default_factory=dict)


class Sockets:
    """Hears what pages say, and brings them what is said."""

    def __init__(
        self,
        assistant: Assistant,
        pace: Pace = Pace(),  # noqa: B008 -- never changes
        limits: Limits = OFF,
    ) -> None:
        self.assistant = assistant
        self.limits = limits
        self.pace = pace
        self.pages: dict[str, Page] = {}
        self._due: dict[str, None] = {}  # conversations to look at, in their order
        self._bringing = asyncio.Lock()
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            async_handlers=False,  # what a page says is heard in its order
            cors_allowed_origins="*",  # a web chat lives on the site of a municipality; no cookie counts here
            cors_credentials=False,
            max_http_buffer_size=MOST_BYTES,  # a page that sends more is hung up on
            ping_interval=pace.ping,
            ping_timeout=pace.patience,
            logger=_QUIET,
            engineio_logger=_QUIET,
        )
        self.server.on("session_request", self.open)
        self.server.on("user_uttered", self.hear)
        self.server.on("disconnect", self.leave)

    def mount_on(self, app: FastAPI) -> None:
        """Put the channel where Rasa's clients look for it."""
        router = APIRouter(tags=["rasa"])

        @router.get("/webhooks/socketio/")
        async def health() -> dict[str, str]:
            """Tell that the channel is there."""
            return {"status": "ok"}

        app.include_router(router)
        app.mount("/socket.io", quiet(socketio.ASGIApp(self.server, socketio_path=None)))

    # ---------------------------------------------------------------- hearing

    async def open(self, page: str, *data: object) -> None:
        """Confirm the session that a page asks for, a new one when it has none; bring what it missed."""
        session = session_of(data) or uuid4().hex
        self._join(page, session)
        await self.server.emit("session_confirm", session, to=page)
        self._due[_PREFIX + session] = None  # should the store be away now, the loop brings it later
        with contextlib.suppress(StoreAway):
            await self.bring(_PREFIX + session)

    async def hear(self, page: str, *data: object) -> None:
        """Take a turn on what a page says. What is no message is passed by: the protocol knows no refusal."""
        try:
            message = SocketMessage.of(data)
        except ValidationError:
            log.info("a Socket.IO message that cannot be read was passed by")
            return
        known = self.pages.get(page)
        session = message.session_id or (known.conversation.removeprefix(_PREFIX) if known else page)
        self._join(page, session)
        try:
            await self.limits.message(_PREFIX + session, self._address(page), self.assistant.store.read)
            await self._answer(page, message.incoming(_PREFIX + session))
        except TooFast:
            await self._sorry(page, "busy", await language_of(_PREFIX + session, self.assistant))
        except StoreAway:
            await self._sorry(page, "away")
        except Exception as problem:  # the edge: whatever it is, the resident gets a sentence
            log.error("Socket.IO message not answered: %s", name_of(problem))
            await self._sorry(page, "trouble")

    async def leave(self, page: str, reason: str) -> None:
        """Forget a page. One that fell silent may have missed what was sent to it last."""
        gone = self.pages.pop(page, None)
        silent = {self.server.reason.PING_TIMEOUT, self.server.reason.TRANSPORT_ERROR}
        if gone and reason not in silent:
            with contextlib.suppress(StoreAway):
                await self._arrived(gone, self._sent_before(gone, self.pace.crossing))

    def _join(self, page: str, session: str) -> None:
        known = self.pages.get(page)
        if known is None or known.conversation != _PREFIX + session:
            self.pages[page] = Page(_PREFIX + session)

    async def _answer(self, page: str, incoming: Incoming) -> None:
        here = self.pages[page]
        await self._arrived(here, self._sent_before(here, self.pace.crossing))
        answers, events = await self.assistant.taken(incoming)
        if events:
            await self.bring(incoming.conversation)
        else:  # it asked to erase everything: nothing is kept, also not that it is gone
            for said in answers:
                for name, _ in tuple(self._pages_of(incoming.conversation)):
                    await self._send(name, said.reply)

    def _address(self, page: str) -> str:
        """Return from where a page came; the library itself would say 127.0.0.1 of each."""
        client = self.server.get_environ(page)["asgi.scope"].get("client")
        return address_of(client and client[0])

    async def _sorry(self, page: str, phrase: str, language: str = DUTCH) -> None:
        text = self.assistant.minds.phrases(phrase, language)
        await self.server.emit("bot_uttered", {"text": text}, to=page)

    # ---------------------------------------------------------------- saying

    async def speak(self, stop: asyncio.Event) -> None:
        """Bring what is said as soon as the store rings, until `stop` is set; then let every page go."""
        async with self.assistant.store.changed.subscribe("*") as rings:

            async def step() -> None:
                with contextlib.suppress(TimeoutError):
                    rung = await unless(stop, asyncio.wait_for(anext(rings), self.pace.look))
                    self._due.update(dict.fromkeys(self._rung(rung)))
                while self._due:
                    conversation = next(iter(self._due))
                    await self.bring(conversation)
                    del self._due[conversation]
                await self._settle()

            await again_and_again(step, stop, lambda _problem, _failures: self.pace.rest)
        await self._close()

    async def bring(self, conversation: str) -> None:
        """Send each page of a conversation what was said and has not reached it."""
        async with self._bringing:
            pages = tuple(self._pages_of(conversation))
            events = await self.assistant.store.read(conversation) if pages else ()
            for name, page in pages:
                for said in missed(events, page.seen):
                    if said.id not in page.sent:
                        await self._send(name, said.reply)
                        page.sent[said.id] = time.monotonic()  # a clock may jump
                page.seen = len(events)

    async def _send(self, page: str, reply: Reply) -> None:
        for message in uttered(reply):
            await self.server.emit("bot_uttered", message, to=page)

    def _rung(self, rung: str | None) -> Sequence[str]:
        """Return which conversations to look at; "*" stands for all that are open."""
        open_now = dict.fromkeys(page.conversation for page in self.pages.values())
        return tuple(one for one in open_now if rung in ("*", case_number(one)))

    def _pages_of(self, conversation: str) -> Iterator[tuple[str, Page]]:
        return ((name, page) for name, page in self.pages.items() if page.conversation == conversation)

    # ---------------------------------------------------------------- what arrived

    async def _settle(self) -> None:
        """Note as delivered what was sent to pages that answered a ping since."""
        for page in tuple(self.pages.values()):
            await self._arrived(page, self._sent_before(page, self.pace.ping + self.pace.patience))

    def _sent_before(self, page: Page, seconds: float) -> tuple[str, ...]:
        """Return what a page was sent longer ago than this."""
        before = time.monotonic() - seconds
        return tuple(number for number, at in page.sent.items() if at <= before)

    async def _arrived(self, page: Page, numbers: Sequence[str]) -> None:
        if not numbers:
            return
        async with self._bringing:
            said = {one.id for one in undelivered(await self.assistant.store.read(page.conversation))}
            await self.assistant.act(page.conversation, _noting([one for one in numbers if one in said]))
            for number in numbers:
                page.sent.pop(number, None)

    async def _close(self) -> None:
        """Hang up on everybody; a client of Socket.IO then looks for us again by itself."""
        with contextlib.suppress(StoreAway):
            for page in tuple(self.pages.values()):
                await self._arrived(page, tuple(page.sent))
        with contextlib.suppress(TimeoutError, ValueError):  # the library stumbles when there is nobody
            await asyncio.wait_for(self.server.eio.disconnect(), self.pace.last)


def _noting(numbers: Sequence[str]) -> Step:
    return lambda now, at: [Delivered(at=at, said=one) for one in numbers] if now.version else []
