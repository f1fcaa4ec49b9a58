"""Residents over Rasa's Socket.IO channel, on pages that look for the server again when it died."""

import asyncio
import contextlib
import json
from uuid import uuid4

import aiohttp
import socketio

from bot.channels.rasa.saying import texts
from bot.events import Event, Said
from tests.crash.people import LATER, OF_A_COLLEAGUE, Ledger, script

_FALLS_SILENT = 2.0  # seconds without a reply on a line that is there, after which a message is sent again
_SILENT = {False: 15, True: 2}  # times without a reply until a resident gives up; True: a colleague may hold it
_GONE = (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError, TimeoutError)


class Page:
    """A page with one conversation. A message got its reply when one came that was not there before.

    What a colleague says is no reply of the bot, and a reply may come twice: neither tells that a message was taken.
    """

    def __init__(self, url: str, session: str, heard: list[str]) -> None:
        self.url = url
        self.session = session
        self.heard = heard
        self._client: socketio.AsyncClient | None = None
        self._parts: list[object] = []
        self._known: set[str] = set()
        self._something = asyncio.Event()
        self._confirmed = asyncio.Event()
        self._replied = False

    async def open(self) -> None:
        """Look for the server until it confirms the session."""
        while True:
            await self.leave()
            client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
            client.on("bot_uttered", self._hear)
            client.on("session_confirm", self._confirm)
            client.on("disconnect", self._end)
            self._client, self._parts = client, []
            self._confirmed.clear()
            with contextlib.suppress(*_GONE):
                await client.connect(self.url, transports=["websocket"])
                await client.emit("session_request", {"session_id": self.session})
                await asyncio.wait_for(self._confirmed.wait(), _FALLS_SILENT)
                return
            await asyncio.sleep(LATER)

    async def say(self, text: str, number: str, ledger: Ledger, *, may_be_held: bool) -> bool:
        """Say something under a number until it gets its reply; tell whether it did."""
        self._replied, silent = False, 0
        message = {"message": text, "session_id": self.session, "message_id": number}
        while not self._replied and silent < _SILENT[may_be_held]:
            if self._client is None or not self._client.connected:
                await self.open()
            ledger.sent += 1
            with contextlib.suppress(*_GONE):
                await self._client.emit("user_uttered", message)  # type: ignore[union-attr]
                silent += await self._wait()
            ledger.again += not self._replied
        return self._replied

    async def _wait(self) -> bool:
        """Wait until it got its reply or the line broke; tell whether neither happened."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FALLS_SILENT):
                while not self._replied and self._client and self._client.connected:
                    self._something.clear()
                    await self._something.wait()
                return False
        return True

    async def leave(self) -> None:
        """Close the page."""
        if self._client is not None:
            with contextlib.suppress(*_GONE):
                await self._client.disconnect()

    async def _hear(self, part: dict[str, object]) -> None:
        self._parts.append(part)
        if isinstance(text := part.get("text"), str):
            self.heard.append(text)
        if "custom" in part:
            reply, self._parts = json.dumps(self._parts, sort_keys=True), []
            self._replied |= reply not in self._known and OF_A_COLLEAGUE not in reply
            self._known.add(reply)
        self._something.set()

    async def _confirm(self, _session: str) -> None:
        self._confirmed.set()

    async def _end(self, *_reason: object) -> None:
        self._something.set()
        self._confirmed.set()


async def over_sockets(ledger: Ledger, url: str, stop: asyncio.Event) -> None:
    """Hold conversations over Socket.IO, each message with a number of its own."""
    while not stop.is_set():
        session = uuid4().hex[:12]
        name = f"socketio:{session}"
        page = Page(url, session, ledger.uttered.setdefault(name, []))
        may_be_held = False
        for number, (text, word) in enumerate(script(ledger)):
            told = ledger.tell(name, f"{name}:{number}", text, word)
            told.acknowledged = await page.say(text, str(number), ledger, may_be_held=may_be_held)
            may_be_held |= text == "/affirm"
            if not told.acknowledged:
                break  # what comes later might be the reply to this
            await ledger.pause()
        await page.leave()


async def missing(url: str, conversation: str, events: tuple[Event, ...], heard: list[str]) -> set[str]:
    """Return what was said and did not arrive, also not when the conversation is opened once more."""
    wanted = {text for event in events if isinstance(event, Said) for text in texts(event.reply)}
    if wanted <= set(heard):
        return set()
    page = Page(url, conversation.removeprefix("socketio:"), heard)
    await page.open()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FALLS_SILENT * 5):
            while not wanted <= set(heard):  # noqa: ASYNC110 -- it comes from another process
                await asyncio.sleep(LATER)
    await page.leave()
    return wanted - set(heard)
