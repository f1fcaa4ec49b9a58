"""Pages of the desk: from a list of cases, or one case, to HTML."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.messages import Value
from bot.ports import Session
from bot.staff.actions import LONGEST_ANSWER, LONGEST_NOTE
from bot.staff.cases import SHOWN_CLOSED, Queue
from bot.staff.grounds import Grounds
from bot.staff.sheet import Sheet
from bot.staff.words import OUTCOMES, Dutch

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
ASSETS: Mapping[str, str] = {
    "staff.css": "text/css",
    "staff.js": "text/javascript",
    "desk.svg": "image/svg+xml",
}


class Typed(Value):
    """What a colleague filled in on the page of a case, and why it could not be done."""

    problem: str | None = None
    text: str = ""
    note: str = ""
    outcome: str = ""


class Pages:
    """Makes the pages, in one theme of the NL Design System."""

    def __init__(self, dutch: Dutch, theme: str) -> None:
        self._dutch = dutch
        self._jinja = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.globals.update(theme=theme, asset=asset, session=None, team=None, problem=None)

    def login(self, next_page: str, *, name: str = "", problem: str | None = None, typed: str = "") -> str:
        """Return the page to sign in. `typed` is an answer that came too late, so that it is not lost."""
        return self._render("login.html", next=next_page, name=name, problem=problem, typed=typed)

    def queue(self, queue: Queue, session: Session) -> str:
        """Return a tab of the queue."""
        return self._render("queue.html", session, queue=queue, tabs=_tabs(queue), shown_closed=SHOWN_CLOSED)

    def case(self, sheet: Sheet, session: Session, typed: Typed) -> str:
        """Return the page of one case; with what was typed when it could not be done."""
        return self._render(
            "case.html",
            session,
            sheet=sheet,
            typed=typed,
            problem=typed.problem,
            outcomes=OUTCOMES,
            number=uuid4().hex,
            longest_answer=LONGEST_ANSWER,
            longest_note=LONGEST_NOTE,
        )

    def answer(
        self, session: Session, *, typed: str = "", found: Grounds | None = None, problem: str | None = None
    ) -> str:
        """Return the page to look up the answer that a resident quotes by its number."""
        return self._render("answer.html", session, typed=typed, found=found, problem=problem)

    def message(self, title: str, sentence: str, session: Session | None = None) -> str:
        """Return a page that only says something."""
        return self._render("message.html", session, title=title, sentence=sentence)

    def _render(self, template: str, session: Session | None = None, **values: object) -> str:
        team = self._dutch.organisation(session.account.team) if session else None
        return self._jinja.get_template(template).render(session=session, team=team, **values)


def _tabs(queue: Queue) -> tuple[tuple[str, str, int | None], ...]:
    return (
        ("nieuw", "Nieuw", queue.new),
        ("behandeling", "In behandeling", queue.busy),
        ("gesloten", "Gesloten", None),
    )


@cache
def asset(name: str) -> str:
    """Return the address of a file of ours; it changes with the file, so that it may be kept for ever."""
    return f"/staff/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
