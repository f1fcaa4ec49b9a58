"""The routes of an advice: its files, whether it was useful, and the private link.

Under /chat/advies only the conversation of this very browser counts, so a number of another one is not there; what
is not there, is over or is of somebody else gets one and the same answer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bot.assistant import Assistant
from bot.channels.web import answers
from bot.channels.web.advice.files import KINDS, Files, day, private
from bot.channels.web.advice.model import Advice, advice_of
from bot.channels.web.advice.tools import WRONG, tools_of
from bot.channels.web.doors import check_origin, conversation_of, is_token, new_token, read_fields
from bot.channels.web.origins import Origins
from bot.channels.web.page import Pages
from bot.conversation import Conversation
from bot.events import Event, Rated
from bot.handover import NotAllowed
from bot.limits import Limits, address_of
from bot.shared import Link

_LONGEST = 10  # digits of a number


def add_advice(router: APIRouter, assistant: Assistant, pages: Pages, origins: Origins, limits: Limits) -> None:
    """Add the routes."""
    desk = _Advice(assistant, pages, limits)

    @router.get("/chat/advies/{number:int}/advies.{kind}")
    async def file(number: int, kind: str, request: Request) -> Response:
        return await desk.file(await desk.mine(request, number), kind, request)

    @router.get("/chat/advies/{number:int}/agenda-{place:int}.ics")
    async def calendar(number: int, place: int, request: Request) -> Response:
        return desk.calendar(await desk.mine(request, number), place, request)

    @router.get("/chat/advies/{number:int}/link")
    async def link(number: int, request: Request) -> Response:
        return await desk.link(number, request)

    @router.post("/chat/advies/link")
    async def share(request: Request) -> Response:
        check_origin(request, origins)
        return await desk.share(request)

    @router.post("/chat/advies/intrekken")
    async def withdraw(request: Request) -> Response:
        check_origin(request, origins)
        return await desk.withdraw(request)

    @router.post("/chat/advies/nuttig")
    async def rate(request: Request) -> Response:
        check_origin(request, origins)
        return await desk.rate(request)

    @router.get("/advies/{token}")
    async def shared(token: str, request: Request) -> Response:
        return await desk.shared(token, request)

    @router.get("/advies/{token}/advies.{kind}")
    async def shared_file(token: str, kind: str, request: Request) -> Response:
        return await desk.file(await desk.opened(token), kind, request)

    @router.get("/advies/{token}/agenda-{place:int}.ics")
    async def shared_calendar(token: str, place: int, request: Request) -> Response:
        return desk.calendar(await desk.opened(token), place, request)


class _Found(NamedTuple):
    """An advice, and the conversation that it is of."""

    advice: Advice
    conversation: str


class _Advice:
    """Answers what is asked about an advice."""

    def __init__(self, assistant: Assistant, pages: Pages, limits: Limits) -> None:
        self.assistant = assistant
        self.pages = pages
        self.limits = limits
        self.files = Files(pages)

    @property
    def now(self) -> datetime:
        """What time it is."""
        return self.assistant.clock.now()

    # ---------------------------------------------------------------- which advice

    async def mine(self, request: Request, number: int) -> _Found | None:
        """Return the advice of this browser's own conversation, None when there is none at this place."""
        conversation = conversation_of(request)
        return await self._find(conversation, number) if conversation else None

    async def opened(self, token: str) -> _Found | None:
        """Return the advice that a private link opens, None when it opens nothing."""
        link = await self.assistant.store.shared.opened(token, self.now) if is_token(token) else None
        return await self._find(link.conversation, link.number) if link else None

    async def _find(self, conversation: str, number: int) -> _Found | None:
        events = await self.assistant.store.read(conversation)
        advice = advice_of(events, number, self.assistant.minds, self.now)
        return _Found(advice, conversation) if advice else None

    async def _asked(self, request: Request, fields: Mapping[str, str]) -> _Found | None:
        """Return the advice that a form is about; it counts as a message."""
        number = fields.get("nummer", "")
        if number.isdecimal() and len(number) < _LONGEST and (conversation := conversation_of(request)):
            await self._count(request, conversation)
            return await self._find(conversation, int(number))
        return None

    async def _count(self, request: Request, conversation: str) -> None:
        """Raise TooFast when this conversation, or this address, asks too much."""
        here = address_of(request.client and request.client.host)
        await self.limits.message(conversation, here, self.assistant.store.read)

    def _gone(self, language: str | None) -> Response:
        return self.files.gone(self.pages.language(language), self.now)

    # ---------------------------------------------------------------- files and pages

    async def file(self, found: _Found | None, kind: str, request: Request) -> Response:
        """Return an advice as a file."""
        if found is None or kind not in KINDS:
            return self._gone(request.query_params.get("taal"))
        if kind == "pdf":  # it costs a moment of work
            await self._count(request, found.conversation)
        return await self.files.file(found.advice, kind)

    def calendar(self, found: _Found | None, place: int, request: Request) -> Response:
        """Return a visit for a calendar."""
        made = self.files.calendar(found.advice, place, self.now) if found else None
        return made or self._gone(request.query_params.get("taal"))

    async def shared(self, token: str, request: Request) -> Response:
        """Return the page of a private link."""
        found = await self.opened(token)
        if found is None:
            return self._gone(request.query_params.get("taal"))
        return self.files.shared(found.advice, f"/advies/{token}", self.now)

    # ---------------------------------------------------------------- the private link

    async def link(self, number: int, request: Request) -> Response:
        """Tell whether there is a link to an advice, and offer what can be done."""
        found = await self.mine(request, number)
        return await self._link_page(found, request) if found else self._gone(request.query_params.get("taal"))

    async def share(self, request: Request) -> Response:
        """Make a link, in place of an earlier one."""
        fields = await read_fields(request)
        if (found := await self._asked(request, fields)) is None:
            return self._gone(fields.get("taal"))
        token, expires = new_token(), self.now + timedelta(days=self.pages.site.days("shared"))
        link = Link(conversation=found.conversation, number=found.advice.number, expires=expires)
        if not await self.assistant.store.shared.share(link, token):  # it was erased meanwhile
            return self._gone(fields.get("taal"))
        return await self._link_page(found, request, token=token)

    async def withdraw(self, request: Request) -> Response:
        """Let a link open nothing any more."""
        fields = await read_fields(request)
        if (found := await self._asked(request, fields)) is None:
            return self._gone(fields.get("taal"))
        await self.assistant.store.shared.withdraw(found.conversation, found.advice.number)
        return await self._link_page(found, request, withdrawn=True)

    async def _link_page(
        self, found: _Found, request: Request, *, token: str | None = None, withdrawn: bool = False
    ) -> Response:
        advice = found.advice
        expires = (await self.assistant.store.shared.links(found.conversation, self.now)).get(advice.number)
        told = {
            "advice": advice,
            "words": self.files.words(advice),
            "token": token,
            "withdrawn": withdrawn,
            "until": day(expires) if expires else None,
            "days": str(self.pages.site.days("shared")),
            "home": str(request.base_url).rstrip("/"),
        }
        if answers.wants_json(request):
            return answers.json({"html": self.pages.render("link.html", advice.language, self.now, **told)})
        return private(answers.html(self.pages.render("link-page.html", advice.language, self.now, **told)))

    # ---------------------------------------------------------------- was it useful?

    async def rate(self, request: Request) -> Response:
        """Keep whether an advice was useful; what was told before no longer counts."""
        fields = await read_fields(request)
        found, verdict = await self._asked(request, fields), fields.get("nuttig", "")
        if found is None or verdict not in ("yes", "no", *WRONG):
            return self._gone(fields.get("taal"))
        try:
            await self.assistant.act(found.conversation, lambda then, now: _rated(then, found.advice, verdict, now))
        except NotAllowed:  # it was erased meanwhile
            return self._gone(fields.get("taal"))
        if answers.wants_json(request):
            return answers.json({"html": await self._rating(found)})
        return RedirectResponse(f"/?taal={found.advice.language}#bericht-{found.advice.number}", status_code=303)

    async def _rating(self, found: _Found) -> str:
        events = await self.assistant.store.read(found.conversation)
        one = tools_of(events, found.advice.number, self.assistant.minds, self.now, self.pages.text_in)
        return self.pages.render("rating.html", found.advice.language, self.now, one=one) if one else ""


def _rated(then: Conversation, advice: Advice, verdict: str, now: datetime) -> Sequence[Event]:
    """Return what is to be kept of it: nothing when it was told before."""
    if then.version < advice.number:
        raise NotAllowed("Dit gesprek is er niet meer.")
    before = then.rated.get(advice.said, ())
    if before and before[-1].verdict == verdict:
        return ()
    wrong = next((one for one in WRONG if one == verdict), None)
    organisation = advice.cards[0].organisation if advice.cards else ""
    return (
        Rated(
            at=now,
            said=advice.said,
            organisation=organisation,
            themes=advice.themes,
            useful=verdict == "yes",
            wrong=wrong,
        ),
    )
