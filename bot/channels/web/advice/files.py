"""The pages and files of an advice, in its own language."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from fastapi.responses import Response

from bot.channels.web import answers
from bot.channels.web.advice.calendar import calendar_of
from bot.channels.web.advice.model import Advice
from bot.channels.web.advice.pdf import pdf_of
from bot.channels.web.advice.tools import Text, routes_of, visits_of
from bot.channels.web.page import Pages
from referral.hours import HERE

# Whoever finds the address in a log, an index or a history must find no more than that.
PRIVATE: Mapping[str, str] = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow, noarchive"}
_NAME = "advies-wegwijs"
KINDS = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}


class Files:
    """Makes what a resident takes along."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def file(self, advice: Advice, kind: str) -> Response:
        """Return the advice as a file of this kind: pdf, html or txt."""
        words = self.words(advice)
        title, about = words("advice.heading"), self.about(advice)
        if kind == "pdf":
            made = await asyncio.to_thread(pdf_of, title, about, advice.parts, advice.language, advice.at)
        elif kind == "html":
            made = self._pages.render("advice-file.html", advice.language, advice.at, **self._told(advice)).encode()
        else:
            made = f"{title}\n{about}\n\n{advice.plain}\n".encode()
        return _attached(made, KINDS[kind], f"{_NAME}.{kind}")

    def calendar(self, advice: Advice, place: int, now: datetime) -> Response | None:
        """Return one visit for a calendar, None when there is none at this place (from 1)."""
        if not 1 <= place <= len(advice.visits):
            return None
        card, visit = advice.visits[place - 1]
        made = calendar_of(card, visit, now, advice.language)
        return _attached(made, "text/calendar; charset=utf-8", "wegwijs.ics")

    def shared(self, advice: Advice, at: str, now: datetime) -> Response:
        """Return the page of a private link, which lies `at` this address."""
        words = self.words(advice)
        html = self._pages.render(
            "shared.html",
            advice.language,
            now,
            **self._told(advice),
            routes=routes_of(advice, words),
            visits=visits_of(advice, at, words, self._pages.minds.guide),
            at=at,
        )
        return private(answers.html(html))

    def gone(self, language: str, now: datetime) -> Response:
        """Return the page for what is not there: never was, is over, or is of somebody else."""
        return private(answers.html(self._pages.render("gone.html", language, now), 404))

    def words(self, advice: Advice) -> Text:
        """Return our own sentences in the language of an advice."""
        return self._pages.text_in(advice.language)

    def about(self, advice: Advice) -> str:
        """Return who gave the advice, and when."""
        return self.words(advice)("advice.about", date=day(advice.at))

    def _told(self, advice: Advice) -> dict[str, object]:
        return {"advice": advice, "words": self.words(advice), "about": self.about(advice)}


def day(moment: datetime) -> str:
    """Return a date as it is written here."""
    here = moment.astimezone(HERE)
    return f"{here.day}-{here.month}-{here.year}"


def private(answer: Response) -> Response:
    """Return an answer that no other site, search engine or history learns of."""
    answer.headers.update(PRIVATE)
    return answer


def _attached(made: bytes, kind: str, name: str) -> Response:
    headers = {**answers.HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return private(Response(made, media_type=kind, headers=headers))
