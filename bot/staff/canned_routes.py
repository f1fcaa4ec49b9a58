"""The page where a coördinator keeps the sentences that their team uses again."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.accounts import Session
from bot.canned import CannedReply
from bot.handover import NotAllowed
from bot.people import Role
from bot.phrases import DUTCH
from bot.staff.desk import HOME, Desk, colleague
from bot.staff.once import Form
from bot.staff.ready import LONGEST, PLACES, places_in
from bot.staff.undoable import written

LONGEST_TITLE = 60  # characters
CANNED = f"{HOME}/canned"
_WHO: tuple[Role, ...] = ("coordinator",)


def add_canned(routes: APIRouter, desk: Desk) -> None:
    """Add the routes."""

    @routes.get("/canned")
    async def show(request: Request) -> Response:
        session = await desk.signed(request, roles=_WHO)
        await desk.note(session, "settings.view", about="zinnen")
        return await _page(desk, session, request.query_params)

    @routes.post("/canned")
    async def put(request: Request) -> Response:
        session, sent = await desk.sent(request, roles=_WHO)
        await desk.note(session, "settings.change", about="zin bewaard")
        try:
            await desk.kept.canned.put(_reply(sent, session, desk))
        except NotAllowed as no:
            return await _page(desk, session, sent, str(no))
        return RedirectResponse(CANNED, HTTPStatus.SEE_OTHER)

    @routes.post("/canned/drop")
    async def drop(request: Request) -> Response:
        session, sent = await desk.sent(request, roles=_WHO)
        await desk.note(session, "settings.change", about="zin weggehaald")
        team = sent.get("team", "")
        if team in desk.door.teams(colleague(session)):
            await desk.kept.canned.drop(team, sent.get("title", ""), sent.get("language", ""))
        return RedirectResponse(CANNED, HTTPStatus.SEE_OTHER)


def _reply(sent: Form, session: Session, desk: Desk) -> CannedReply:
    """Return the sentence of a form. Raises NotAllowed."""
    team, language = sent.get("team", ""), sent.get("language", "")
    if team not in desk.door.teams(colleague(session)):
        raise NotAllowed("Kies eerst een team.")
    if language not in desk.assistant.minds.phrases.languages:
        raise NotAllowed("Kies eerst een taal.")
    title = " ".join(written(sent.get("title", ""), "Schrijf eerst hoe de zin heet.", LONGEST_TITLE).split())
    text = written(sent.get("text", ""), "Schrijf eerst de zin.", LONGEST)
    if strange := sorted(places_in(text) - set(PLACES)):
        raise NotAllowed(f"{{{strange[0]}}} wordt niet ingevuld. Gebruik {{medewerker}} of {{team}}.")
    return CannedReply(team=team, title=title, language=language, text=text, by=session.account.name, at=desk.now())


async def _page(desk: Desk, session: Session, typed: Form, problem: str | None = None) -> Response:
    teams = desk.door.teams(colleague(session))
    own = [reply for team in teams for reply in await desk.kept.canned.of(team)]
    phrases = desk.assistant.minds.phrases
    page = desk.pages.show(
        "canned.html",
        session,
        teams={team: desk.dutch.organisation(team) for team in teams},
        languages={code: phrases("language_name", code) for code in phrases.languages},
        own=own,
        shared=desk.canned.of(DUTCH),
        typed={name: typed.get(name, "") for name in ("team", "title", "language", "text")},
        problem=problem,
        longest=LONGEST,
        longest_title=LONGEST_TITLE,
    )
    return HTMLResponse(page, HTTPStatus.CONFLICT if problem else HTTPStatus.OK)
