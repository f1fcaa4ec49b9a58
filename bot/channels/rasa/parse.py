"""Rasa's `/model/parse`: Wegwijs as the understanding (NLU) of a municipality's own Rasa. Nothing is kept."""

import asyncio
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from bot.channels.bodies import BadBody, Problem, read_body, read_json, readable, told_as
from bot.channels.tokens import shows
from bot.messages import read_payload
from bot.minds import Minds
from bot.problems import name_of
from intents.model import Understanding
from intents.normalise import guard
from referral.areas import locate
from referral.model import Location

log = logging.getLogger("wegwijs")

FALLBACK = "nlu_fallback"  # what Rasa's own FallbackClassifier calls "I am not sure"

_UNSURE = 0.3  # the confidence that Rasa's FallbackClassifier gives to it
_WORD = re.compile(r"\S+")
_BODY = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}, "token": {"type": "string"}},
}


class Intent(BaseModel):
    """A theme, an act, or the name of a button, and how sure we are of it (0 to 1)."""

    name: str
    confidence: float


class Entity(BaseModel):
    """A fact, a place or a signal of danger. From `start` to `end` (in code points) is where it was read."""

    entity: str
    value: str
    start: int
    end: int
    confidence_entity: float = 1.0
    extractor: str = "Wegwijs"


class Parsed(BaseModel):
    """A message as Rasa's own NLU would tell it."""

    text: str
    intent: Intent
    entities: list[Entity]
    text_tokens: list[tuple[int, int]]
    intent_ranking: list[Intent]


class RasaError(BaseModel):
    """An error as Rasa's HTTP API tells it."""

    version: str = "3.6.21"
    status: str = "failure"
    message: str
    reason: str
    details: dict[str, str] = Field(default_factory=dict)
    help: None = None
    code: int


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Parsed, "description": "What the message says"},
    400: {"model": RasaError, "description": "The body is no JSON in UTF-8, or has no text"},
    401: {"model": RasaError, "description": "The token is missing or wrong"},
    408: {"model": Problem, "description": "The body did not come in time"},
    413: {"model": RasaError, "description": "The body is too large"},
    429: {"model": Problem, "description": "Too much at once; see Retry-After"},
    500: {"model": RasaError, "description": "Something went wrong here"},
}


def parse_routes(minds: Minds, token: str) -> APIRouter:
    """Return `POST /model/parse`, for who shows the token (Rasa sends it in the body)."""
    router = APIRouter(tags=["rasa"])

    @router.post("/model/parse", responses=_RESPONSES, openapi_extra=told_as(_BODY))
    async def parse(request: Request) -> JSONResponse:
        """Tell what a message says."""
        try:
            body = read_json(await read_body(request))
        except BadBody as bad:
            return _failed(str(bad), "BadRequest", bad.status)
        fields = body if isinstance(body, dict) else {}
        if not shows(request, token, fields.get("token")):
            return _failed("User is not authenticated.", "NotAuthenticated", HTTPStatus.UNAUTHORIZED)
        if not isinstance(fields.get("text"), str):
            return _failed('the body must be an object with a "text"', "BadRequest", HTTPStatus.BAD_REQUEST)
        return await _answered(readable(fields["text"]), minds)

    return router


async def _answered(text: str, minds: Minds) -> JSONResponse:
    try:
        parsed = await asyncio.to_thread(parse_message, text, minds)
    except Exception as problem:  # the edge: whatever it is, no text leaves here
        log.error("message not parsed: %s", name_of(problem))
        return _failed("internal error", "ParsingError", HTTPStatus.INTERNAL_SERVER_ERROR)
    return JSONResponse(parsed.model_dump())


def _failed(message: str, reason: str, status: HTTPStatus) -> JSONResponse:
    return JSONResponse(RasaError(message=message, reason=reason, code=status).model_dump(), status)


# ---------------------------------------------------------------- reading


def parse_message(text: str, minds: Minds) -> Parsed:
    """Return what a message says, or which button was chosen (`/inform{"age": "67+"}`)."""
    if chosen := read_payload(text.strip()):
        ranking = [Intent(name=chosen[0], confidence=1.0)]
        entities = list(_entities(chosen[1], text))
    else:
        said = minds.understand(text, None, None)
        place = locate(guard(text), minds.guide.areas, answering=False)
        ranking = intents_of(said)
        entities = [*_entities(said.facts, text), *_places(place, text), *_signals(said.signals, text)]
    return Parsed(
        text=text,
        intent=ranking[0],
        entities=entities,
        text_tokens=[word.span() for word in _WORD.finditer(text)],
        intent_ranking=ranking,
    )


def intents_of(said: Understanding) -> list[Intent]:
    """Return the likeliest intents: the themes, after the act when that is what was meant, or `nlu_fallback`."""
    themes = [Intent(name=one.theme, confidence=one.confidence) for one in said.ranking]
    if said.themes:
        acted_on = [one.theme for one in said.themes]
        return sorted(themes, key=lambda one: one.name not in acted_on)
    first = Intent(name=said.act, confidence=1.0) if said.act else Intent(name=FALLBACK, confidence=_UNSURE)
    return [first, *themes]


def _entities(values: Mapping[str, str], text: str) -> Iterator[Entity]:
    """Return facts as entities; they may have been read anywhere in the text."""
    for name, value in values.items():
        yield Entity(entity=name, value=value, start=0, end=len(text))


def _places(place: Location, text: str) -> Iterator[Entity]:
    """Return city and wijk as entities, where they stand in the text as far as they stand there literally."""
    low = text.casefold()
    found = low.find(place.heard) if place.heard and len(low) == len(text) else -1
    start, end = (found, found + len(place.heard)) if found >= 0 else (0, len(text))
    for name, value in (("city", place.city), ("wijk", place.wijk)):
        if value:
            yield Entity(entity=name, value=value, start=start, end=end)


def _signals(signals: Sequence[str], text: str) -> Iterator[Entity]:
    for signal in signals:
        yield Entity(entity="signal", value=signal, start=0, end=len(text))
