"""The routes of signing in through an identity provider: the way there, and the way back.

The way there is a link and not a form, so that the CSP needs no other address to send forms to.
"""

import logging
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.people import Journey
from bot.staff.desk import COOKIE, HOME, Desk, next_page
from bot.staff.devices import device
from bot.staff.entrance_routes import set_cookie
from bot.staff.guard import Refused
from bot.staff.identities import NotLetIn, account_for
from bot.staff.oidc import NotBelieved, Provider, ProviderAway, new_journey

JOURNEY_COOKIE = "wegwijs_journey"
_PATH = f"{HOME}/oidc"
_PROVIDER = "werkaccount"  # who makes or changes an account that comes from the identity provider
_TEN_MINUTES = 600
_AWAY = "Inloggen met uw werkaccount lukt nu niet. Probeer het straks opnieuw."
_AGAIN = "Inloggen met uw werkaccount lukte niet. Probeer het nog eens."

log = logging.getLogger("wegwijs")


def add_oidc(routes: APIRouter, desk: Desk) -> None:
    """Add the way to the identity provider and back; they are not there without one."""
    provider = desk.provider

    @routes.get("/oidc")
    async def depart(request: Request) -> Response:
        known = _must(provider)
        state, journey = new_journey(next_page(request.query_params.get("next")))
        try:
            address = await known.address(_back(request, desk), state, journey)
        except ProviderAway as away:
            return _failed(desk, away, _AWAY, HTTPStatus.SERVICE_UNAVAILABLE)
        await desk.keys.depart(state, journey, desk.now())
        answer = RedirectResponse(address, HTTPStatus.SEE_OTHER)
        secure = desk.outside(request).startswith("https:")
        # Lax: a strict cookie would not come along when another site, the provider, sends the browser back.
        answer.set_cookie(
            JOURNEY_COOKIE, journey.browser, _TEN_MINUTES, path=_PATH, secure=secure, httponly=True, samesite="lax"
        )
        return answer

    @routes.get("/oidc/back")
    async def arrive(request: Request) -> Response:
        known, query = _must(provider), dict(request.query_params)
        browser = request.cookies.get(JOURNEY_COOKIE, "")
        journey = await desk.keys.arrive(query.get("state", ""), browser, desk.now())
        answer = await _arrived(request, desk, known, journey, query)
        answer.delete_cookie(JOURNEY_COOKIE, path=_PATH, httponly=True, samesite="lax")
        return answer


async def _arrived(
    request: Request, desk: Desk, provider: Provider, journey: Journey | None, query: dict[str, str]
) -> Response:
    if journey is None:
        return await _refused(desk, _AGAIN)

    async def note(action: str, about: str) -> None:
        await desk.audit.note(who=_PROVIDER, role="", team="", action=action, about=about)

    try:
        claims, proof = await provider.claims(_back(request, desk), query, journey)
        account = await account_for(desk.accounts, desk.guide, provider.oidc, claims, desk.now(), note)
    except ProviderAway as away:
        return _failed(desk, away, _AWAY, HTTPStatus.SERVICE_UNAVAILABLE)
    except NotBelieved as wrong:
        log.warning("identity provider: what came back is not believed (%s)", wrong)
        return await _refused(desk, _AGAIN)
    except NotLetIn as reason:
        return await _refused(desk, str(reason))
    await desk.note_account(account, "session.login", about="werkaccount")
    await desk.door.logout(request.cookies.get(COOKIE))
    came = await desk.entrance.let_in(account, device(request.headers.get("user-agent")), proof)
    # A page and no redirect: after one, the browser would still hold back the strict cookie of this session.
    answer = HTMLResponse(desk.pages.show("arrived.html", next=journey.next))
    set_cookie(answer, request, desk, COOKIE, came.token, HOME)
    return answer


async def _refused(desk: Desk, sentence: str) -> Response:
    await desk.note_stranger("", "session.login", "refused")
    return HTMLResponse(desk.pages.login(HOME, problem=sentence), HTTPStatus.FORBIDDEN)


def _failed(desk: Desk, away: ProviderAway, sentence: str, status: int) -> Response:
    log.warning("identity provider does not answer as it should (%s)", away)
    return HTMLResponse(desk.pages.login(HOME, problem=sentence), status)


def _must(provider: Provider | None) -> Provider:
    if provider is None:
        raise Refused(HTTPStatus.NOT_FOUND)
    return provider


def _back(request: Request, desk: Desk) -> str:
    return f"{desk.outside(request)}{_PATH}/back"
