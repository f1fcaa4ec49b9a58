"""Conversations as people wrote them down: `<language>/*.yaml` to values. A slip names the file and the conversation.

Who says what, and what must be true of the answer; README.md here tells it to who writes one.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from ruamel.yaml import YAML

from referral.guide import Guide

FOLDER = Path(__file__).parent
ASKED_OF_THE_CHAT = {"theme", "consent", "name", "reach", "forget", "offer"}


def _several(given: object) -> object:
    """Take one word for a list of one."""
    return tuple(map(str, given)) if isinstance(given, list) else (str(given),)


Some = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Value(BaseModel):
    """A value that never changes; a slip in a file is an error that names the word."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Expect(Value):
    """What must be true of the answer; what is not named may be anything."""

    asks: Some = ()  # one of these: a fact, or theme, consent, name, reach, forget
    refers: Some = ()  # these organisations, in this order, and no other
    refers_first: Some = ()  # one of these comes first
    wijk: str | None = None
    danger: Some = ()  # these lines stand above everything else
    danger_by_now: Some = ()  # these did so here or in an earlier answer
    no_danger: bool = False
    asks_safe: bool = False  # "Is het veilig om hier te praten?"
    says: Some = ()  # a sentence of bot/texts (its key) or some words
    not_says: Some = ()
    offers: Some = ()  # buttons, by their words
    hands_over: str | None = None  # to this organisation
    urgent: bool | None = None
    gets: Mapping[str, str | None] = {}  # name and reach, as staff see them
    knows: Mapping[str, str] = {}  # facts with their value
    withdrawn: bool = False
    follow_up: Literal["agreed", "declined"] | None = None
    silent: bool = False
    erased: bool = False
    language: str | None = None


class Turn(Value):
    """One thing that somebody does, and what must come of it."""

    resident: str | None = None  # types this
    photo: bool = False  # sends something without text
    taps: str | None = None  # a button, by its words
    colleague: Literal["takes", "closes"] | None = None
    need: Some = ()  # themes that this is about, the main one first
    told: Some = ()  # facts that are told here; none of them may be asked from now on
    answers: Mapping[str, str] = {}  # what the resident answers if one of these is asked, in whatever order
    clarify_ok: bool = False
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _does_one_thing(self) -> "Turn":
        done = [self.resident is not None, self.photo, self.taps is not None, self.colleague is not None]
        if sum(done) != 1:
            raise ValueError("a turn has one of resident, photo, taps, colleague")
        return self


class Written(Value):
    """A conversation as it was written down."""

    about: str
    turns: tuple[Turn, ...]
    also: Some = ()  # themes that may be acted on beside the needs
    clarify_ok: bool = False  # a question which theme it is will do, too, when the right one is among the buttons
    known_miss: str | None = None  # why it fails today; it is an error when it no longer does
    file: str = ""

    @property
    def name(self) -> str:
        """How a test is called."""
        return f"{self.file}: {self.about}"


def read(folder: Path = FOLDER) -> tuple[Written, ...]:
    """Return all conversations; raise ValueError naming the file and the conversation when one is not well formed."""
    return tuple(one for path in sorted(folder.glob("*/*.yaml")) for one in _read_file(path))


def _read_file(path: Path) -> Iterator[Written]:
    for entry in YAML(typ="safe").load(path.read_text("utf-8")):
        try:
            yield Written.model_validate({**entry, "file": path.stem})
        except ValueError as error:
            raise ValueError(f"{path.name}: {entry.get('about')}: {error}") from error


def faults(written: tuple[Written, ...], guide: Guide) -> Iterator[str]:
    """Yield a line for every name that is used twice and every word that the guide does not know."""
    met: set[str] = set()
    for one in written:
        if one.name in met:
            yield f"{one.name}: there are two with this name. Give one another."
        met.add(one.name)
        for what, word, known in _words(one, guide):
            if word not in known:
                yield f"{one.name}: {what} {word} is not known. Look in referral/data."


def _words(one: Written, guide: Guide) -> Iterator[tuple[str, str, Any]]:
    facts = {*guide.facts, "place"}
    lines = {entry.line for entry in guide.signals.say_first}
    yield from (("theme", theme, guide.themes) for theme in one.also)
    for turn in one.turns:
        expect = turn.expect
        named = {*expect.refers, *expect.refers_first, *([expect.hands_over] if expect.hands_over else [])}
        yield from (("theme", theme, guide.themes) for theme in turn.need)
        yield from (("fact", fact, facts) for fact in (*turn.told, *turn.answers, *expect.knows))
        yield from (("question", asked, facts | ASKED_OF_THE_CHAT) for asked in expect.asks)
        yield from (("organisation", organisation, guide.organisations) for organisation in named)
        yield from (("line", line, lines) for line in (*expect.danger, *expect.danger_by_now))
