"""The routes of the queue: its pages, the stream that keeps them live, and the answer that a resident quotes."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from bot.people import AT_CASES
from bot.staff.cases import read_queue
from bot.staff.chosen import FILTERS, chosen
from bot.staff.desk import COOKIE, HOME, Desk, colleague
from bot.staff.live import Pulse, changes, pulse

LONGEST_NUMBER = 40  # signs that are looked at


def add_queue(routes: APIRouter, desk: Desk) -> None:
    """Add them."""

    @routes.get("")
    async def show(request: Request) -> Response:
        session = await desk.signed(request)
        if session.role not in AT_CASES:
            return RedirectResponse(f"{HOME}/people", HTTPStatus.SEE_OTHER)
        staff = colleague(session)
        asked = chosen(request.query_params, desk.door.teams(staff), desk.dutch)
        _, _, about = asked.address(after=None).partition("?")
        await desk.note(session, "queue.search" if asked.filters else "queue.view", about=about)
        queue = await read_queue(desk.door, staff, asked, desk.dutch, desk.assistant.clock.now())
        return HTMLResponse(desk.pages.show("queue.html", session, queue=queue, labels=FILTERS))

    @routes.get("/answers")
    async def answer(request: Request) -> Response:
        session = await desk.signed(request, roles=AT_CASES)
        number = request.query_params.get("number", "")[:LONGEST_NUMBER].strip()
        await desk.note(session, "answer.view", about=number)
        return await desk.answer_page(session, number)

    @routes.get("/events")
    async def events(request: Request) -> Response:
        session = await desk.signed(request, by_itself=True, roles=AT_CASES)
        await desk.note(session, "queue.live")
        token, staff = request.cookies[COOKIE], colleague(session)

        async def feel() -> Pulse:
            await desk.door.session(token, by_itself=True)  # it may have ended elsewhere
            return await pulse(desk.door, staff)

        stream = changes(
            desk.assistant.store.changed,
            desk.door.teams(staff),
            feel,
            lambda: desk.door.is_in(token),
            desk.shutdown,
        )
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
