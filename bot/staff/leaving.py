"""Leaving at the identity provider too: otherwise who uses this computer next is let in there as who left.

The session here ends first and in any case. The way there is a page that leads on, and no redirect: the CSP lets a form
end at this address only. Who leaves at the provider, or is put out there, leaves here as well (back-channel logout).
"""

import hmac
import logging
import secrets
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.staff.desk import COOKIE, HOME, Desk
from bot.staff.guard import Refused, read_form
from bot.staff.oidc import NotBelieved, Provider, ProviderAway

LEAVING_COOKIE = "wegwijs_leaving"
_PATH = f"{HOME}/oidc"
_TEN_MINUTES = 600
_PROVIDER = "werkaccount"
_OUT = "U bent uitgelogd, ook bij uw werkaccount, tenzij u daar iets anders koos."
_STILL_IN = (
    "U bent hier uitgelogd. Uw werkaccount kon niet mee uitloggen. "
    "Deelt u deze computer? Sluit dan alle vensters van de browser."
)

log = logging.getLogger("wegwijs")


async def leave(request: Request, desk: Desk, id_token: str = "") -> Response:
    """Lead somebody on who has no session here any more, to sign out at the provider; or tell that this cannot be."""
    state = secrets.token_urlsafe(32)
    try:
        back = f"{desk.outside(request)}{_PATH}/left"
        address = await desk.provider.farewell(back, state, id_token) if desk.provider else None
    except ProviderAway as away:
        log.warning("identity provider does not answer as it should (%s)", away)
        address = None
    if address is None:
        return HTMLResponse(desk.pages.login(HOME, problem=_STILL_IN))
    answer = HTMLResponse(desk.pages.show("leaving.html", address=address))
    secure = desk.outside(request).startswith("https:")
    answer.set_cookie(LEAVING_COOKIE, state, _TEN_MINUTES, path=_PATH, secure=secure, httponly=True, samesite="lax")
    return answer


def add_leaving(routes: APIRouter, desk: Desk) -> None:
    """Add the way out at the identity provider; it is not there without one."""

    @routes.get("/oidc/leave")
    async def late(request: Request) -> Response:
        """Lead somebody on whose session here ended by itself."""
        _must(desk)
        token = request.cookies.get(COOKIE, "")
        if await desk.door.session(token, by_itself=True):
            return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
        farewell = await desk.accounts.farewell(token)
        await desk.door.logout(token)
        return await leave(request, desk, farewell or "")

    @routes.get("/oidc/left")
    async def left(request: Request) -> Response:
        _must(desk)
        sent, kept = request.query_params.get("state", ""), request.cookies.get(LEAVING_COOKIE, "")
        ours = bool(kept) and hmac.compare_digest(sent.encode(), kept.encode())
        answer = HTMLResponse(desk.pages.login(HOME, done=_OUT if ours else None))
        answer.delete_cookie(LEAVING_COOKIE, path=_PATH, httponly=True, samesite="lax")
        return answer

    @routes.post("/oidc/logout")
    async def told(request: Request) -> Response:
        return await _told(desk, _must(desk), (await read_form(request)).get("logout_token", ""))


async def _told(desk: Desk, provider: Provider, token: str) -> Response:
    """Take what the provider itself tells, and end the sessions it is about."""
    try:
        left = await provider.left(token)
    except (NotBelieved, ProviderAway) as wrong:
        log.warning("identity provider: a logout token is not believed (%s)", type(wrong).__name__)
        return Response(status_code=HTTPStatus.BAD_REQUEST)
    if name := await desk.keys.identity(provider.oidc.issuer, left.subject):
        await desk.audit.note(who=_PROVIDER, role="", team="", action="session.end", about=name)
        await desk.accounts.end_from_provider(name, left.session, left.before)
    return Response()


def _must(desk: Desk) -> Provider:
    if desk.provider is None:
        raise Refused(HTTPStatus.NOT_FOUND)
    return desk.provider
