"""What could not be told to other systems: a beheerder sees all of it, a coördinator that of their organisation.

Below it stands, for a beheerder, what stands still at Wegwijs itself.
"""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.accounts import Session
from bot.people import Role
from bot.staff.deliveries_page import row, summary
from bot.staff.desk import HOME, Desk, colleague
from bot.staff.stuck_page import stuck_row

DELIVERIES = f"{HOME}/deliveries"
MAY_SEE: tuple[Role, ...] = ("coordinator", "beheerder")
_OF_ALL: Role = "beheerder"  # who runs Wegwijs
_LONGEST_ID = 64


def add_deliveries(routes: APIRouter, desk: Desk) -> None:
    """Add the page, and the button to try again."""
    deliveries = desk.kept.deliveries

    @routes.get("/deliveries")
    async def show(request: Request) -> Response:
        session = await desk.signed(request, roles=MAY_SEE)
        await desk.note(session, "deliveries.view")
        teams, now = _teams(desk, session), desk.now()
        may_open = session.role == "coordinator"
        rows = [row(one, desk.dutch, now, with_case=may_open) for one in await deliveries.failing(teams)]
        told = summary(await deliveries.counts(teams))
        done = request.query_params.get("again", "")
        page = desk.pages.show(
            "deliveries.html",
            session,
            rows=rows,
            told=told,
            again=done if done.isdigit() else "",
            stuck=[stuck_row(one, now) for one in await desk.kept.inbox.stuck()] if session.role == _OF_ALL else (),
        )
        return HTMLResponse(page)

    @routes.post("/deliveries/stuck")
    async def stuck_again(request: Request) -> Response:
        session, sent = await desk.sent(request, roles=(_OF_ALL,))
        one = sent.get("stuck", "")[:_LONGEST_ID]
        await desk.note(session, "deliveries.again", about=one or "alles wat stilstaat")
        done = await desk.kept.inbox.again({one} if one else None, desk.now())
        return RedirectResponse(f"{DELIVERIES}?again={done}", HTTPStatus.SEE_OTHER)

    @routes.post("/deliveries/again")
    async def again(request: Request) -> Response:
        session, sent = await desk.sent(request, roles=MAY_SEE)
        one = sent.get("delivery", "")[:_LONGEST_ID]
        await desk.note(session, "deliveries.again", about=one or "alles")
        done = await deliveries.again(frozenset({one}) if one else None, _teams(desk, session), desk.now())
        return RedirectResponse(f"{DELIVERIES}?again={done}", HTTPStatus.SEE_OTHER)


def _teams(desk: Desk, session: Session) -> frozenset[str] | None:
    """Return of which teams somebody may see what goes out, None for all."""
    return None if session.role == "beheerder" else frozenset(desk.door.teams(colleague(session)))
