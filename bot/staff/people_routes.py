"""The routes for a beheerder: who may sign in, with which role, for which team."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from bot.accounts import Account, NameTaken, Session
from bot.people import ROLES, Role
from bot.staff.access import NoAccount, add_staff, checked_team
from bot.staff.desk import HOME, Desk
from bot.staff.entrance_routes import to
from bot.staff.guard import Refused
from bot.staff.people import Person, person_number, person_of, teams_to_choose

PEOPLE = f"{HOME}/people"
_ONLY: tuple[Role, ...] = ("beheerder",)
_SELF = "Dit is uw eigen account. Vraag een andere beheerder om dit te doen."


def add_people(routes: APIRouter, desk: Desk) -> None:
    """Add the page of all people, and that of each."""
    _add_list(routes, desk)
    _add_person(routes, desk)
    _add_account(routes, desk)


def _add_list(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/people")
    async def show(request: Request) -> Response:
        session = await desk.signed(request, roles=_ONLY)
        await desk.note(session, "people.view")
        return await page(session)

    @routes.post("/people")
    async def add(request: Request) -> Response:
        session, sent = await desk.sent(request, roles=_ONLY)
        role, team, name = _role(sent.get("role", "")), sent.get("team", ""), sent.get("name", "")
        await desk.note(session, "people.add", about=f"{name}: {role}, {team}")
        try:
            account = await add_staff(desk.accounts, desk.guide, name, team, None, role=role, now=desk.now())
        except NoAccount as reason:
            return await page(session, str(reason), name, team, role)
        except NameTaken:
            return await page(session, "Er is al iemand met deze naam.", name, team, role)
        return await _link_page(request, desk, session, account)

    async def page(
        session: Session, problem: str | None = None, name: str = "", team: str = "", role: Role = "medewerker"
    ) -> Response:
        people = [person_of(account, desk.dutch, desk.now()) for account in await desk.accounts.list_staff()]
        shown = desk.pages.show(
            "people.html",
            session,
            people=people,
            teams=teams_to_choose(desk.guide, desk.now().date()),
            typed={"name": name, "team": team, "role": role},
            problem=problem,
        )
        return HTMLResponse(shown, HTTPStatus.CONFLICT if problem else HTTPStatus.OK)


def _add_person(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/people/{number}")
    async def show(request: Request, number: str) -> Response:
        session = await desk.signed(request, roles=_ONLY)
        account = await _found(desk, number)
        await desk.note(session, "people.view", about=account.name)
        return await _person_page(desk, session, account)

    @routes.post("/people/{number}/role")
    async def role(request: Request, number: str) -> Response:
        session, sent = await desk.sent(request, roles=_ONLY)
        account, role, team = await _found(desk, number), _role(sent.get("role", "")), sent.get("team", "")
        if account.name == session.account.name:
            return await _person_page(desk, session, account, _SELF)
        try:
            checked_team(desk.guide, team, desk.now())
        except NoAccount as reason:
            return await _person_page(desk, session, account, str(reason))
        about = f"{account.name}: {account.role}, {account.team} -> {role}, {team}"
        await desk.note(session, "people.role", about=about)
        await desk.accounts.set_role(account.name, role, team)
        return to(f"{PEOPLE}/{number}")


def _add_account(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/people/{number}/link")
    async def link(request: Request, number: str) -> Response:
        session, _ = await desk.sent(request, roles=_ONLY)
        account = await _found(desk, number)
        if not account.active:
            return await _person_page(desk, session, account, "Dit account is gesloten. Heropen het eerst.")
        await desk.note(session, "people.link", about=account.name)
        return await _link_page(request, desk, session, account)

    @routes.post("/people/{number}/active")
    async def active(request: Request, number: str) -> Response:
        session, sent = await desk.sent(request, roles=_ONLY)
        account, wanted = await _found(desk, number), sent.get("active") == "yes"
        if account.name == session.account.name:
            return await _person_page(desk, session, account, _SELF)
        await desk.note(session, "people.open" if wanted else "people.close", about=account.name)
        await desk.accounts.set_active(account.name, active=wanted)
        return to(f"{PEOPLE}/{number}")

    @routes.post("/people/{number}/second")
    async def second(request: Request, number: str) -> Response:
        session, _ = await desk.sent(request, roles=_ONLY)
        account = await _found(desk, number)
        if account.name == session.account.name:
            return await _person_page(desk, session, account, _SELF)
        await desk.note(session, "people.change", about=f"{account.name}: tweede stap gewist")
        await desk.keys.drop_second(account.name)
        await desk.accounts.end_sessions(account.name)
        return to(f"{PEOPLE}/{number}")

    @routes.post("/people/{number}/sessions")
    async def sessions(request: Request, number: str) -> Response:
        session, _ = await desk.sent(request, roles=_ONLY)
        account = await _found(desk, number)
        await desk.note(session, "session.end", about=account.name)
        await desk.accounts.end_sessions(account.name)
        return to(f"{PEOPLE}/{number}")


async def _found(desk: Desk, number: str) -> Account:
    for account in await desk.accounts.list_staff():
        if person_number(account.name) == number:
            return account
    raise Refused(HTTPStatus.NOT_FOUND)


async def _person_page(desk: Desk, session: Session, account: Account, problem: str | None = None) -> Response:
    now = desk.now()
    person: Person = person_of(account, desk.dutch, now)
    shown = desk.pages.show(
        "person.html",
        session,
        person=person,
        teams=teams_to_choose(desk.guide, now.date()),
        sessions=len(await desk.accounts.sessions(account.name, now)),
        mine=account.name == session.account.name,
        problem=problem,
    )
    return HTMLResponse(shown, HTTPStatus.CONFLICT if problem else HTTPStatus.OK)


async def _link_page(request: Request, desk: Desk, session: Session, account: Account) -> Response:
    """Show a link to choose a password; it is shown here and never again."""
    secret = await desk.keys.new_link(account.name, desk.now())
    address = f"{desk.outside(request)}{HOME}/welcome/{secret}"
    person = person_of(account, desk.dutch, desk.now())
    return HTMLResponse(desk.pages.show("link.html", session, person=person, address=address))


def _role(chosen: str) -> Role:
    """Return the role that was chosen; who is to do less for certain."""
    return next((role for role in ROLES if role == chosen), "medewerker")
