"""What all routes of the desk share: who asks, which case they may see, and how a refusal looks."""

import asyncio
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.assistant import Assistant
from bot.handover import Staff
from bot.ports import Accounts, Session
from bot.staff.access import CaseFile, Door, Wait
from bot.staff.guard import Refused, check_csrf, read_form
from bot.staff.pages import Pages, Typed
from bot.staff.sheet import answer, sheet
from bot.staff.words import Dutch, span
from referral.guide import Guide
from referral.receipt import read_receipt

COOKIE = "wegwijs_staff"
LIVE = "wegwijs-live"  # the header of a page that refreshes itself
HOME = "/staff"
_ENDED = "U bent uitgelogd. Log opnieuw in om verder te gaan."
_NO_NUMBER = "Zo ziet een nummer er niet uit. Het heeft acht letters en cijfers, zoals K7MN-4XWA."
_NOT_KEPT = "Er is geen antwoord met dit nummer. Klopt het nummer, dan is het gesprek gewist."
_SENTENCES = {
    404: ("Niet gevonden", "Deze pagina is er niet, of de vraag hoort bij een ander team."),
    503: (
        "Geen verbinding",
        "De gegevens zijn nu niet bereikbaar. Er is niets bewaard. Probeer het straks opnieuw.",
    ),
}


class Desk:
    """What the routes share: the door, the pages and the assistant."""

    def __init__(
        self,
        assistant: Assistant,
        accounts: Accounts,
        guide: Guide,
        theme: str,
        shutdown: asyncio.Event,
        *,
        pushed: AbstractSet[str],
    ) -> None:
        self.assistant = assistant
        self.door = Door(accounts, assistant.store, assistant.clock)
        self.dutch = Dutch(guide)
        self.pages = Pages(self.dutch, theme)
        self.shutdown = shutdown
        self.pushed = pushed

    async def signed(self, request: Request, *, by_itself: bool = False) -> Session:
        """Return who asks. Raises Refused when nobody is signed in."""
        by_itself = by_itself or LIVE in request.headers
        session = await self.door.session(request.cookies.get(COOKIE), by_itself=by_itself)
        if session is None:
            raise Refused(HTTPStatus.UNAUTHORIZED)
        request.state.session = session
        return session

    async def sent(self, request: Request) -> tuple[Session, Mapping[str, str]]:
        """Return who sends a form, and its fields. Raises Refused unless it is of their own session."""
        fields = request.state.fields = await read_form(request)
        session = await self.signed(request)
        check_csrf(fields.get("csrf", ""), session.csrf)
        return session, fields

    async def case(self, session: Session, number: str) -> CaseFile:
        """Return a case of the team. Raises Refused, alike for one that is not there and one of others."""
        if case := await self.door.numbered(colleague(session), number):
            return case
        raise Refused(HTTPStatus.NOT_FOUND)

    def case_page(self, case: CaseFile, session: Session, typed: Typed | None = None) -> Response:
        """Return the page of a case; with what was typed when it could not be done."""
        shown = sheet(case, colleague(session), self.dutch, self.pushed, self.assistant.clock.now())
        status = HTTPStatus.CONFLICT if typed else HTTPStatus.OK
        return HTMLResponse(self.pages.case(shown, session, typed or Typed()), status)

    async def answer_page(self, session: Session, typed: str) -> Response:
        """Return the page with the answer of a number; only the answer, not who got it or what they typed."""
        if not typed:
            return HTMLResponse(self.pages.answer(session))
        receipt = read_receipt(typed)
        if receipt is None:
            return HTMLResponse(self.pages.answer(session, typed=typed, problem=_NO_NUMBER), HTTPStatus.NOT_FOUND)
        events = await self.door.answered(colleague(session), receipt)
        if isinstance(events, Wait):
            wait = f"Er zijn te veel nummers geprobeerd. Wacht {span(events.time)}."
            return HTMLResponse(self.pages.answer(session, typed=receipt, problem=wait), HTTPStatus.TOO_MANY_REQUESTS)
        found = answer(events, receipt, self.dutch)
        problem, status = (None, HTTPStatus.OK) if found else (_NOT_KEPT, HTTPStatus.NOT_FOUND)
        return HTMLResponse(self.pages.answer(session, typed=receipt, found=found, problem=problem), status)

    def refuse(self, request: Request, refused: Refused) -> Response:
        """Return the page for a request that ends early."""
        if refused.status == HTTPStatus.UNAUTHORIZED:
            return self._to_login(request)
        title, sentence = _SENTENCES.get(refused.status, ("Dat lukte niet", refused.sentence))
        session = getattr(request.state, "session", None)
        return HTMLResponse(self.pages.message(title, sentence, session), refused.status)

    def _to_login(self, request: Request) -> Response:
        """Ask to sign in. What was typed in a form that came too late is shown, so that it is not lost."""
        path = next_page(request.url.path)
        if request.method == "GET" and LIVE not in request.headers:
            return RedirectResponse(f"{HOME}/login?next={path}", HTTPStatus.SEE_OTHER)
        typed = getattr(request.state, "fields", {}).get("text", "")
        page = self.pages.login(path, problem=_ENDED, typed=typed)
        return HTMLResponse(page, HTTPStatus.UNAUTHORIZED)


def next_page(asked: str | None) -> str:
    """Return where a sign-in leads: to a case that was asked for, otherwise to the queue."""
    case = re.match(r"/staff/cases/[0-9a-f]{16}", asked or "")
    return case[0] if case else HOME


def colleague(session: Session) -> Staff:
    """Return who is signed in, as the case knows them."""
    return Staff(name=session.account.name, team=session.account.team)
