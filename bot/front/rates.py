"""How much one address, one colleague and one caller may ask, and how many streams they may hold open."""

import hashlib
import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels.tokens import same
from bot.front.telling import Telling
from bot.limits import Limits, TooFast, address_of

log = logging.getLogger("wegwijs")

# What watches us; messages, which the channels count (a listed website may read their answer); and Telegram, which
# shows a secret, brings many residents, and brings again what is turned away.
UNCOUNTED = {"/health", "/ready", "/metrics", "/chat", "/webhooks/rest/webhook", "/telegram/webhook"}
_SESSION = "wegwijs_staff"
_ENTRANCE = ("/staff/login", "/staff/welcome", "/staff/me/password", "/staff/me/second")
_TRY_LATER = 1013  # how a WebSocket says it
STREAMS = {"/chat/events": "wegwijs", "/staff/events": _SESSION}  # -> the cookie of who listens


class Rates:
    """Turns away who asks too much, with a sentence, 429 and Retry-After."""

    def __init__(self, app: ASGIApp, limits: Limits, telling: Telling, token: str | None = None) -> None:
        self.app = app
        self.limits = limits
        self.telling = telling
        self.token = token
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that it is too much."""
        if scope["type"] == "lifespan" or self.limits.is_off or scope["path"] in UNCOUNTED:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        self._look_for_a_proxy(scope, headers)
        try:
            self._count(scope, headers)
            with self._stream(scope, headers):
                await self.app(scope, receive, send)
        except TooFast as fast:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": _TRY_LATER})
                return
            await self.telling.tell(scope, 429, "busy", fast.seconds)(scope, receive, send)

    def _count(self, scope: Scope, headers: Headers) -> None:
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if self.token and same(bearer, self.token):
            self.limits.caller("token")
            return
        self.limits.request(_address(scope))
        if is_costly(scope):
            self.limits.costly(_address(scope))
        if scope["path"].startswith("/staff") and (session := cookies_of(headers).get(_SESSION)):
            self.limits.colleague(number_of(session))

    def _stream(self, scope: Scope, headers: Headers) -> AbstractContextManager[None]:
        if scope["type"] == "websocket":
            return self.limits.stream(f"socket {id(scope)}", _address(scope))
        if scope["path"] not in STREAMS:
            return nullcontext()
        shown = headers.get("authorization") or cookies_of(headers).get(STREAMS[scope["path"]])
        return self.limits.stream(number_of(shown or _address(scope)), _address(scope))

    def _look_for_a_proxy(self, scope: Scope, headers: Headers) -> None:
        """Warn once when all residents come from one address, since a proxy tells theirs and is not believed."""
        told, here = headers.get("x-forwarded-for"), scope.get("client")
        if self._warned or not told or not here or here[0] in told:  # uvicorn put what it believed in its place
            return
        self._warned = True
        log.warning("a proxy at %s is not named in WEGWIJS_PROXIES: whoever comes through it counts as one", here[0])


def is_costly(scope: Scope) -> bool:
    """Tell whether an answer takes a tenth of a second: an advice as PDF, a password that is verified or chosen."""
    is_entrance = scope["path"].startswith(_ENTRANCE) and scope.get("method") == "POST"
    return is_entrance or scope["path"].endswith(".pdf")


def cookies_of(headers: Headers) -> Mapping[str, str]:
    """Return the cookies of a request, none when they cannot be read."""
    try:
        return {name: one.value for name, one in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def number_of(secret: str) -> str:
    """Return what stands for a secret in memory."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()[:32]


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return address_of(client[0] if client else None)
