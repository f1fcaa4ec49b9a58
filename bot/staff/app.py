"""The routes of the desk: each reads, calls and answers. They live under /staff."""

import asyncio
from collections.abc import Set as AbstractSet
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, StreamingResponse

from bot.assistant import Assistant
from bot.handover import NotAllowed
from bot.ports import Accounts
from bot.staff import actions
from bot.staff.access import Wait
from bot.staff.cases import queue, tab_named
from bot.staff.desk import COOKIE, HOME, Desk, colleague, next_page
from bot.staff.guard import DeskRoute, Refused, read_form
from bot.staff.live import changes
from bot.staff.pages import ASSETS, STATIC, Typed
from bot.staff.words import span
from referral.guide import Guide

_WRONG = "De naam of het wachtwoord klopt niet."
LONGEST_NUMBER = 40  # signs that are looked at
_KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}


def staff_app(
    assistant: Assistant,
    staff_store: Accounts,
    guide: Guide,
    theme_name: str,
    shutdown: asyncio.Event,
    *,
    pushed: AbstractSet[str] = frozenset({"telegram"}),
) -> APIRouter:
    """Return the routes under /staff, to be included as they are.

    `theme_name` is the class of the theme, such as "voorbeeld-theme"; `shutdown` ends the open streams;
    `pushed` are the channels where a reply is on its way until it was delivered.
    """
    desk = Desk(assistant, staff_store, guide, theme_name, shutdown, pushed=pushed)

    class Route(DeskRoute):
        on_refusal = staticmethod(desk.refuse)

    routes = APIRouter(prefix=HOME, route_class=Route, include_in_schema=False)
    _add_entrance(routes, desk)
    _add_queue(routes, desk)
    _add_case(routes, desk)
    _add_rest(routes, desk)
    return routes


def _add_entrance(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/login")
    async def ask(request: Request) -> Response:
        path = next_page(request.query_params.get("next"))
        if await desk.door.session(request.cookies.get(COOKIE)):
            return _to(path)
        return HTMLResponse(desk.pages.login(path))

    @routes.post("/login")
    async def login(request: Request) -> Response:
        fields = await read_form(request)
        path, name = next_page(fields.get("next")), fields.get("name", "")
        came = await desk.door.login(name, fields.get("password", ""))
        if came is None:
            return HTMLResponse(desk.pages.login(path, name=name, problem=_WRONG), HTTPStatus.UNAUTHORIZED)
        if isinstance(came, Wait):
            wait = f"Er is te vaak een verkeerd wachtwoord gebruikt. Wacht {span(came.time)}."
            return HTMLResponse(desk.pages.login(path, name=name, problem=wait), HTTPStatus.TOO_MANY_REQUESTS)
        await desk.door.logout(request.cookies.get(COOKIE))
        answer = _to(path)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, came.token, path=HOME, secure=secure, httponly=True, samesite="strict")
        return answer

    @routes.post("/logout")
    async def logout(request: Request) -> Response:
        await desk.sent(request)
        await desk.door.logout(request.cookies.get(COOKIE))
        answer = _to(f"{HOME}/login")
        answer.delete_cookie(COOKIE, path=HOME, httponly=True, samesite="strict")
        return answer


def _add_queue(routes: APIRouter, desk: Desk) -> None:
    @routes.get("")
    async def show(request: Request) -> Response:
        session = await desk.signed(request)
        staff, tab = colleague(session), tab_named(request.query_params.get("tab"))
        closed = await desk.door.cases(staff, closed=True) if tab == "gesloten" else ()
        now = desk.assistant.clock.now()
        rows = queue(tab, await desk.door.cases(staff), closed, staff, desk.dutch, now=now)
        return HTMLResponse(desk.pages.queue(rows, session))

    @routes.get("/answers")
    async def answer(request: Request) -> Response:
        session = await desk.signed(request)
        return await desk.answer_page(session, request.query_params.get("number", "")[:LONGEST_NUMBER].strip())

    @routes.get("/events")
    async def events(request: Request) -> Response:
        session = await desk.signed(request, by_itself=True)
        token = request.cookies[COOKIE]
        stream = changes(
            desk.assistant.store.changed,
            lambda: desk.door.cases(colleague(session)),
            lambda: desk.door.is_in(token),
            desk.shutdown,
        )
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _add_case(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/cases/{number}")
    async def show(request: Request, number: str) -> Response:
        session = await desk.signed(request)
        return desk.case_page(await desk.case(session, number), session)

    @routes.post("/cases/{number}/claim")
    async def claim(request: Request, number: str) -> Response:
        session, _ = await desk.sent(request)
        case = await desk.case(session, number)
        try:
            await actions.claim(desk.assistant, case.conversation.id, colleague(session))
        except NotAllowed as no:
            return desk.case_page(await desk.case(session, number), session, Typed(problem=str(no)))
        return _to(f"{HOME}/cases/{number}#antwoord")

    @routes.post("/cases/{number}/answer")
    async def answer(request: Request, number: str) -> Response:
        session, sent = await desk.sent(request)
        case = await desk.case(session, number)
        text, once = sent.get("text", ""), sent.get("number", "")
        try:
            await actions.answer(desk.assistant, case.conversation.id, colleague(session), once, text)
        except NotAllowed as no:
            typed = Typed(problem=str(no), text=text)
            return desk.case_page(await desk.case(session, number), session, typed)
        return _to(f"{HOME}/cases/{number}#antwoord")

    @routes.post("/cases/{number}/close")
    async def close(request: Request, number: str) -> Response:
        session, sent = await desk.sent(request)
        case = await desk.case(session, number)
        outcome, note = sent.get("outcome", ""), sent.get("note", "")
        try:
            await actions.close(desk.assistant, case.conversation.id, colleague(session), outcome, note)
        except NotAllowed as no:
            typed = Typed(problem=str(no), note=note, outcome=outcome)
            return desk.case_page(await desk.case(session, number), session, typed)
        return _to(f"{HOME}/cases/{number}")


def _add_rest(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in ASSETS:
            raise Refused(HTTPStatus.NOT_FOUND)
        return FileResponse(STATIC / name, media_type=ASSETS[name], headers=_KEEP)

    @routes.api_route("/{rest:path}", methods=["GET", "POST"])
    async def nothing(request: Request, rest: str) -> Response:  # noqa: ARG001 -- the path decides nothing
        await desk.signed(request)
        raise Refused(HTTPStatus.NOT_FOUND)


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
