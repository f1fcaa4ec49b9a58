"""The routes where a coördinator or a beheerder decides about a proposal, and puts a change back."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.accounts import Session
from bot.directory import Proposal
from bot.handover import NotAllowed
from bot.staff.desk import HOME, Desk
from bot.staff.directory_decisions import accept, decline, revert, withdraw
from bot.staff.directory_rights import may_decide, may_see, same
from bot.staff.directory_sheet import asked, versions
from bot.staff.directory_typed import LONGEST, one_line
from bot.staff.directory_words import faults_of
from bot.staff.guard import Refused

_GUIDE = f"{HOME}/directory"
_NOTED = {"accept": "directory.accept", "decline": "directory.reject", "withdraw": "directory.withdraw"}


def add_deciding(routes: APIRouter, desk: Desk) -> None:
    """Add the page of a proposal, and what can be decided."""
    _add_proposal(routes, desk)
    _add_revert(routes, desk)


def _add_proposal(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/directory/proposals/{proposal}")
    async def show(request: Request, proposal: str) -> Response:
        session = await desk.signed(request)
        found = await _proposal(desk, session, proposal)
        await desk.note(session, "directory.view", about=found.organisation)
        return await proposal_page(desk, session, found)

    @routes.post("/directory/proposals/{proposal}/{decision}")
    async def decide(request: Request, proposal: str, decision: str) -> Response:
        session, fields = await desk.sent(request)
        found = await _proposal(desk, session, proposal)
        account, why = session.account, one_line(fields.get("why", ""))[:LONGEST]
        theirs = same(found.by, account.name) if decision == "withdraw" else _decides(desk, session, found.organisation)
        if decision not in _NOTED or not theirs:
            raise Refused(HTTPStatus.NOT_FOUND)
        about = f"{found.organisation}: voorstel van {found.by}" + (f", {why}" if why else "")
        await desk.note(session, _NOTED[decision], about=about)
        try:
            match decision:
                case "accept":
                    people = await desk.accounts.list_staff()
                    await accept(desk.upkeep, found, account, people, desk.directory, why, desk.now())
                case "decline":
                    await decline(desk.upkeep, found, account, why, desk.now())
                case _:
                    await withdraw(desk.upkeep, found, account, desk.now())
        except NotAllowed as no:
            await desk.note(session, _NOTED[decision], about=about, outcome="refused")
            return await proposal_page(desk, session, await _proposal(desk, session, proposal), no, why)
        return RedirectResponse(f"{_GUIDE}/proposals/{proposal}", HTTPStatus.SEE_OTHER)


def _add_revert(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/directory/changes/{version}")
    async def show(request: Request, version: str) -> Response:
        session = await desk.signed(request)
        number = await _version(desk, session, version)
        await desk.note(session, "directory.view", about=f"versie {number}")
        return await change_page(desk, session, number)

    @routes.post("/directory/changes/{version}/revert")
    async def put_back(request: Request, version: str) -> Response:
        session, fields = await desk.sent(request)
        number, why = await _version(desk, session, version), one_line(fields.get("why", ""))[:LONGEST]
        organisation = desk.upkeep.changes[number - 1].organisation
        about = f"{organisation}: versie {number}" + (f", {why}" if why else "")
        await desk.note(session, "directory.revert", about=about)
        try:
            await revert(desk.upkeep, number, session.account, why, desk.now())
        except NotAllowed as no:
            await desk.note(session, "directory.revert", about=about, outcome="refused")
            return await change_page(desk, session, number, no)
        return RedirectResponse(f"{_GUIDE}/organisations/{organisation}", HTTPStatus.SEE_OTHER)


async def proposal_page(
    desk: Desk, session: Session, proposal: Proposal, no: NotAllowed | None = None, why: str = ""
) -> Response:
    """Return the page of a proposal; with what could not be done."""
    people = await desk.accounts.list_staff()
    page = desk.pages.show(
        "directory_proposal.html",
        session,
        asked=asked(proposal, session.account, people, desk.directory),
        problem=str(no) if no else None,
        faults=faults_of(no),
        why=why,
        longest=LONGEST,
    )
    return HTMLResponse(page, HTTPStatus.CONFLICT if no else HTTPStatus.OK)


async def change_page(desk: Desk, session: Session, number: int, no: NotAllowed | None = None) -> Response:
    """Return the page of a change that can be put back."""
    changes = [one for one in desk.upkeep.changes if one.organisation == desk.upkeep.changes[number - 1].organisation]
    shown = next(one for one in versions(changes, session.account, desk.directory) if one.version == number)
    page = desk.pages.show(
        "directory_change.html",
        session,
        change=shown,
        organisation=changes[0].organisation,
        problem=str(no) if no else None,
        faults=faults_of(no),
        longest=LONGEST,
    )
    return HTMLResponse(page, HTTPStatus.CONFLICT if no else HTTPStatus.OK)


async def _proposal(desk: Desk, session: Session, number: str) -> Proposal:
    """Return a proposal that this account may see. Raises Refused, alike for one that is not there."""
    await desk.upkeep.refresh()
    found = await desk.upkeep.store.proposal(number)
    if found is None or found.organisation not in may_see(session.account, desk.directory):
        raise Refused(HTTPStatus.NOT_FOUND)
    return found


async def _version(desk: Desk, session: Session, written: str) -> int:
    """Return the number of a change that this account may put back. Raises Refused."""
    await desk.upkeep.refresh()
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0
    if not 1 <= number <= len(desk.upkeep.changes):
        raise Refused(HTTPStatus.NOT_FOUND)
    if not _decides(desk, session, desk.upkeep.changes[number - 1].organisation):
        raise Refused(HTTPStatus.NOT_FOUND)
    return number


def _decides(desk: Desk, session: Session, organisation: str) -> bool:
    return may_decide(session.account, organisation, desk.directory)
