"""The routes of coming in and going out: a password, the second step, a link to choose a password."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.people import Wait
from bot.staff.desk import COOKIE, HOME, Desk, next_page
from bot.staff.devices import device
from bot.staff.entrance import HalfWay, Late, SignedIn
from bot.staff.guard import Refused, read_form
from bot.staff.leaving import leave
from bot.staff.passwords import BadPassword
from bot.staff.words import span

HALF_COOKIE = "wegwijs_half"
_HALF_PATH = f"{HOME}/login"
_WRONG = "De naam of het wachtwoord klopt niet."
_WRONG_CODE = "Deze code klopt niet, of is al gebruikt."
_LATE = "Dit duurde te lang. Log opnieuw in."


def add_entrance(routes: APIRouter, desk: Desk) -> None:
    """Add the routes to sign in and out."""
    _add_login(routes, desk)
    _add_code(routes, desk)
    _add_welcome(routes, desk)

    @routes.post("/logout")
    async def logout(request: Request) -> Response:
        session, _ = await desk.sent(request)
        token = request.cookies[COOKIE]
        await desk.note(session, "session.logout")
        farewell = await desk.accounts.farewell(token)
        await desk.door.logout(token)
        answer = to(f"{HOME}/login") if farewell is None else await leave(request, desk, farewell)
        answer.delete_cookie(COOKIE, path=HOME, httponly=True, samesite="strict")
        return answer


def _add_login(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/login")
    async def ask(request: Request) -> Response:
        path = next_page(request.query_params.get("next"))
        if await desk.door.session(request.cookies.get(COOKIE)):
            return to(path)
        return HTMLResponse(desk.pages.login(path))

    @routes.post("/login")
    async def login(request: Request) -> Response:
        if not desk.entry.passwords:
            raise Refused(HTTPStatus.NOT_FOUND)
        fields = await read_form(request)
        path, name = next_page(fields.get("next")), fields.get("name", "")
        came = await desk.entrance.login(name, fields.get("password", ""), _device(request))
        match came:
            case SignedIn():
                return await welcome(request, desk, came, path)
            case HalfWay():
                answer = to(f"{_HALF_PATH}/code?next={path}")
                set_cookie(answer, request, desk, HALF_COOKIE, came.token, _HALF_PATH)
                return answer
            case Wait():
                wait = f"Er is te vaak een verkeerd wachtwoord gebruikt. Wacht {span(came.time)}."
                await desk.note_wait(name, "session.login", came.time)
                return HTMLResponse(desk.pages.login(path, name=name, problem=wait), HTTPStatus.TOO_MANY_REQUESTS)
            case None:
                await desk.note_stranger(name, "session.login", "wrong")
                return HTMLResponse(desk.pages.login(path, name=name, problem=_WRONG), HTTPStatus.UNAUTHORIZED)


def _add_code(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/login/code")
    async def ask(request: Request) -> Response:
        path = next_page(request.query_params.get("next"))
        if not await desk.entrance.half_way(request.cookies.get(HALF_COOKIE)):
            return to(f"{_HALF_PATH}?next={path}")
        return HTMLResponse(desk.pages.code(path))

    @routes.post("/login/code")
    async def code(request: Request) -> Response:
        fields = await read_form(request)
        path, half = next_page(fields.get("next")), request.cookies.get(HALF_COOKIE)
        who = await desk.entrance.half_way(half)
        came = await desk.entrance.finish(half, fields.get("code", ""), _device(request))
        if isinstance(came, SignedIn):
            answer = await welcome(request, desk, came, path, "session.second")
            answer.delete_cookie(HALF_COOKIE, path=_HALF_PATH, httponly=True, samesite="strict")
            return answer
        if who is None or isinstance(came, Late):
            return HTMLResponse(desk.pages.login(path, problem=_LATE), HTTPStatus.UNAUTHORIZED)
        if isinstance(came, Wait):
            await desk.note_wait(who.account.name, "session.second", came.time)
            wait = f"Er is te vaak een verkeerde code gebruikt. Wacht {span(came.time)}."
            return HTMLResponse(desk.pages.code(path, wait), HTTPStatus.TOO_MANY_REQUESTS)
        await desk.note(who, "session.second", outcome="wrong")
        return HTMLResponse(desk.pages.code(path, _WRONG_CODE), HTTPStatus.UNAUTHORIZED)


def _add_welcome(routes: APIRouter, desk: Desk) -> None:
    """Add the page of a link with which somebody chooses a password."""

    @routes.get("/welcome/{secret}")
    async def ask(request: Request, secret: str) -> Response:  # noqa: ARG001 -- the secret says all
        return await page(secret)

    @routes.post("/welcome/{secret}")
    async def choose(request: Request, secret: str) -> Response:
        fields = await read_form(request)
        owner = await desk.keys.link(secret, desk.now())
        account = await desk.accounts.staff(owner) if owner else None
        if account is None:
            return await page(secret)
        try:
            chosen = await desk.chosen_password(account, fields.get("password", ""))
        except BadPassword as bad:
            return await page(secret, str(bad), HTTPStatus.CONFLICT)
        await desk.note_account(account, "account.password")
        if not await desk.keys.use_link(secret, chosen, desk.now()):
            return await page(secret)
        return HTMLResponse(
            desk.pages.login(HOME, name=account.name, done="Uw wachtwoord is bewaard. U kunt inloggen.")
        )

    async def page(secret: str, problem: str | None = None, status: int = HTTPStatus.OK) -> Response:
        owner = await desk.keys.link(secret, desk.now()) if desk.entry.passwords else None
        if owner is None:
            gone = "Deze link werkt niet meer. Vraag uw beheerder om een nieuwe."
            return HTMLResponse(desk.pages.message("Link verlopen", gone), HTTPStatus.NOT_FOUND)
        return HTMLResponse(desk.pages.welcome(owner, secret, problem), status)


async def welcome(
    request: Request, desk: Desk, came: SignedIn, path: str, action: str = "session.login"
) -> RedirectResponse:
    """Let somebody in: end the session that this browser had, and give it the new one."""
    await desk.note(came.session, action)
    await desk.door.logout(request.cookies.get(COOKIE))
    answer = to(path)
    set_cookie(answer, request, desk, COOKIE, came.token, HOME)
    return answer


def set_cookie(answer: Response, request: Request, desk: Desk, name: str, value: str, path: str) -> None:
    """Give the browser a cookie that no script reads and no other site sends."""
    secure = desk.outside(request).startswith("https:")
    answer.set_cookie(name, value, path=path, secure=secure, httponly=True, samesite="strict")


def to(path: str) -> RedirectResponse:
    """Return an answer that leads to another page."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def _device(request: Request) -> str:
    return device(request.headers.get("user-agent"))
