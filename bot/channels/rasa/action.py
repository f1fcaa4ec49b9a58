"""The action webhook: Wegwijs as action server of a municipality's own Rasa, by rasa-sdk in this process."""

import asyncio
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import (
    ActionExecutionRejection,
    ActionMissingDomainException,
    ActionNotFoundException,
    Tracker,
)

from bot.assistant import Assistant
from bot.channels.bodies import BadBody, Problem, read_body, read_json, told_as
from bot.channels.rasa.asking import ACTION
from bot.channels.rasa.form import register_form, utter
from bot.channels.rasa.refer import advise, told
from bot.channels.tokens import shows
from bot.problems import name_of

log = logging.getLogger("wegwijs")

MOST_BYTES = 20_000_000  # the whole history comes along with every call

# rasa-sdk takes an empty domain for "the domain of the call before", so it is given one that says nothing.
_NO_DOMAIN: Mapping[str, object] = {
    "intents": [], "entities": [], "slots": {}, "responses": {}, "actions": [], "forms": {},
}  # fmt: skip

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The events and responses of the action; null when no action was named"},
    400: {"model": Problem, "description": "No readable call, or the action has nothing to say"},
    401: {"model": Problem, "description": "The token is missing or wrong"},
    404: {"model": Problem, "description": "There is no such action, or the webhook is off"},
    408: {"model": Problem, "description": "The body did not come in time"},
    413: {"model": Problem, "description": "The body is too large"},
    429: {"model": Problem, "description": "Too much at once; see Retry-After"},
    449: {"model": Problem, "description": "A domain digest that is not known; send the domain"},
    500: {"model": Problem, "description": "Something went wrong here"},
}
_OBJECT = {"type": ["object", "null"]}
_BODY = {
    "type": "object",
    "properties": {
        "next_action": {"type": ["string", "null"], "description": "null: nothing is to be done"},
        "tracker": {
            "type": ["object", "null"],
            "required": ["sender_id"],
            "properties": {
                "sender_id": {"type": "string", "minLength": 1},
                "slots": {"type": "object"},
                "latest_message": _OBJECT,
                "events": {
                    "type": ["array", "null"],
                    "items": {"type": "object", "required": ["event"], "properties": {"event": {"type": "string"}}},
                },
            },
        },
        "domain": _OBJECT,
        "domain_digest": {"type": ["string", "null"]},
    },
}


class EventIn(BaseModel):
    """Something that happened, as Rasa tells it."""

    model_config = ConfigDict(strict=True, extra="allow")

    event: str


class TrackerIn(BaseModel):
    """What the SDK needs of a tracker; the rest of it passes through unread."""

    model_config = ConfigDict(strict=True, extra="allow")

    sender_id: str = Field(min_length=1)
    slots: dict[str, Any] = {}
    latest_message: dict[str, Any] | None = None
    events: list[EventIn] | None = None


class Call(BaseModel):
    """A call of a Rasa server; `next_action` may be missing, then nothing is to be done."""

    model_config = ConfigDict(strict=True, extra="allow")

    next_action: str | None = None
    tracker: TrackerIn | None = None
    domain: dict[str, Any] | None = None
    domain_digest: str | None = None


def action_routes(assistant: Assistant, token: str) -> APIRouter:
    """Return `POST /webhook` and `GET /actions`, for who shows the token (?token= or a Bearer header)."""
    executor = executor_for(assistant)

    async def may_enter(request: Request) -> None:
        if not shows(request, token):
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "the token is missing or wrong")

    router = APIRouter(tags=["rasa"], dependencies=[Depends(may_enter)])

    @router.get("/actions", responses={401: _RESPONSES[401]})
    async def actions() -> list[dict[str, str]]:
        """Return the names of the actions that can be called."""
        return [one.model_dump() for one in executor.list_actions()]

    @router.post("/webhook", responses=_RESPONSES, openapi_extra=told_as(_BODY))
    async def webhook(request: Request) -> JSONResponse:
        """Run an action for a Rasa server."""
        try:
            call = read_call(read_json(await read_body(request, MOST_BYTES)))
        except BadBody as bad:
            return JSONResponse({"error": str(bad)}, bad.status)
        return await run(executor, call)

    return router


def executor_for(assistant: Assistant) -> ActionExecutor:
    """Return an executor with our actions. One for each assistant: it remembers a domain."""
    executor = ActionExecutor()

    async def refer(dispatcher: CollectingDispatcher, tracker: Tracker, _: object) -> list[dict[str, Any]]:
        text = str(tracker.latest_message.get("text") or "")
        if not text and not tracker.slots.get("themes"):
            raise ActionExecutionRejection(ACTION, "there is no text and no theme to refer on")
        then, reply = await asyncio.to_thread(advise, tracker.slots, text, assistant.minds, assistant.clock.now())
        utter(reply, dispatcher)
        return [SlotSet(name, value) for name, value in told(then) if _is_news(name, value, tracker.slots)]

    executor.register_function(ACTION, refer)
    register_form(executor, assistant)
    return executor


def _is_news(name: str, value: object, slots: Mapping[str, object]) -> bool:
    """Tell whether the assistant has this slot and does not know the value; it cannot set a slot it lacks."""
    return name in slots and slots[name] != value


def read_call(body: object) -> Call:
    """Return the call in a body; raise BadBody with a sentence when the SDK would stumble over it."""
    if not isinstance(body, dict):
        raise BadBody("Invalid body request")
    try:
        call = Call.model_validate(body)
    except ValidationError as wrong:
        fields = dict.fromkeys(".".join(map(str, error["loc"])) for error in wrong.errors())
        raise BadBody(f"missing or of the wrong kind: {', '.join(fields)}") from None
    if call.next_action and call.tracker is None:
        raise BadBody("missing or of the wrong kind: tracker")
    return call


async def run(executor: ActionExecutor, call: Call) -> JSONResponse:
    """Return what rasa-sdk's own server would, but never the conversation that came in."""
    try:
        result = await executor.run(_with_domain(call))
    except ActionNotFoundException as unknown:
        return _refused(unknown.message, call, 404)
    except ActionExecutionRejection as rejected:
        return _refused(rejected.message, call, 400)
    except ActionMissingDomainException as missing:
        return _refused(missing.message, call, 449)
    except Exception as problem:  # the edge: whatever it is, no conversation leaves here
        log.error("action not run: %s", name_of(problem))
        return _refused("internal error", call, 500)
    return JSONResponse(result.model_dump() if result else None)


def _with_domain(call: Call) -> dict[str, Any]:
    fields = call.model_dump(exclude_unset=True)
    return fields if call.domain or call.domain_digest else {**fields, "domain": dict(_NO_DOMAIN)}


def _refused(error: str, call: Call, status: int) -> JSONResponse:
    return JSONResponse({"error": error, "action_name": call.next_action}, status)
