"""Socket.IO's application without what its library throws, which quotes what people typed."""

import contextlib
import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.problems import name_of

log = logging.getLogger("wegwijs")


def quiet(app: ASGIApp) -> ASGIApp:
    """Return the application without the tracebacks that the library throws at a frame it cannot read."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except Exception as problem:  # the edge: what it quotes may be what somebody typed
            log.info("a Socket.IO line was broken off: %s", name_of(problem))
            if scope["type"] == "websocket":
                with contextlib.suppress(Exception):
                    await send({"type": "websocket.close", "code": 1002})

    return run
