"""Rasa's REST channel: a message in, Rasa's list of messages out.

Beside it lie the Socket.IO channel (socket_io.py), the action webhook (action.py) and `/model/parse` (parse.py).
"""

import json
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.assistant import Assistant
from bot.channels.answers import language_of, said_with
from bot.channels.bodies import BadBody, Problem, read_body, read_json, readable, told_as
from bot.channels.rasa.parse import parse_routes
from bot.channels.rasa.saying import Custom, Message, extras, texts
from bot.channels.tokens import shows
from bot.conversation import Conversation, replay
from bot.limits import OFF, Limits, TooFast, address_of
from bot.messages import Choice, Incoming, Reply
from bot.phrases import DUTCH
from bot.ports import StoreAway
from bot.problems import name_of

log = logging.getLogger("wegwijs")

_ADDRESS = r"^[^\x00-\x1f\x7f]+$"


class RestMessage(BaseModel):
    """A message as Rasa's clients send it. Other keys, such as `input_channel`, are passed by."""

    model_config = ConfigDict(frozen=True, strict=True)

    sender: str = Field(min_length=1, max_length=255, pattern=_ADDRESS)
    message: Annotated[str, BeforeValidator(readable)]
    metadata: dict[str, Any] | None = None
    message_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        pattern=_ADDRESS,
        description="the same one twice counts once",
    )

    def incoming(self) -> Incoming:
        """Return it as a message to the assistant."""
        conversation = f"rest:{self.sender}"
        number = f"{conversation}:{self.message_id}" if self.message_id else uuid4().hex
        return Incoming(id=number, conversation=conversation, text=self.message)


class RestReply(BaseModel):
    """One message of the answer; keys without a value are left out."""

    recipient_id: str
    text: str | None = None
    buttons: list[Choice] | None = None
    custom: Custom | None = None


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "model": list[RestReply],
        "description": "What is said in answer; the last message carries `custom`. With ?stream=true a line each",
    },
    400: {"model": Problem, "description": "The body is no JSON in UTF-8, or a field is missing or wrong"},
    413: {"model": Problem, "description": "The body is too large"},
    408: {"model": Problem, "description": "The body did not come in time"},
    429: {"model": list[RestReply] | Problem, "description": "Too much at once; see Retry-After. The text says so"},
    500: {"model": list[RestReply], "description": "Something went wrong here; the text says so"},
    503: {"model": list[RestReply], "description": "Nothing was stored; the text says whom to call"},
}


def rasa_routes(assistant: Assistant, token: str | None = None, limits: Limits = OFF) -> APIRouter:
    """Return the REST channel, and with a token also the two doors for a municipality's own Rasa."""
    router = APIRouter(tags=["rasa"])

    @router.get("/webhooks/rest/")
    async def health() -> dict[str, str]:
        """Tell that the channel is there."""
        return {"status": "ok"}

    @router.post("/webhooks/rest/webhook", responses=_RESPONSES, openapi_extra=told_as(RestMessage.model_json_schema()))
    async def webhook(request: Request, stream: str = "false") -> Response:
        """Answer a message of a resident with Rasa's list of messages; with ?stream=true as a line each."""
        try:
            message = read_message(await read_body(request))
        except BadBody as bad:
            return JSONResponse({"error": str(bad)}, bad.status)
        is_ours = token is not None and shows(request, token)  # it brings the messages of many residents
        here = None if is_ours else address_of(request.client and request.client.host)
        try:
            status, messages = await _answered(assistant, message, limits, here)
        except TooFast as fast:
            return await _turned_away(assistant, message, fast)
        return _streamed(messages, status) if stream.lower() == "true" else JSONResponse(messages, status)

    if token:
        from bot.channels.rasa.action import action_routes  # noqa: PLC0415 -- 46 MB that only its users need

        router.include_router(action_routes(assistant, token))
        router.include_router(parse_routes(assistant.minds, token))
    return router


# ---------------------------------------------------------------- reading


def read_message(body: bytes) -> RestMessage:
    """Return the message in a body; raise BadBody with a sentence that says what is wrong."""
    fields = read_json(body)
    if not isinstance(fields, dict):
        raise BadBody('the body must be an object such as {"sender": "anna", "message": "ik heb schulden"}')
    try:
        return RestMessage.model_validate(fields)
    except ValidationError as wrong:
        raise BadBody("; ".join(_sentence(error["loc"], error["type"]) for error in wrong.errors())) from None


_KINDS = {"metadata": "an object", "message": "text"}


def _sentence(where: tuple[int | str, ...], kind: str) -> str:
    """Say in words what is wrong with a field, without repeating what was in it."""
    field = where[0]
    if kind == "missing":
        return f'"{field}" is missing'
    return f'"{field}" must be {_KINDS.get(str(field), "text of 1 to 255 characters on one line")}'


# ---------------------------------------------------------------- answering


async def _answered(
    assistant: Assistant, message: RestMessage, limits: Limits, here: str | None
) -> tuple[HTTPStatus, list[Message]]:
    """Return status and messages; `here` is the address that the message counts for. Raises TooFast."""
    try:
        if here is not None:
            await limits.message(message.incoming().conversation, here, assistant.store.read)
        return HTTPStatus.OK, await answer(assistant, message)
    except TooFast:
        raise
    except StoreAway:
        return HTTPStatus.SERVICE_UNAVAILABLE, [_sorry(assistant, message.sender, "away")]
    except Exception as problem:  # the edge: whatever it is, the resident gets a sentence
        log.error("REST message not answered: %s", name_of(problem))
        return HTTPStatus.INTERNAL_SERVER_ERROR, [_sorry(assistant, message.sender, "trouble")]


async def _turned_away(assistant: Assistant, message: RestMessage, fast: TooFast) -> JSONResponse:
    language = await language_of(message.incoming().conversation, assistant)
    sorry = _sorry(assistant, message.sender, "busy", language)
    return JSONResponse([sorry], HTTPStatus.TOO_MANY_REQUESTS, headers={"retry-after": str(fast.seconds)})


def _streamed(messages: Sequence[Message], status: HTTPStatus) -> StreamingResponse:
    """Return messages as Rasa streams them: a JSON object a line, though the type says event stream."""
    lines = [json.dumps(message) + "\n" for message in messages]
    return StreamingResponse(iter(lines), status, media_type="text/event-stream")


async def answer(assistant: Assistant, message: RestMessage) -> list[Message]:
    """Return what is said with a message: first what colleagues said meanwhile, then the answer.

    While a colleague holds the conversation there is no answer, only a last item that says so.
    """
    incoming = message.incoming()
    answers, events = await assistant.taken(incoming)
    said = said_with(incoming.id, events) or answers
    messages = [{"recipient_id": message.sender, "text": text} for one in said for text in texts(one.reply)]
    reply = answers[-1].reply if answers else _silent(replay(incoming.conversation, events))
    if not answers or not messages:
        messages.append({"recipient_id": message.sender})
    messages[-1] |= extras(reply)
    return messages


def _silent(conversation: Conversation) -> Reply:
    """Return the reply without words that tells a machine that a colleague holds the conversation."""
    return Reply(
        parts=(),
        status="handoff",
        wijk=conversation.reply.wijk if conversation.reply else None,
        themes=conversation.themes[:3],
        signals=conversation.signals,
    )


def _sorry(assistant: Assistant, sender: str, phrase: str, language: str = DUTCH) -> Message:
    return {"recipient_id": sender, "text": assistant.minds.phrases(phrase, language)}
