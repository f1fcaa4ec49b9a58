"""Who asked, as a proxy tells it in `Forwarded` (RFC 7239), told to uvicorn in the words that it understands.

uvicorn reads only `X-Forwarded-For`, and believes it only of the proxies that we name; so whom to believe is judged
in one place. Where both are there `X-Forwarded-For` counts: a proxy that writes one passes the other on as it came.
"""

import re
from collections.abc import Iterator, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_PIECE = re.compile(
    r"""[ \t]* (?: ([!#$%&'*+.^_`|~\w-]+) = (?: "((?: [^"\\] | \\. )*)" | ([^\s",;]+) ) )? [ \t]* ([,;]|$)""",
    re.VERBOSE | re.ASCII,
)
_NOBODY = "unknown"  # also the word of the RFC


class Forwarded:
    """Passes a request on with `X-Forwarded-For` and `-Proto` as well, when it has only `Forwarded`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "lifespan":
            scope = {**scope, "headers": [*scope["headers"], *_in_other_words(scope["headers"])]}
        await self.app(scope, receive, send)


def behind_proxies(app: ASGIApp, proxies: str) -> ASGIApp:
    """Return an application that takes the address of who asks from these proxies, and from nobody else."""
    return Forwarded(ProxyHeadersMiddleware(app, proxies))  # type: ignore[arg-type]


def _in_other_words(headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    names = {name for name, _ in headers}
    if b"forwarded" not in names or b"x-forwarded-for" in names:
        return
    hops = read(b", ".join(value for name, value in headers if name == b"forwarded").decode("latin1"))
    if hops:
        yield b"x-forwarded-for", ", ".join(hop.get("for", _NOBODY) for hop in hops).encode("latin1")
    if hops and "proto" in hops[-1] and b"x-forwarded-proto" not in names:
        yield b"x-forwarded-proto", hops[-1]["proto"].lower().encode("latin1")


def read(told: str) -> list[Mapping[str, str]]:
    """Return what each proxy told, the nearest one last; nothing when any of it is not as it should be.

    Who could break off a quoted word before the proxy adds its own would else hide what the proxy says.
    """
    hops: list[dict[str, str]] = [{}]
    at = 0
    while found := _PIECE.match(told, at):
        name, quoted, plain, end = found.groups()
        if name:
            hops[-1][name.lower()] = plain or re.sub(r"\\(.)", r"\1", quoted or "")
        if not end:
            return [hop for hop in hops if hop]
        if end == ",":
            hops.append({})
        at = found.end()
    return []
