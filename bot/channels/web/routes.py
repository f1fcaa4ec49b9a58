"""The routes of the web chat: the page, a message, what is new, erasing."""

from asyncio import Event as Signal
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from bot.assistant import Assistant, Taken
from bot.channels.web import answers
from bot.channels.web.advice.erased import Erased, erased
from bot.channels.web.advice.routes import add_advice
from bot.channels.web.assets import SCRIPT, load_assets, serve
from bot.channels.web.doors import (
    COOKIE,
    Message,
    bearer_of,
    check_origin,
    conversation_of,
    events_seen,
    new_token,
    read_form,
    token_for,
)
from bot.channels.web.failures import kind_route
from bot.channels.web.inzage import add_inzage
from bot.channels.web.links import address
from bot.channels.web.live import Listener, news
from bot.channels.web.origins import Origins
from bot.channels.web.page import Pages
from bot.channels.web.paper_routes import add_papers
from bot.channels.web.site import PLAIN, Site
from bot.limits import OFF, Limits, address_of
from bot.messages import Incoming, payload
from bot.queue import case_number

FORGET = payload("forget")


def web_routes(
    assistant: Assistant,
    *,
    shutdown: Signal,
    keep: timedelta = timedelta(days=30),
    sites: Sequence[str] = (),
    limits: Limits = OFF,
    site: Site = PLAIN,
) -> APIRouter:
    """Return the routes.

    A browser remembers its conversation for `keep`; `shutdown` ends open streams; `sites` are the origins of
    other websites that may show the chat; `site` is what residents see of this installation.
    """
    assets, origins = load_assets(site.themes), Origins(sites)
    pages = Pages(assistant.minds, assets, site)
    chat = _Chat(assistant, pages, keep, limits)
    router = APIRouter(route_class=kind_route(pages, assistant, origins), include_in_schema=False)

    @router.options("/widget")
    @router.options("/chat{rest:path}")
    async def may_i(request: Request) -> Response:
        return origins.preflight(request)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def page(request: Request) -> Response:
        return await chat.page(request)

    @router.get("/widget")
    async def widget(request: Request) -> Response:
        return await chat.page(request, widget=True)

    @router.get("/chat")
    @router.get("/chat/wis")
    async def back() -> Response:
        return RedirectResponse("/", status_code=303)

    @router.post("/chat")
    async def message(request: Request) -> Response:
        check_origin(request, origins)
        return await chat.message(request, await read_form(request))

    @router.post("/chat/wis")
    async def forget(request: Request) -> Response:
        check_origin(request, origins)
        return await chat.forget(request, await read_form(request))

    @router.get("/chat/events", response_class=EventSourceResponse)
    async def events(
        request: Request, conversation: Annotated[str, Depends(_listener)]
    ) -> AsyncIterator[ServerSentEvent]:
        query = request.query_params
        other = query.get("gesprek") not in (None, "", case_number(conversation))
        listener = Listener(
            conversation=conversation, seen=events_seen(request), language=query.get("taal"), other=other
        )
        async for one in news(assistant, pages, listener, shutdown):
            yield one

    add_inzage(router, assistant, pages)
    add_advice(router, assistant, pages, origins, limits)
    add_papers(router, pages, assistant.clock.now)

    @router.get(f"/{SCRIPT}")
    async def script(request: Request) -> Response:
        return serve(assets[SCRIPT], request)

    @router.get("/static/{name:path}")
    async def static(name: str, request: Request) -> Response:
        if name not in assets:
            raise HTTPException(404)
        return serve(assets[name], request)

    return router


class _Chat:
    """Answers what the page asks."""

    def __init__(self, assistant: Assistant, pages: Pages, keep: timedelta, limits: Limits) -> None:
        self.assistant = assistant
        self.pages = pages
        self.keep = keep
        self.limits = limits

    async def page(self, request: Request, *, widget: bool = False) -> Response:
        """Return the page, or what of it stands on another site, with the conversation so far."""
        conversation = conversation_of(request)
        events = await self.assistant.store.read(conversation) if conversation else ()
        html = self.pages.page(
            events,
            request.query_params.get("taal"),
            self.assistant.clock.now(),
            municipality=request.query_params.get("gemeente"),
            conversation=case_number(conversation) if conversation and events else "",
            start=None if events else bearer_of(request) or new_token(),
            widget=widget,
        )
        return answers.html(html)

    async def message(self, request: Request, message: Message) -> Response:
        """Answer a message: with what is new for a script, else by leading back to the page."""
        conversation = conversation_of(request) or f"web:{token_for(message)}"
        request.state.conversation = conversation
        await self._count(conversation, request)
        incoming = Incoming(id=message.id, conversation=conversation, text=message.text, language=message.language)
        (said, events), gone = await self._handle(incoming)
        if not events:  # the message asked to erase everything
            return self._forgotten(request, said[-1].reply.language if said else message.language, gone)
        if not answers.wants_json(request):
            answer: Response = RedirectResponse(self._address(message), status_code=303)
        else:
            news, now = self.pages.news(events, message.after), self.assistant.clock.now()
            html = self.pages.messages(news, message.language, now, events)
            answer = answers.json({"html": html, "last": len(events), "conversation": case_number(conversation)})
        if conversation != conversation_of(request):
            self._remember(answer, conversation, secure=request.url.scheme == "https")
        return answer

    async def forget(self, request: Request, message: Message) -> Response:
        """Erase the conversation, and say so when it is gone."""
        conversation, gone = conversation_of(request), None
        if conversation:
            await self._count(conversation, request)
            incoming = Incoming(id=str(uuid4()), conversation=conversation, text=FORGET)
            _, gone = await self._handle(incoming)
        return self._forgotten(request, message.language, gone)

    async def _handle(self, incoming: Incoming) -> tuple[Taken, Erased | None]:
        """Take a turn; return also what there was, when the turn erased everything."""
        gone: list[Erased] = []

        async def note() -> None:
            events = await self.assistant.store.read(incoming.conversation)
            links = await self.assistant.store.shared.links(incoming.conversation, self.assistant.clock.now())
            gone.extend([erased(events, links)] if events else [])

        taken = await self.assistant.taken(incoming, note)
        return taken, next(iter(gone), None)

    async def _count(self, conversation: str, request: Request) -> None:
        """Raise TooFast when this conversation, or this address, says too much."""
        here = address_of(request.client and request.client.host)
        await self.limits.message(conversation, here, self.assistant.store.read)

    def _forgotten(self, request: Request, asked: str | None, gone: Erased | None) -> Response:
        language, now = self.pages.language(asked), self.assistant.clock.now()
        notice, start = self.pages.forgotten(language), new_token()
        receipt = self.pages.receipt(gone, language, now) if gone else None
        if answers.wants_json(request):
            told = self.pages.render("receipt.html", language, now, receipt=receipt) if receipt else ""
            html = self.pages.notice(notice, language) + told
            answer = answers.json({"forgotten": True, "html": html, "start": start})
        else:
            answer = answers.html(self.pages.page((), asked, now, start=start, notice=notice, receipt=receipt))
        answer.delete_cookie(COOKIE, path="/")
        return answer

    def _address(self, message: Message) -> str:
        kept = self.pages.kept_in_links(message.language, message.municipality)
        return f"{address(kept, '/')}#laatste"

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
