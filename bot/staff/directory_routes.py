"""The routes of directory upkeep: what is to be done, an organisation, a form to tell what changed."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.accounts import Session
from bot.handover import NotAllowed
from bot.staff.desk import HOME, Desk
from bot.staff.directory import clashes, key_of_chain, waits_for, works
from bot.staff.directory_deciding import add_deciding
from bot.staff.directory_decisions import choose, propose
from bot.staff.directory_form import (
    KINDS,
    WHOLE,
    WITH_HOURS,
    Wanted,
    contact_of,
    draft_from,
    draft_of,
    wanted,
    wanted_whole,
)
from bot.staff.directory_rights import may_decide, may_see
from bot.staff.directory_sheet import sheet, waiting
from bot.staff.directory_typed import DAY_NAMES, LONGEST, Typo
from bot.staff.directory_words import KIND, LEVELS, SORTS, faults_of
from bot.staff.guard import Refused
from bot.staff.once import mark_of
from bot.staff.words import Dutch
from bot.upkeep import edits_of
from referral.guide import Guide
from referral.overlay import Raw
from referral.upkeep import todos

GUIDE = f"{HOME}/directory"
_NEW = "nieuw"
_PAST = LEVELS["past"][0]
_SHOWN = 12  # proposals that are listed, also decided ones


def add_directory(routes: APIRouter, desk: Desk) -> None:
    """Add the pages of directory upkeep, and tell the top of every page how much waits."""
    desk.pages.tell_always(directory_waits=lambda session: _waits(desk, session))
    _add_list(routes, desk)
    _add_organisation(routes, desk)
    _add_form(routes, desk)
    add_deciding(routes, desk)


def _waits(desk: Desk, session: Session) -> int:
    upkeep = desk.upkeep
    return waits_for(session.account, upkeep.waiting, upkeep.overlay.standings, desk.directory)


def _add_list(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/directory")
    async def show(request: Request) -> Response:
        session = await desk.signed(request)
        await desk.upkeep.refresh()
        await desk.note(session, "directory.view")
        guide, account = desk.directory, session.account
        mine, dutch = may_see(account, guide), Dutch(guide)
        waits = await desk.upkeep.store.proposals(sorted(mine), only_open=True)
        names = {name: dutch.organisation(name) for name in mine}
        found = works(todos(guide, desk.now().date()), account, guide)
        page = desk.pages.show(
            "directory.html",
            session,
            works=[one for one in found if one.badge != _PAST],
            past=[one for one in found if one.badge == _PAST],
            clashes=clashes(desk.upkeep.overlay.standings, account, guide),
            proposals=[waiting(one, account, dutch) for one in waits],
            organisations=sorted(names.items(), key=lambda one: one[1].casefold()),
        )
        return HTMLResponse(page)


def _add_organisation(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/directory/organisations/{organisation}")
    async def show(request: Request, organisation: str) -> Response:
        session = await desk.signed(request)
        entry = await _entry(desk, session, organisation)
        await desk.note(session, "directory.view", about=organisation)
        return await organisation_page(desk, session, entry)

    @routes.post("/directory/organisations/{organisation}/choose/{key}")
    async def pick(request: Request, organisation: str, key: str) -> Response:
        session, fields = await desk.sent(request)
        entry, which = await _entry(desk, session, organisation), fields.get("which", "")
        torn = [one for one in desk.upkeep.overlay.difference if one.organisation == organisation]
        found = next((one for one in torn if one.state != "over" and key_of_chain(one.contact) == key), None)
        decides = may_decide(session.account, organisation, desk.directory)
        if found is None or which not in ("ours", "theirs") or not decides:
            raise Refused(HTTPStatus.NOT_FOUND)
        await desk.note(session, "directory.choose", about=f"{organisation}: {which}")
        try:
            await choose(desk.upkeep, found, which == "ours", session.account, desk.now())
        except NotAllowed as no:
            await desk.note(session, "directory.choose", about=organisation, outcome="refused")
            return await organisation_page(desk, session, entry, no)
        return _to(f"{GUIDE}/organisations/{organisation}")


def _add_form(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/directory/organisations/{organisation}/contacts/{key}")
    async def ask(request: Request, organisation: str, key: str) -> Response:
        session = await desk.signed(request)
        entry = await _entry(desk, session, organisation)
        await desk.note(session, "directory.view", about=organisation)
        return form_page(desk, session, entry, key)

    @routes.post("/directory/organisations/{organisation}/contacts/{key}")
    async def tell(request: Request, organisation: str, key: str) -> Response:
        session, fields = await desk.sent(request)
        entry = await _entry(desk, session, organisation)
        try:
            told = _told(desk, entry, key, fields)
            await desk.note(session, "directory.propose", about=f"{organisation}: {told.sort}")
            mark = mark_of(f"propose {organisation} {key}", session.account.name, fields)
            proposal = await propose(desk.upkeep, mark, told, session.account, desk.now())
        except (Typo, NotAllowed) as no:
            if isinstance(no, NotAllowed):
                await desk.note(session, "directory.propose", about=organisation, outcome="refused")
            return form_page(desk, session, entry, key, fields, no)
        return _to(f"{GUIDE}/proposals/{proposal.id}")


async def organisation_page(desk: Desk, session: Session, entry: Raw, no: NotAllowed | None = None) -> Response:
    """Return the page of an organisation; with what could not be done."""
    guide, account, name, upkeep = desk.directory, session.account, str(entry["id"]), desk.upkeep
    proposals = (await upkeep.store.proposals([name]))[:_SHOWN]
    standings = [one for one in upkeep.overlay.standings if one.organisation == name]
    page = desk.pages.show(
        "directory_organisation.html",
        session,
        sheet=sheet(entry, account, guide, proposals, upkeep.changes, standings),
        clashes=clashes(standings, account, guide),
        problem=str(no) if no else None,
        faults=faults_of(no),
        longest=LONGEST,
    )
    return HTMLResponse(page, HTTPStatus.CONFLICT if no else HTTPStatus.OK)


def form_page(
    desk: Desk,
    session: Session,
    entry: Raw,
    key: str,
    fields: Mapping[str, str] | None = None,
    no: Typo | NotAllowed | None = None,
) -> Response:
    """Return the form for a contact; as it was filled in, with what is wrong, when it could not be taken."""
    contact, organisation = _contact(entry, key), str(entry["id"])
    draft = draft_of(contact) if fields is None else draft_from(fields, contact)
    kind = KIND.get(draft.kind, "Contact")
    page = desk.pages.show(
        "directory_form.html",
        session,
        organisation=organisation,
        name=desk.dutch.organisation(organisation),
        key=key,
        number=uuid4().hex,
        draft=draft,
        title={WHOLE: "Alles nagekeken", _NEW: "Nieuw contact"}.get(key, kind),
        whole=key == WHOLE,
        new=key == _NEW,
        kinds=KINDS,
        called="" if contact is None or draft.kind == "route" else draft_of(contact).value,
        in_words=draft.kind == "route",
        with_hours=key == _NEW or draft.kind in WITH_HOURS,
        days=DAY_NAMES,
        wijken=_wijken(desk.directory, organisation),
        sorts={sort: words for sort, words in SORTS.items() if sort != "add"},
        longest=LONGEST,
        problem=str(no) if no else None,
        field=no.field if isinstance(no, Typo) else None,
        faults=faults_of(no),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(no, Typo) else HTTPStatus.CONFLICT
    return HTMLResponse(page, status if no else HTTPStatus.OK)


async def _entry(desk: Desk, session: Session, organisation: str) -> Raw:
    """Return an organisation that this account may see. Raises Refused, alike for one that is not there."""
    await desk.upkeep.refresh()
    entry = desk.upkeep.entry(organisation)
    if entry is None or organisation not in may_see(session.account, desk.directory):
        raise Refused(HTTPStatus.NOT_FOUND)
    return entry


def _told(desk: Desk, entry: Raw, key: str, fields: Mapping[str, str]) -> Wanted:
    """Return what was filled in. Raises Typo, and Refused when there is no such contact."""
    on = desk.now().date()
    if key == WHOLE:
        return wanted_whole(fields, entry, on)
    earlier, wijken = edits_of(desk.upkeep.changes), tuple(_wijken(desk.directory, str(entry["id"])))
    return wanted(fields, entry, _contact(entry, key), earlier, wijken, on)


def _contact(entry: Raw, key: str) -> Raw | None:
    if key in (WHOLE, _NEW):
        return None
    if found := contact_of(entry, key):
        return found
    raise Refused(HTTPStatus.NOT_FOUND)


def _wijken(guide: Guide, organisation: str) -> Mapping[str, str]:
    """Return the wijken that a contact of this organisation can be for; none when it does not work per wijk."""
    one = guide.organisations[organisation]
    cities = [city for city in guide.areas.cities if one.per_wijk and city.id == one.city]
    return {wijk.id: wijk.name for city in cities if city.by_wijk for wijk in city.wijken}


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
