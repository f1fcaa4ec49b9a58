"""The door at which Telegram brings what residents send, when it is not polled."""

import logging

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.channels.bodies import BadBody, read_body, read_json
from bot.channels.telegram.channel import WEBHOOK, Telegram
from bot.channels.telegram.updates import Told
from bot.channels.tokens import same
from bot.ports import Conflict, StoreAway
from bot.problems import name_of

log = logging.getLogger("wegwijs")

_SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- the name of a header
_MOST_BYTES = 1_000_000  # of an update; a text has at most 4,096 signs


def webhook_routes(telegram: Telegram, secret: str) -> APIRouter:
    """Return the route. It says 200 only for what is stored: Telegram brings everything else again."""
    router = APIRouter(tags=["telegram"])

    @router.post(WEBHOOK)
    async def take(request: Request) -> Response:
        """Take an update of Telegram."""
        if not same(request.headers.get(_SECRET, ""), secret):
            return Response(status_code=403)
        try:
            told = read_json(await read_body(request, _MOST_BYTES))
            update = _checked(told)
        except BadBody as bad:
            return JSONResponse({"error": str(bad)}, bad.status)
        return Response(status_code=200 if await _taken(update, telegram) else 503)

    return router


def _checked(told: object) -> Told:
    """Return what can be an update; raise BadBody for what is none."""
    if not isinstance(told, dict) or type(told.get("update_id")) is not int:
        raise BadBody("an update is an object with an update_id")
    return told


async def _taken(update: Told, telegram: Telegram) -> bool:
    """Tell whether an update is stored, or needs not be."""
    if not telegram.is_connected:
        return False
    try:
        await telegram.take(update)
    except (StoreAway, Conflict) as problem:
        log.warning("update %s again later: %s", update["update_id"], name_of(problem))
        await telegram.tell_away((update,))
        return False
    return True
