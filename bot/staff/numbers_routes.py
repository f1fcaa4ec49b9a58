"""The figures at the desk: for a coördinator those of their organisation's teams, for a beheerder the whole city's."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from bot.accounts import Session
from bot.counted import HERE, Teams
from bot.people import Role
from bot.staff.desk import Desk
from bot.staff.guard import Refused
from bot.staff.numbers.page import Numbers, numbers
from bot.staff.numbers.periods import SIZES, WEEK, Period, Size, period_of
from bot.staff.reach import teams_of
from bot.staff.spreadsheet import MARK, TYPE, csv_lines

MAY_SEE: tuple[Role, ...] = ("coordinator", "beheerder")
_NAMES: Mapping[Size, str] = {"week": "Week", "month": "Maand", "quarter": "Kwartaal", "year": "Jaar"}


def add_numbers(routes: APIRouter, desk: Desk) -> None:
    """Add the routes of the figures."""

    @routes.get("/numbers")
    async def show(request: Request) -> Response:
        session = await desk.signed(request, roles=MAY_SEE)
        period = _asked(desk, request)
        await desk.note(session, "numbers.view", about=period.label)
        return HTMLResponse(
            desk.pages.show(
                "numbers.html",
                session,
                numbers=await _numbers(desk, session, period),
                sizes=[(size, _NAMES[size]) for size in SIZES],
                query=_query(period),
                earlier=_beside(period, period.since - WEEK),
                later=_beside(period, period.before) if period.before <= _today(desk) else None,
            )
        )

    @routes.get("/numbers/{name}.csv")
    async def export(request: Request, name: str) -> Response:
        session = await desk.signed(request, roles=MAY_SEE)
        period = _asked(desk, request)
        table = (await _numbers(desk, session, period)).table(name)
        if table is None:
            raise Refused(HTTPStatus.NOT_FOUND)
        await desk.note(session, "numbers.export", about=f"{table.title}, {period.label}")
        headers = {"Content-Disposition": f'attachment; filename="{table.id}-{period.since}-{period.last}.csv"'}
        return Response(MARK + csv_lines([(table.title, period.label), *table.lines]), media_type=TYPE, headers=headers)


async def _numbers(desk: Desk, session: Session, period: Period) -> Numbers:
    return await numbers(desk.assistant.store, period, _teams(desk, session), desk.dutch, desk.now())


def _teams(desk: Desk, session: Session) -> Teams | None:
    """Return whose figures somebody may see: None for the whole city."""
    return None if session.role == "beheerder" else teams_of(session.account, desk.guide)


def _asked(desk: Desk, request: Request) -> Period:
    sent = request.query_params
    on, since, until = (_date(sent.get(name)) for name in ("on", "since", "until"))
    return period_of(sent.get("size"), on, since, until, _today(desk))


def _today(desk: Desk) -> date:
    return desk.now().astimezone(HERE).date()


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _query(period: Period) -> str:
    """Return the address of a period, behind the question mark."""
    if period.size == "own":
        return urlencode({"size": "own", "since": period.since, "until": period.last})
    return urlencode({"size": period.size, "on": period.since})


def _beside(period: Period, on: date) -> str | None:
    """Return the address of the period of the same size in which a Monday falls."""
    return None if period.size == "own" else urlencode({"size": period.size, "on": on})
