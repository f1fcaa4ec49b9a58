"""Puts everything of the front around the application: one place that knows all of it."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import PlainTextResponse, Response

from bot.front.bodies import Bodies
from bot.front.headers import SafeAnswers
from bot.front.rates import Rates
from bot.front.telling import Telling
from bot.limits import Limits
from bot.phrases import Phrases
from bot.ports import Clock
from bot.reporting import security_txt
from bot.settings import Settings


def protect(app: FastAPI, limits: Limits, phrases: Phrases, settings: Settings) -> None:
    """Let every request of an application pass the limits, and every answer get its headers."""
    telling = Telling(phrases)
    app.add_middleware(Bodies)
    app.add_middleware(Rates, limits=limits, telling=telling, token=settings.action_token)
    app.add_middleware(SafeAnswers, telling=telling)  # the last one is the outermost


def front_routes(settings: Settings, clock: Clock) -> APIRouter:
    """Return `/.well-known/security.txt`; nothing is there without a contact, or after its last day."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/.well-known/security.txt", methods=["GET", "HEAD"])
    async def reporting() -> Response:
        found = settings.reporting
        if found is None or _day(clock.now()) > found.expires.isoformat():
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return PlainTextResponse(security_txt(found, settings.public_url), headers={"cache-control": "max-age=3600"})

    return router


def _day(now: datetime) -> str:
    return now.date().isoformat()
