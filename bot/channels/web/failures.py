"""What a resident is told when something goes wrong: a sentence with a way out, never a stack trace."""

import logging
import traceback
from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import Response
from fastapi.routing import APIRoute

from bot.assistant import Assistant
from bot.channels.web import answers
from bot.channels.web.doors import Message, Refused, conversation_of, new_token
from bot.channels.web.origins import Origins
from bot.channels.web.page import Pages
from bot.limits import TooFast
from bot.ports import StoreAway
from bot.queue import case_number

log = logging.getLogger("wegwijs")

Handler = Callable[[Request], Awaitable[Response]]


def kind_route(pages: Pages, assistant: Assistant, origins: Origins) -> type[APIRoute]:
    """Return a kind of route that answers in a friendly sentence, whatever goes wrong, also to a listed website."""

    class KindRoute(APIRoute):
        def get_route_handler(self) -> Handler:  # type: ignore[override]
            inner = super().get_route_handler()

            async def handle(request: Request) -> Response:
                try:
                    answer = await inner(request)
                except HTTPException as problem:  # such as 204: also a listed website must be able to read it
                    answer = await http_exception_handler(request, problem)
                except Exception as problem:
                    status, key = _told(problem, request)
                    answer = _failure(request, pages, assistant, status, key)
                    if isinstance(problem, TooFast):
                        answer.headers["retry-after"] = str(problem.seconds)
                return origins.dress(answer, request)

            return handle

    return KindRoute


def _told(problem: Exception, request: Request) -> tuple[int, str]:
    """Return status and sentence for what went wrong; the unforeseen goes to the log, without text."""
    match problem:
        case Refused():
            return problem.status, problem.key
        case TooFast():
            return 429, "busy"
        case StoreAway():
            log.error("web: the store is away")
            return 503, "away"
        case _:
            conversation = getattr(request.state, "conversation", None) or conversation_of(request)
            number = case_number(conversation) if conversation else "none"
            where = "".join(traceback.format_tb(problem.__traceback__))
            log.error("web: %s in conversation %s\n%s", type(problem).__name__, number, where)
            return 500, "trouble"


def _failure(request: Request, pages: Pages, assistant: Assistant, status: int, key: str) -> Response:
    message: Message | None = getattr(request.state, "message", None)
    asked = message.language if message else request.query_params.get("taal")
    language = pages.language(asked)
    failure = pages.failure(key, language)
    if answers.wants_json(request):
        return answers.json({"html": pages.sentence(failure, language)}, status)
    start = None if conversation_of(request) else (message and message.start) or new_token()
    html = pages.page(
        (),
        asked,
        assistant.clock.now(),
        start=start,
        failure=failure,
        typed=message.text if message else "",
        number=message.id if message else "",
    )
    return answers.html(html, status)
