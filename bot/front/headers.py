"""Puts the headers that keep a browser safe on every answer, and answers when something went wrong unforeseen."""

import logging

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.front.telling import Telling
from bot.problems import name_of
from bot.safe import NOTHING, ONLY_HTTPS, SAFE

log = logging.getLogger("wegwijs")


class SafeAnswers:
    """Adds what an answer lacks; what a route says itself stays."""

    def __init__(self, app: ASGIApp, telling: Telling) -> None:
        self.app = app
        self.telling = telling

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                make_safe(MutableHeaders(scope=message), https=scope["scheme"] == "https")
            await send(message)

        try:
            await self.app(scope, receive, send_safely)
        except Exception as problem:  # the edge: what it quotes may be what somebody typed
            log.error("%s not answered: %s", getattr(scope.get("route"), "path", "a request"), name_of(problem))
            if started:  # half an answer cannot be mended: the server breaks the line off
                raise BrokenOff from None
            await self.telling.tell(scope, 500, "trouble")(scope, receive, send_safely)


class BrokenOff(Exception):
    """An answer could not be finished. It says nothing of why."""


def make_safe(headers: MutableHeaders, *, https: bool) -> None:
    """Add the headers that are not there yet."""
    for name, value in SAFE.items():
        headers.setdefault(name, value)
    policy = headers.setdefault("content-security-policy", NOTHING)
    if "frame-ancestors 'none'" in policy:
        headers.setdefault("x-frame-options", "DENY")
    if https:
        headers.setdefault("strict-transport-security", ONLY_HTTPS)
