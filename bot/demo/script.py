"""What invented residents and staff say, as it is written in `<language>.yaml` beside this file; and who they are.

An entry has: `theme`, what it is about (chosen when Wegwijs asks, and what staff put right); `says`, the first message,
in the language of the file; `facts`, what is answered to each question (what is not there is not known); `staff`, what
a colleague writes, one after the other, and `then`, what the resident writes back (what is left over comes after the
last one); `note`, what a colleague writes down; `belongs`, to whom a colleague passes it on.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from bot.events import Outcome
from bot.messages import Value
from bot.people import Role

FOLDER = Path(__file__).parent
_PEOPLE = "people.yaml"
_TEXT = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every value stays the text it is: yes, no, 23-66


class Script(Value):
    """One invented conversation."""

    language: str
    theme: str
    says: str
    facts: Mapping[str, str] = Field(default_factory=dict)
    staff: tuple[str, ...]
    then: tuple[str, ...] = ()
    note: str | None = None
    belongs: str | None = None


class Colleague(Value):
    """Somebody at the desk."""

    name: str
    team: str
    role: Role = "medewerker"


class People(Value):
    """Who there are, where residents say they live, what staff write on any question, and words for passwords."""

    names: Mapping[str, tuple[str, ...]]
    places: tuple[str, ...]
    outcomes: Mapping[Outcome, int]
    reasons: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]
    reminders: tuple[str, ...]
    reopened: tuple[str, ...]
    words: tuple[str, ...]
    staff: tuple[Colleague, ...]


def load_scripts(folder: Path = FOLDER) -> tuple[Script, ...]:
    """Return all invented conversations. Raises ValueError when one is not well formed."""
    paths = [path for path in sorted(folder.glob("*.yaml")) if path.name != _PEOPLE]
    return tuple(
        Script.model_validate({**entry, "language": path.stem}, strict=False) for path in paths for entry in _read(path)
    )


def load_people(folder: Path = FOLDER) -> People:
    """Return who there are. Raises ValueError when the file is not well formed."""
    return People.model_validate(_read(folder / _PEOPLE), strict=False)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=_TEXT)  # noqa: S506 -- makes text of everything
