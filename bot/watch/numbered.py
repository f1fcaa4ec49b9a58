"""Gives each request a number, for the log and for who asked, and measures how long it took."""

import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.logs import REQUEST
from bot.watch.metrics import Metrics
from bot.watch.tracing import Tracer

_HEADER = "x-request-id"
_NUMBER = re.compile(r"[0-9A-Za-z-]{8,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Numbered:
    """The outermost part of the application. A number of a proxy before us is taken over."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracer: Tracer) -> None:
        self._app = app
        self._metrics = metrics
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with a number."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        shown = Headers(scope=scope).get(_HEADER, "")
        number = shown if _NUMBER.fullmatch(shown) else uuid4().hex[:16]
        token = REQUEST.set(number)
        began, status = time.perf_counter(), 500

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = number
            await send(message)

        try:
            with self._tracer.span("request", request=number):
                await self._app(scope, receive, numbered)
        finally:
            route = getattr(scope.get("route"), "path", "other")  # as we wrote it, without what somebody put in it
            method = scope["method"] if scope["method"] in _METHODS else "other"
            taken = time.perf_counter() - began
            self._metrics.requests.labels(method, route, str(status)).observe(taken)
            REQUEST.reset(token)
