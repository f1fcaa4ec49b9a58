"""The routes of one case: look at it, and everything that staff do with it."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot.handover import NotAllowed, Staff
from bot.people import AT_CASES
from bot.staff import actions
from bot.staff.access import CaseFile
from bot.staff.beside import beside_case
from bot.staff.correcting import correct
from bot.staff.desk import HOME, Desk, colleague
from bot.staff.once import Form, mark_of
from bot.staff.pages import Typed
from bot.undo import Undoable

_TOO_LATE = "Het is al gebeurd. U kunt het niet meer ongedaan maken."
_TAKEN_BACK = "Ongedaan gemaakt. Wat u typte, staat er weer."
_ABOUT = ("outcome", "organisation", "to")  # the fields that the audit log may name

Do = Callable[[CaseFile, Staff, Form], Awaitable[str]]  # does it, and returns where on the page to go on


def add_case(routes: APIRouter, desk: Desk) -> None:
    """Add the routes."""

    @routes.get("/cases/{number}")
    async def show(request: Request, number: str) -> Response:
        session = await desk.signed(request, roles=AT_CASES)
        case = await desk.case(session, number)
        await desk.note(session, "case.view", number)
        return await desk.case_page(case, session)

    _add_holding(routes, desk)
    _add_undoable(routes, desk)
    _add_beside(routes, desk)
    _add_undo(routes, desk)
    _add_ready(routes, desk)


def _add_holding(routes: APIRouter, desk: Desk) -> None:
    async def claim(case: CaseFile, staff: Staff, form: Form) -> str:
        await actions.claim(desk.assistant, case.conversation.id, staff, form)
        return "antwoord"

    async def assign(case: CaseFile, staff: Staff, form: Form) -> str:
        beside = await beside_case(case, staff, desk.kept, desk.canned, desk.dutch)
        await actions.assign(desk.assistant, case.conversation.id, staff, form, beside.colleagues)
        return "kop"

    async def release(case: CaseFile, staff: Staff, form: Form) -> str:
        await actions.release(desk.assistant, case.conversation.id, staff, form)
        return "kop"

    async def reopen(case: CaseFile, staff: Staff, form: Form) -> str:
        await actions.reopen(desk.assistant, case.conversation.id, staff, form)
        return "antwoord"

    for button, do in (("claim", claim), ("assign", assign), ("release", release), ("reopen", reopen)):
        _add(routes, desk, button, f"case.{button}", do)


def _add_undoable(routes: APIRouter, desk: Desk) -> None:
    def later(what: Undoable) -> Do:
        async def do(case: CaseFile, staff: Staff, form: Form) -> str:
            if what == "pass":
                await _must_be_at_the_desk(case, staff, form, desk)
            waits = await desk.undo.do(what, case.conversation.id, staff, form)
            return "wacht" if waits else "antwoord" if what == "answer" else "kop"

        return do

    _add(routes, desk, "answer", "case.answer", later("answer"))
    _add(routes, desk, "close", "case.close", later("close"))
    _add(routes, desk, "pass", "case.pass", later("pass"))


async def _must_be_at_the_desk(case: CaseFile, staff: Staff, form: Form, desk: Desk) -> None:
    """Raise NotAllowed unless a team with people at the desk was chosen: nobody would read it otherwise."""
    beside = await beside_case(case, staff, desk.kept, desk.canned, desk.dutch)
    if form.get("organisation") not in dict(beside.teams):
        raise NotAllowed("Kies eerst naar welk team de vraag gaat.")


def _add_beside(routes: APIRouter, desk: Desk) -> None:
    async def note(case: CaseFile, staff: Staff, form: Form) -> str:
        await actions.note(desk.assistant, case.conversation.id, staff, form)
        return "notities"

    async def remind(case: CaseFile, staff: Staff, form: Form) -> str:
        await actions.remind(desk.assistant, case.conversation.id, staff, form)
        return "notities"

    async def reminded(case: CaseFile, staff: Staff, form: Form) -> str:
        await actions.reminded(desk.assistant, case.conversation.id, staff, form)
        return "notities"

    async def put_right(case: CaseFile, staff: Staff, form: Form) -> str:
        await correct(desk.assistant, case.conversation.id, staff, form)
        return "weten"

    for button, do in (("note", note), ("remind", remind), ("reminded", reminded), ("correct", put_right)):
        _add(routes, desk, button, f"case.{button}", do)


def _add_undo(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/cases/{number}/undo")
    async def undo(request: Request, number: str) -> Response:
        session, sent = await desk.sent(request, roles=AT_CASES)
        case = await desk.case(session, number)
        await desk.note(session, "case.undo", number)
        back = await desk.kept.pendings.take_back(sent.get("id", ""), case.conversation.id, session.account.name)
        if back is None:
            return await desk.case_page(await desk.case(session, number), session, Typed(problem=_TOO_LATE))
        typed = Typed(told=_TAKEN_BACK, button=back.what, form=back.form)
        return await desk.case_page(case, session, typed)


def _add_ready(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/cases/{number}/ready")
    async def fill_in(request: Request, number: str) -> Response:
        """Put a ready sentence behind what is typed; the page does it by itself where it can."""
        session, sent = await desk.sent(request, roles=AT_CASES)
        case = await desk.case(session, number)
        await desk.note(session, "case.view", number)
        beside = await beside_case(case, colleague(session), desk.kept, desk.canned, desk.dutch)
        chosen = [one.text for one in beside.ready if one.key == sent.get("ready")]
        text = "\n\n".join(filter(None, [sent.get("text", "").strip(), *chosen]))
        return await desk.case_page(case, session, Typed(button="answer", form={**sent, "text": text}))


def _add(routes: APIRouter, desk: Desk, button: str, action: str, do: Do) -> None:
    """Add the route of a button: note it, do it and go back to the page, or show why it could not be done."""

    async def pressed(request: Request, number: str) -> Response:
        session, sent = await desk.sent(request, roles=AT_CASES)
        case = await desk.case(session, number)
        about = " ".join(sent[field] for field in _ABOUT if field in sent)
        await desk.note(session, action, number, about)
        try:
            was_done = mark_of(button, session.account.name, sent) in case.conversation.forms
            place = "kop" if was_done else await do(case, colleague(session), sent)
        except NotAllowed as no:
            await desk.note(session, action, number, about, "refused")
            typed = Typed(problem=str(no), button=button, form=sent)
            return await desk.case_page(await desk.case(session, number), session, typed)
        return RedirectResponse(f"{HOME}/cases/{number}#{place}", HTTPStatus.SEE_OTHER)

    routes.add_api_route(f"/cases/{{number}}/{button}", pressed, methods=["POST"])
