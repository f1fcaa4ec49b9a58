"""The audit log at the desk: for a beheerder all of it, for a coördinator what the teams of their organisation did."""

from collections.abc import AsyncIterator
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from bot.accounts import Session
from bot.audit import Sought
from bot.people import Role
from bot.staff.audit_page import HEADER, SHOWN, Asked, actions, asked_in, cells, row, sought_by
from bot.staff.desk import Desk, colleague
from bot.staff.guard import Refused
from bot.staff.spreadsheet import MARK, TYPE, csv_lines

MAY_SEE: tuple[Role, ...] = ("coordinator", "beheerder")
_AT_ONCE = 1000  # lines of a file, read together


def add_audit(routes: APIRouter, desk: Desk) -> None:
    """Add the routes of the audit log."""

    @routes.get("/audit")
    async def show(request: Request) -> Response:
        session = await desk.signed(request, roles=MAY_SEE)
        asked = asked_in(request.query_params)
        await desk.note(session, "audit.view", asked.case, asked.address(case="", before=""))
        sought = await _sought(desk, session, asked)
        problem = sought if isinstance(sought, str) else None
        found = () if isinstance(sought, str) else await desk.audit.trail.find(sought, SHOWN + 1)
        page = desk.pages.show(
            "audit.html",
            session,
            asked=asked,
            rows=[row(one, desk.dutch) for one in found[:SHOWN]],
            older=asked.address(before=str(found[SHOWN - 1].number)) if len(found) > SHOWN else None,
            actions=actions(),
            problem=problem,
        )
        return HTMLResponse(page, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK)

    @routes.get("/audit.csv")
    async def export(request: Request) -> Response:
        session = await desk.signed(request, roles=MAY_SEE)
        asked = asked_in(request.query_params)
        await desk.note(session, "audit.export", asked.case, asked.address(case="", before=""))
        sought = await _sought(desk, session, asked)
        if isinstance(sought, str):
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, sought)
        headers = {"Content-Disposition": 'attachment; filename="logboek.csv"'}
        return StreamingResponse(_file(desk, sought), media_type=TYPE, headers=headers)


async def _sought(desk: Desk, session: Session, asked: Asked) -> Sought | str:
    """Return which lines are looked for; a name of a colleague is found in any case of its letters."""
    account = await desk.accounts.staff(asked.who) if asked.who else None
    named = asked.model_copy(update={"who": account.name}) if account else asked
    return sought_by(named, _teams(desk, session))


def _teams(desk: Desk, session: Session) -> tuple[str, ...] | None:
    """Return of which teams this colleague may see the lines, None for all."""
    return None if session.role == "beheerder" else desk.door.teams(colleague(session))


async def _file(desk: Desk, sought: Sought) -> AsyncIterator[str]:
    """Give a file with all lines that are looked for, newest first."""
    yield MARK + csv_lines([HEADER])
    while found := await desk.audit.trail.find(sought, _AT_ONCE):
        yield csv_lines(map(cells, found))
        sought = sought.model_copy(update={"before": found[-1].number})
