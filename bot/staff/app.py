"""The routes of the desk: each reads, calls and answers. They live under /staff."""

import asyncio
import logging
from collections.abc import Set as AbstractSet
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from bot.assistant import Assistant
from bot.entry import Entry
from bot.kept import Kept
from bot.staff.audit_routes import add_audit
from bot.staff.canned_routes import add_canned
from bot.staff.case_routes import add_case
from bot.staff.deliveries_routes import add_deliveries
from bot.staff.desk import HOME, Desk
from bot.staff.directory_routes import add_directory
from bot.staff.entrance_routes import add_entrance
from bot.staff.guard import DeskRoute, Refused
from bot.staff.leaving import add_leaving
from bot.staff.me_routes import add_me
from bot.staff.numbers_routes import add_numbers
from bot.staff.oidc_routes import add_oidc
from bot.staff.pages import ASSETS, STATIC
from bot.staff.people_routes import add_people
from bot.staff.queue_routes import add_queue
from bot.staff.undo import Undoing
from bot.upkeep import Upkeep
from referral.guide import Guide

log = logging.getLogger("wegwijs")

_KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}


def staff_app(
    assistant: Assistant,
    kept: Kept,
    guide: Guide,
    theme_name: str,
    shutdown: asyncio.Event,
    *,
    undo: Undoing,
    pushed: AbstractSet[str] = frozenset({"telegram"}),
    upkeep: Upkeep | None = None,
    entry: Entry = Entry(),  # noqa: B008 -- it never changes
) -> APIRouter:
    """Return the routes under /staff, to be included as they are.

    `theme_name` is the class of the theme, such as "voorbeeld-theme"; `shutdown` ends the open streams;
    `pushed` are the channels where a reply is on its way until it was delivered.
    """
    if entry.secret_key is None:
        log.warning("WEGWIJS_SECRET_KEY is not set: secrets of the second step are kept as they are")
    desk = Desk(assistant, kept, guide, theme_name, shutdown, undo=undo, pushed=pushed, upkeep=upkeep, entry=entry)

    class Route(DeskRoute):
        on_refusal = staticmethod(desk.refuse)
        on_answer = staticmethod(desk.note_rest)

    routes = APIRouter(prefix=HOME, route_class=Route, include_in_schema=False)
    add_entrance(routes, desk)
    add_me(routes, desk)
    add_people(routes, desk)
    add_oidc(routes, desk)
    add_leaving(routes, desk)
    add_queue(routes, desk)
    add_case(routes, desk)
    add_canned(routes, desk)
    add_audit(routes, desk)
    add_deliveries(routes, desk)
    add_directory(routes, desk)
    add_numbers(routes, desk)
    _add_rest(routes, desk)
    return routes


def _add_rest(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in ASSETS:
            raise Refused(HTTPStatus.NOT_FOUND)
        return FileResponse(STATIC / name, media_type=ASSETS[name], headers=_KEEP)

    @routes.api_route("/{rest:path}", methods=["GET", "POST"])
    async def nothing(request: Request, rest: str) -> Response:  # noqa: ARG001 -- the path decides nothing
        await desk.signed(request)
        raise Refused(HTTPStatus.NOT_FOUND)
