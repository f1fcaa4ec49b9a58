"""Pages of the desk: from a list of cases, or one case, to HTML."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import Field

from bot.accounts import Session
from bot.entry import Entry
from bot.messages import Value
from bot.staff.actions import LONGEST_REMINDER
from bot.staff.grounds import Grounds
from bot.staff.sheet import Sheet
from bot.staff.undoable import LONGEST_ANSWER, LONGEST_NOTE
from bot.staff.words import DOING, OUTCOMES, Dutch

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
ASSETS: Mapping[str, str] = {
    "staff.css": "text/css",
    "audit.css": "text/css",
    "numbers.css": "text/css",
    "staff.js": "text/javascript",
    "queue.css": "text/css",
    "queue.js": "text/javascript",
    "dark.css": "text/css",
    "case.css": "text/css",
    "case.js": "text/javascript",
    "accounts.css": "text/css",
    "accounts.js": "text/javascript",
    "deliveries.css": "text/css",
    "directory.css": "text/css",
    "desk.svg": "image/svg+xml",
}


class Typed(Value):
    """What a colleague filled in on the page of a case, and why it could not be done."""

    problem: str | None = None
    told: str | None = None
    button: str = ""
    form: Mapping[str, str] = Field(default_factory=dict)

    def of(self, button: str, field: str) -> str:
        """Return what was filled in for a field of this button's form, "" when it was another form."""
        return self.form.get(field, "") if self.button == button else ""


class Pages:
    """Makes the pages, in one theme of the NL Design System."""

    def __init__(self, dutch: Dutch, theme: str, entry: Entry) -> None:
        self._dutch = dutch
        self._jinja = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.globals.update(theme=theme, asset=asset, session=None, team=None, problem=None, done=None)
        self._jinja.globals.update(entry=entry, directory_waits=lambda _session: 0)

    def tell_always(self, **values: object) -> None:
        """Let every page know something, such as what its top shows."""
        self._jinja.globals.update(values)

    def login(
        self, next_page: str, *, name: str = "", problem: str | None = None, typed: str = "", done: str | None = None
    ) -> str:
        """Return the page to sign in. `typed` is an answer that came too late, so that it is not lost."""
        return self.show("login.html", next=next_page, name=name, problem=problem, typed=typed, done=done)

    def code(self, next_page: str, problem: str | None = None) -> str:
        """Return the page for the second step."""
        return self.show("code.html", next=next_page, problem=problem)

    def welcome(self, name: str, secret: str, problem: str | None = None) -> str:
        """Return the page of a link with which somebody chooses a password."""
        return self.show("welcome.html", name=name, secret=secret, problem=problem)

    def case(self, sheet: Sheet, session: Session, typed: Typed) -> str:
        """Return the page of one case; with what was typed when it could not be done."""
        return self.show(
            "case.html",
            session,
            sheet=sheet,
            typed=typed,
            problem=typed.problem,
            outcomes=OUTCOMES,
            number=uuid4().hex,
            longest_answer=LONGEST_ANSWER,
            longest_note=LONGEST_NOTE,
            longest_reminder=LONGEST_REMINDER,
            doing=DOING,
        )

    def answer(
        self, session: Session, *, typed: str = "", found: Grounds | None = None, problem: str | None = None
    ) -> str:
        """Return the page to look up the answer that a resident quotes by its number."""
        return self.show("answer.html", session, typed=typed, found=found, problem=problem)

    def message(self, title: str, sentence: str, session: Session | None = None) -> str:
        """Return a page that only says something."""
        return self.show("message.html", session, title=title, sentence=sentence)

    def show(self, template: str, session: Session | None = None, **values: object) -> str:
        """Return a page from a template, with the top of who is signed in."""
        team = self._dutch.organisation(session.account.team) if session else None
        return self._jinja.get_template(template).render(session=session, team=team, **values)


@cache
def asset(name: str) -> str:
    """Return the address of a file of ours; it changes with the file, so that it may be kept for ever."""
    return f"/staff/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
