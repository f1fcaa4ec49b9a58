"""What all routes of the desk share: who asks, which case they may see, and how a refusal looks."""

import asyncio
import re
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.accounts import Account, Session
from bot.assistant import Assistant
from bot.entry import Entry
from bot.handover import Staff
from bot.kept import Kept
from bot.people import ROLES, Role, Wait
from bot.staff.access import CaseFile, Door
from bot.staff.audit import NOTED, Audit
from bot.staff.beside import beside_case
from bot.staff.entrance import LONGEST_NAME, Entrance
from bot.staff.guard import Refused, check_csrf, read_form
from bot.staff.oidc import Provider
from bot.staff.pages import Pages, Typed
from bot.staff.passwords import check_password, hashed
from bot.staff.ready import load_canned
from bot.staff.second import Vault
from bot.staff.sheet import answer, sheet
from bot.staff.undo import Undoing
from bot.staff.words import Dutch, span
from bot.upkeep import Upkeep
from referral.guide import Guide
from referral.receipt import read_receipt

COOKIE = "wegwijs_staff"
LIVE = "wegwijs-live"  # the header of a page that refreshes itself
HOME = "/staff"
_STRANGER = "onbekend"
_BEFORE_SECOND = ("me", "logout")  # all there is until somebody has the second step they must have
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
        kept: Kept,
        guide: Guide,
        theme: str,
        shutdown: asyncio.Event,
        *,
        undo: Undoing,
        pushed: AbstractSet[str],
        upkeep: Upkeep | None = None,
        entry: Entry = Entry(),  # noqa: B008 -- it never changes
    ) -> None:
        accounts = kept.accounts
        self.assistant = assistant
        self.guide = guide
        self.accounts = accounts
        self.keys = accounts.keys
        self.entry = entry
        self.provider = Provider(entry.oidc, assistant.clock) if entry.oidc else None
        self.vault = Vault(entry.secret_key)
        self.entrance = Entrance(accounts, assistant.clock, self.vault)
        self.door = Door(accounts, assistant.store, assistant.clock, guide)
        self.audit = Audit(accounts.trail, assistant.clock)
        self.dutch = Dutch(guide)
        self.pages = Pages(self.dutch, theme, entry)
        self.shutdown = shutdown
        self.pushed = pushed
        self.kept = kept
        self.undo = undo
        self.upkeep = upkeep or Upkeep(assistant, kept.directory)
        self.canned = load_canned()
        self._waits: dict[str, datetime] = {}  # who must wait -> until when, for the audit log

    @property
    def directory(self) -> Guide:
        """The guide as it is now, with what was decided about it."""
        return self.assistant.minds.guide

    async def signed(self, request: Request, *, by_itself: bool = False, roles: Collection[Role] = ROLES) -> Session:
        """Return who asks. Raises Refused when nobody is signed in, and as if nothing is there for another role."""
        by_itself = by_itself or LIVE in request.headers
        session = await self.door.session(request.cookies.get(COOKIE), by_itself=by_itself)
        if session is None:
            raise Refused(HTTPStatus.UNAUTHORIZED)
        request.state.session = session
        room = request.url.path.removeprefix(f"{HOME}/").partition("/")[0]
        if self.lacks_second(session.account) and room not in _BEFORE_SECOND:
            raise Refused(HTTPStatus.SEE_OTHER, f"{HOME}/me/second")
        if session.role not in roles:
            raise Refused(HTTPStatus.NOT_FOUND)
        return session

    def lacks_second(self, account: Account) -> bool:
        """Tell whether somebody must first set a second step."""
        asked = self.entry.totp == "required" and account.role != "medewerker"
        return asked and bool(account.password_hash) and not account.second

    def now(self) -> datetime:
        """Return the time."""
        return self.assistant.clock.now()

    def outside(self, request: Request) -> str:
        """Return the base of our own addresses, as staff reach them."""
        told = self.entry.public_url
        return told.rstrip("/") if told else f"{request.url.scheme}://{request.url.netloc}"

    async def chosen_password(self, account: Account, password: str) -> str:
        """Return what is kept of a password that somebody chooses. Raises BadPassword."""
        about = (account.name, account.team, self.dutch.organisation(account.team))
        check_password(password, *about)
        return await self.entrance.slowly(lambda: hashed(password))

    async def sent(self, request: Request, *, roles: Collection[Role] = ROLES) -> tuple[Session, Mapping[str, str]]:
        """Return who sends a form, and its fields. Raises Refused unless it is of their own session."""
        fields = request.state.fields = await read_form(request)
        session = await self.signed(request, roles=roles)
        check_csrf(fields.get("csrf", ""), session.csrf)
        return session, fields

    async def case(self, session: Session, number: str) -> CaseFile:
        """Return a case of the team. Raises Refused, alike for one that is not there and one of others."""
        if case := await self.door.numbered(colleague(session), number):
            return case
        raise Refused(HTTPStatus.NOT_FOUND)

    async def note(
        self, session: Session, action: str, case: str | None = None, about: str = "", outcome: str = "ok"
    ) -> None:
        """Note in the audit log what somebody does, before it is shown or done (see ACTIONS of bot/staff/audit.py).

        Raises StoreAway when it cannot be noted; then it may not happen.
        """
        await self.note_account(session.account, action, case, about, outcome)

    async def note_account(
        self, who: Account, action: str, case: str | None = None, about: str = "", outcome: str = "ok"
    ) -> None:
        """Note what somebody does who is not in (yet)."""
        await self.audit.note(
            who=who.name, role=who.role, team=who.team, action=action, case=case, about=about, outcome=outcome
        )

    async def note_stranger(self, name: str, action: str, outcome: str) -> None:
        """Note that somebody could not come in. What they typed is only noted when it is a name of ours."""
        account = await self.accounts.staff(name[:LONGEST_NAME])
        known = (account.name, account.role, account.team) if account else (_STRANGER, "", "")
        await self.audit.note(who=known[0], role=known[1], team=known[2], action=action, outcome=outcome)

    async def note_wait(self, name: str, action: str, left: timedelta) -> None:
        """Note that somebody must wait, once while it lasts: a thousand tries must not fill the audit log."""
        account, now = await self.accounts.staff(name[:LONGEST_NAME]), self.now()
        self._waits = {who: until for who, until in self._waits.items() if until > now}
        who = f"{action} {account.name if account else _STRANGER}"
        if who not in self._waits:
            self._waits[who] = now + left
            await self.note_stranger(name, action, "wait")

    async def note_rest(self, request: Request, status: int) -> None:
        """Note what a route left out, for whoever is signed in: what it did at all, or that it was not done."""
        session: Session | None = getattr(request.state, "session", None)
        noted, refused = NOTED.get(), status >= HTTPStatus.BAD_REQUEST
        sent_on = request.method == "GET" and status >= HTTPStatus.MULTIPLE_CHOICES  # to a page with its own line
        if session is None:
            return
        if noted and noted.outcome == "ok" and refused:
            await self.note(session, noted.action, noted.case, noted.about, "refused")
        elif not noted and (refused or not sent_on):
            await self._note_page(request, session, status, "refused" if refused else "ok")

    async def _note_page(self, request: Request, session: Session, status: int, outcome: str) -> None:
        done = "page.view" if request.method == "GET" else "page.change"
        path = request.url.path
        case = request.path_params.get("number") if path.startswith(f"{HOME}/cases/") else None
        about = f"{status} {request.method} {path}"
        await self.note(session, done if outcome == "ok" else "page.refused", case, about, outcome)

    async def case_page(self, case: CaseFile, session: Session, typed: Typed | None = None) -> Response:
        """Return the page of a case; with what was typed when it could not be done."""
        staff = colleague(session)
        beside = await beside_case(case, staff, self.kept, self.canned, self.dutch)
        shown = sheet(case, staff, self.dutch, self.pushed, self.now(), beside)
        status = HTTPStatus.CONFLICT if typed and typed.problem else HTTPStatus.OK
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
        if refused.status == HTTPStatus.SEE_OTHER:
            return RedirectResponse(refused.sentence, HTTPStatus.SEE_OTHER)
        title, sentence = _SENTENCES.get(refused.status, ("Dat lukte niet", refused.sentence))
        session = getattr(request.state, "session", None)
        return HTMLResponse(self.pages.message(title, sentence, session), refused.status)

    def _to_login(self, request: Request) -> Response:
        """Ask to sign in. What was typed in a form that came too late is shown, so that it is not lost."""
        path = next_page(request.url.path)
        if request.method == "GET" and LIVE not in request.headers:
            return RedirectResponse(f"{HOME}/login?next={path}", HTTPStatus.SEE_OTHER)
        fields = getattr(request.state, "fields", {})
        typed = next((fields[name] for name in ("text", "reason", "note") if fields.get(name)), "")
        page = self.pages.login(path, problem=_ENDED, typed=typed)
        return HTMLResponse(page, HTTPStatus.UNAUTHORIZED)


def next_page(asked: str | None) -> str:
    """Return where a sign-in leads: to a case that was asked for, otherwise to the queue."""
    case = re.match(r"/staff/cases/[0-9a-f]{16}", asked or "")
    return case[0] if case else HOME


def colleague(session: Session) -> Staff:
    """Return who is signed in, as the case knows them."""
    account = session.account
    return Staff(name=account.name, team=account.team, role=account.role)
