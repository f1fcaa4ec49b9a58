"""The routes of one's own account: password, second step, sessions."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from bot.accounts import Session
from bot.messages import Value
from bot.people import Wait
from bot.staff import second
from bot.staff.desk import COOKIE, HOME, Desk
from bot.staff.devices import device
from bot.staff.entrance_routes import set_cookie, to
from bot.staff.guard import Refused
from bot.staff.passwords import BadPassword
from bot.staff.words import moment, span

ME = f"{HOME}/me"
_WRONG = "Het wachtwoord dat u nu heeft, klopt niet."
_WRONG_CODE = "Deze code klopt niet. Wacht tot de app een nieuwe code toont en typ die."


class Row(Value):
    """A session in the list."""

    id: str
    device: str
    since: str
    used: str
    here: bool


def add_me(routes: APIRouter, desk: Desk) -> None:
    """Add the pages of one's own account."""
    _add_account(routes, desk)
    _add_second(routes, desk)
    _add_sessions(routes, desk)


def _add_account(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/me")
    async def show(request: Request) -> Response:
        session = await desk.signed(request)
        await desk.note(session, "session.view")
        done = "Uw wachtwoord is gewijzigd." if request.query_params.get("done") == "password" else None
        return await me_page(request, desk, session, done=done)

    @routes.post("/me/password")
    async def password(request: Request) -> Response:
        session, sent = await desk.sent(request)
        account = session.account
        if not account.password_hash or not desk.entry.passwords:
            raise Refused(HTTPStatus.NOT_FOUND)
        right = await desk.entrance.password_fits(account, sent.get("current", ""))
        if isinstance(right, Wait):
            return await me_page(request, desk, session, problem=_waiting(right), status=HTTPStatus.TOO_MANY_REQUESTS)
        if not right:
            await desk.note(session, "account.password", outcome="wrong")
            return await me_page(request, desk, session, problem=_WRONG, status=HTTPStatus.CONFLICT)
        try:
            chosen = await desk.chosen_password(account, sent.get("password", ""))
        except BadPassword as bad:
            return await me_page(request, desk, session, problem=str(bad), status=HTTPStatus.CONFLICT)
        await desk.note(session, "account.password")
        await desk.accounts.set_password(account.name, chosen)  # ends every session, this one too
        answer = to(f"{ME}?done=password")
        await renew(request, answer, desk, session)
        return answer


def _add_second(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/me/second")
    async def ask(request: Request) -> Response:
        session = await desk.signed(request)
        if session.account.second:
            return to(ME)
        await desk.note(session, "session.view", about="tweede stap")
        return _second_page(desk, _with_password(session), second.new_secret())

    @routes.post("/me/second")
    async def set_up(request: Request) -> Response:
        session, sent = await desk.sent(request)
        secret, name = sent.get("secret", ""), session.account.name
        if session.account.second or not second.is_secret(secret):
            return to(ME)
        _with_password(session)
        if left := await desk.keys.tried("code", name, desk.now()):
            return _second_page(desk, session, secret, _waiting(Wait(time=left)), HTTPStatus.TOO_MANY_REQUESTS)
        step = second.step_of(secret, sent.get("code", ""), desk.now())
        if step is None:
            return _second_page(desk, session, secret, _WRONG_CODE, HTTPStatus.CONFLICT)
        await desk.keys.forgive("code", name, desk.now())
        await desk.note(session, "account.second", about="aangezet")
        return await _with_new_codes(request, desk, session, secret, step)

    @routes.post("/me/second/codes")
    async def codes(request: Request) -> Response:
        session, secret = await _proved(request, desk)
        if isinstance(secret, Response):
            return secret
        known = await desk.keys.second(session.account.name)
        if known is None or (plain := desk.vault.open(known.secret)) is None:
            return to(ME)
        await desk.note(session, "account.second", about="nieuwe herstelcodes")
        return await _with_new_codes(request, desk, session, plain, known.step)

    @routes.post("/me/second/off")
    async def off(request: Request) -> Response:
        session, refusal = await _proved(request, desk)
        if refusal:
            return refusal
        await desk.note(session, "account.second", about="uitgezet")
        await desk.keys.drop_second(session.account.name)
        answer = to(ME)
        await renew(request, answer, desk, session)
        return answer


async def _proved(request: Request, desk: Desk) -> tuple[Session, Response | None]:
    """Return who sends a form with a right code; with the answer to give when it was not right."""
    session, sent = await desk.sent(request)
    if not session.account.second:
        return session, to(ME)
    right = await desk.entrance.code_fits(session.account.name, sent.get("code", ""))
    if isinstance(right, Wait):
        page = me_page(request, desk, session, problem=_waiting(right), status=HTTPStatus.TOO_MANY_REQUESTS)
        return session, await page
    if not right:
        await desk.note(session, "account.second", outcome="wrong")
        return session, await me_page(request, desk, session, problem=_WRONG_CODE, status=HTTPStatus.CONFLICT)
    return session, None


async def _with_new_codes(request: Request, desk: Desk, session: Session, secret: str, step: int) -> Response:
    """Keep the second step with new recovery codes, and show those once."""
    fresh = second.new_codes()
    kept = await desk.entrance.slowly(lambda: second.kept(fresh))
    await desk.keys.set_second(session.account.name, desk.vault.seal(secret), step, kept)
    await desk.accounts.end_sessions(session.account.name)
    renewed = await desk.entrance.let_in(session.account, device(request.headers.get("user-agent")))
    answer = HTMLResponse(desk.pages.show("codes.html", renewed.session, codes=fresh))
    set_cookie(answer, request, desk, COOKIE, renewed.token, HOME)
    return answer


def _with_password(session: Session) -> Session:
    """Return a session of somebody with a password here; who has none has the second step elsewhere."""
    if not session.account.password_hash:
        raise Refused(HTTPStatus.NOT_FOUND)
    return session


def _add_sessions(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/me/sessions/end")
    async def end_others(request: Request) -> Response:
        session, _ = await desk.sent(request)
        await desk.note(session, "session.end", about="alle andere")
        await desk.accounts.end_sessions(session.account.name, but=request.cookies[COOKIE])
        return to(ME)

    @routes.post("/me/sessions/{number}/end")
    async def end(request: Request, number: str) -> Response:
        session, _ = await desk.sent(request)
        await desk.note(session, "session.end")
        await desk.accounts.end_sessions(session.account.name, only=number)
        return to(ME)


async def renew(request: Request, answer: Response, desk: Desk, session: Session) -> None:
    """Give the browser a new session in place of all that this account had."""
    await desk.accounts.end_sessions(session.account.name)
    renewed = await desk.entrance.let_in(session.account, device(request.headers.get("user-agent")))
    set_cookie(answer, request, desk, COOKIE, renewed.token, HOME)


async def me_page(
    request: Request,
    desk: Desk,
    session: Session,
    *,
    problem: str | None = None,
    done: str | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """Return the page of one's own account."""
    now, here = desk.now(), desk.door.id_of(request.cookies.get(COOKIE, ""))
    rows = [
        Row(
            id=one.id,
            device=one.device or "Onbekend apparaat",
            since=moment(one.created_at, now),
            used=moment(one.seen_at, now),
            here=one.id == here,
        )
        for one in await desk.accounts.sessions(session.account.name, now)
    ]
    left = len(await desk.keys.codes(session.account.name))
    page = desk.pages.show(
        "me.html", session, rows=rows, left=left, problem=problem, done=done, lacks=desk.lacks_second(session.account)
    )
    return HTMLResponse(page, status)


def _second_page(
    desk: Desk, session: Session, secret: str, problem: str | None = None, status: int = HTTPStatus.OK
) -> Response:
    shown = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    image = second.picture(secret, session.account.name)
    must = desk.lacks_second(session.account)
    page = desk.pages.show("second.html", session, secret=secret, shown=shown, image=image, problem=problem, must=must)
    return HTMLResponse(page, status)


def _waiting(wait: Wait) -> str:
    return f"Dit is te vaak geprobeerd. Wacht {span(wait.time)}."
