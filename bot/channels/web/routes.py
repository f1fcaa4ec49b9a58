"""The routes of the web chat: the page, a message, what is new, erasing."""

from asyncio import Event as Signal
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from bot.assistant import Assistant
from bot.channels.web import answers
from bot.channels.web.assets import load_assets, serve
from bot.channels.web.doors import (
    COOKIE,
    Message,
    check_origin,
    conversation_of,
    events_seen,
    new_token,
    read_form,
    token_for,
)
from bot.channels.web.failures import kind_route
from bot.channels.web.live import Listener, news
from bot.channels.web.page import Pages
from bot.messages import Incoming, payload

FORGET = payload("forget")


def web_routes(assistant: Assistant, *, shutdown: Signal, keep: timedelta = timedelta(days=30)) -> APIRouter:
    """Return the routes. A browser remembers its conversation for `keep`; `shutdown` ends open streams."""
    assets = load_assets()
    pages = Pages(assistant.minds, assets)
    chat = _Chat(assistant, pages, keep)
    router = APIRouter(route_class=kind_route(pages, assistant), include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def page(request: Request) -> Response:
        return await chat.page(request)

    @router.get("/chat")
    @router.get("/chat/wis")
    async def back() -> Response:
        return RedirectResponse("/", status_code=303)

    @router.post("/chat")
    async def message(request: Request) -> Response:
        check_origin(request)
        return await chat.message(request, await read_form(request))

    @router.post("/chat/wis")
    async def forget(request: Request) -> Response:
        check_origin(request)
        return await chat.forget(request, await read_form(request))

    @router.get("/chat/events", response_class=EventSourceResponse)
    async def events(
        request: Request, conversation: Annotated[str, Depends(_listener)]
    ) -> AsyncIterator[ServerSentEvent]:
        listener = Listener(
            conversation=conversation, seen=events_seen(request), language=request.query_params.get("taal")
        )
        async for one in news(assistant, pages, listener, shutdown):
            yield one

    @router.get("/static/{name:path}")
    async def static(name: str, request: Request) -> Response:
        if name not in assets:
            raise HTTPException(404)
        return serve(assets[name], request)

    return router


class _Chat:
    """Answers what the page asks."""

    def __init__(self, assistant: Assistant, pages: Pages, keep: timedelta) -> None:
        self.assistant = assistant
        self.pages = pages
        self.keep = keep

    async def page(self, request: Request) -> Response:
        """Return the page with the conversation so far."""
        conversation = conversation_of(request)
        events = await self.assistant.store.read(conversation) if conversation else ()
        start = None if conversation else new_token()
        asked = request.query_params.get("taal")
        return answers.html(self.pages.page(events, asked, self.assistant.clock.now(), start=start))

    async def message(self, request: Request, message: Message) -> Response:
        """Answer a message: with what is new for a script, else by leading back to the page."""
        conversation = conversation_of(request) or f"web:{token_for(message)}"
        request.state.conversation = conversation
        incoming = Incoming(id=message.id, conversation=conversation, text=message.text, language=message.language)
        said = await self.assistant.handle(incoming)
        events = await self.assistant.store.read(conversation)
        if not events:  # the message asked to erase everything
            return self._forgotten(request, said[-1].reply.language if said else message.language)
        if not answers.wants_json(request):
            answer: Response = RedirectResponse(self._address(message.language), status_code=303)
        else:
            new = [entry for entry in self.pages.entries(events) if entry.number > message.after]
            html = self.pages.messages(new, message.language, self.assistant.clock.now(), events)
            answer = answers.json({"html": html, "last": len(events)})
        if conversation != conversation_of(request):
            self._remember(answer, conversation, secure=request.url.scheme == "https")
        return answer

    async def forget(self, request: Request, message: Message) -> Response:
        """Erase the conversation, and say so when it is gone."""
        conversation = conversation_of(request)
        if conversation:
            incoming = Incoming(id=str(uuid4()), conversation=conversation, text=FORGET)
            await self.assistant.handle(incoming)
        return self._forgotten(request, message.language)

    def _forgotten(self, request: Request, asked: str | None) -> Response:
        language = self.pages.language(asked)
        notice, start = self.pages.forgotten(language), new_token()
        if answers.wants_json(request):
            answer = answers.json({"forgotten": True, "html": self.pages.notice(notice, language), "start": start})
        else:
            now = self.assistant.clock.now()
            answer = answers.html(self.pages.page((), asked, now, start=start, notice=notice))
        answer.delete_cookie(COOKIE, path="/")
        return answer

    def _address(self, asked: str | None) -> str:
        return f"/?taal={asked}#laatste" if asked in self.pages.texts.languages else "/#laatste"

    def _remember(self, answer: Response, conversation: str, *, secure: bool) -> None:
        answer.set_cookie(
            COOKIE,
            conversation.removeprefix("web:"),
            max_age=int(self.keep.total_seconds()),
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )


def _listener(request: Request) -> str:
    """Return whose news is asked for; 204 tells a browser without a conversation not to ask again."""
    if conversation := conversation_of(request):
        return conversation
    raise HTTPException(204)
