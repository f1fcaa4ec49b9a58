"""How large the body of a request may be, and how long it may take to come; for every route there is."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.bodies import MOST_BYTES
from bot.messages import Value


class Measure(Value):
    """What a body may be: bytes, and seconds until the last of it is there."""

    most: int
    seconds: float = 30


REST = Measure(most=310_000)  # above what the chat takes (300,000), which says so in a sentence of its own
# By how an address begins, the first that fits. Who has a limit of its own below this one answers by it.
BODIES: Sequence[tuple[str, Measure]] = (
    ("/webhooks/rest/", Measure(most=MOST_BYTES + 1)),
    ("/webhook", Measure(most=20_000_001, seconds=60)),
    ("/model/parse", Measure(most=MOST_BYTES + 1)),
    ("/socket.io", Measure(most=MOST_BYTES + 1)),
    ("/telegram/", Measure(most=1_000_001)),
    ("/staff", Measure(most=110_000)),
)


class Cut(HTTPException):
    """No more of this body is read."""


class Bodies:
    """Reads no more of a body than there may be, and waits no longer for it."""

    def __init__(self, app: ASGIApp, measures: Sequence[tuple[str, Measure]] = BODIES, rest: Measure = REST) -> None:
        self.app = app
        self.measures = measures
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a body that is watched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Body(self._measure(scope["path"]), receive, send)
        with suppress(Cut):
            await self.app(scope, body.receive, body.send)
        if body.cut and not body.started:
            answer = JSONResponse({"error": body.cut.detail}, body.cut.status_code, headers={"connection": "close"})
            await answer(scope, receive, send)

    def _measure(self, path: str) -> Measure:
        return next((measure for begin, measure in self.measures if path.startswith(begin)), self.rest)


class _Body:
    """The body of one request as it comes, and whether an answer has begun."""

    def __init__(self, measure: Measure, receive: Receive, send: Send) -> None:
        self.measure = measure
        self.started = False
        self.cut: Cut | None = None
        self._receive = receive
        self._send = send
        self._size = 0
        self._until = time.monotonic() + measure.seconds
        self._whole = False

    async def receive(self) -> Message:
        """Return what comes next; once the body is there, that may take as long as it likes. Raises Cut."""
        if self._whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._until - time.monotonic())
        except TimeoutError:
            raise self._cut(408, "the body did not come in time") from None
        self._size += len(message.get("body", b""))
        if self._size > self.measure.most:
            raise self._cut(413, f"the body is larger than {self.measure.most} bytes")
        self._whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless it is to a body that was cut: that one is answered here."""
        if self.cut and not self.started:
            return
        self.started = True
        await self._send(message)

    def _cut(self, status: int, why: str) -> Cut:
        self.cut = Cut(status, why)
        return self.cut
