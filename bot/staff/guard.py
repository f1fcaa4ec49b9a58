"""What holds for every route of the desk: safe headers, forms from our own pages only, clear refusals."""

import hmac
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fastapi import Request, Response
from fastapi.routing import APIRoute

from bot.ports import StoreAway
from bot.safe import SAFE
from bot.staff.audit import NOTED

LARGEST_FORM = 100_000  # bytes
_SAFE = {"GET", "HEAD", "OPTIONS"}
_HEADERS = {
    **SAFE,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
}

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Refused(Exception):
    """A request ends here, with this answer."""

    def __init__(self, status: int, sentence: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class DeskRoute(APIRoute):
    """A route of the desk. `on_refusal` makes the page for a refusal; `on_answer` notes what nobody noted yet."""

    on_refusal: Callable[[Request, Refused], Response]
    on_answer: Callable[[Request, int], Coroutine[Any, Any, None]]  # with the status, before the answer goes

    def get_route_handler(self) -> Handler:
        """Return the handler with everything around it that holds for all routes."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            NOTED.set(None)
            try:
                try:
                    readable(request)
                    from_our_own_page(request)
                    response = await handler(request)
                except Refused as refused:
                    response = type(self).on_refusal(request, refused)
                await type(self).on_answer(request, response.status_code)
            except StoreAway:
                response = type(self).on_refusal(request, Refused(503))
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return guarded


def readable(request: Request) -> None:
    """Raise Refused for an address with the sign NUL, which no database keeps and no page of ours has."""
    if "\0" in request.scope["path"] or "\0" in unquote(request.url.query):
        raise Refused(404)


def from_our_own_page(request: Request) -> None:
    """Raise Refused when another site sends a form here: the browser says so, a script cannot."""
    if request.method in _SAFE:
        return
    if site := request.headers.get("sec-fetch-site"):
        allowed = site in ("same-origin", "none")
    else:
        origin = request.headers.get("origin")
        allowed = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not allowed:
        raise Refused(403, "Dit formulier kwam niet van deze pagina. Er is niets gebeurd.")


def check_csrf(sent: str, expected: str) -> None:
    """Raise Refused unless a form carries the token of the session."""
    if not hmac.compare_digest(sent.encode(), expected.encode()):
        raise Refused(403, "Dit formulier is verlopen. Er is niets gebeurd. Ga terug en probeer het nog eens.")


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form; what is no UTF-8 becomes "�", and NUL goes. Raises Refused when it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise Refused(413, "Dat is te veel tekst voor één keer.")
    text = body.decode("utf-8", "replace")
    try:
        fields = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=20)
    except ValueError as many:
        raise Refused(400, "Dit formulier is niet van deze pagina.") from many
    return {name: value.replace("\0", "") for name, value in fields}
