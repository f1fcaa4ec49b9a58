"""The words of reading facts: facts and their values, a pattern, a hit, and the book of a language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Answer = Literal["affirm", "deny", "unknown", "why"]

AGES = ("0-11", "12-17", "18-22", "23-66", "67+")
YES_NO = ("yes", "no")
UNKNOWN = "unknown"

# The table "Facts that a referral can depend on" of the referral policy, without what the place readers read.
FACTS: Mapping[str, tuple[str, ...]] = {
    "age": AGES,
    "children_at_home": YES_NO,
    "education": ("primary", "vo", "mbo", "higher", "none"),
    "home_or_utilities_at_risk": YES_NO,
    "able_to_go": YES_NO,
    "nuisance": ("neighbours", "street"),
    "integration_duty": YES_NO,
    "for_whom": ("self", "own_child", "someone_else", "client", "group"),
}
PLACES = ("place", "wijk")  # read elsewhere; here only "weet ik niet" on the question

People = Literal["own_child", "someone_else", "client", "partner", "self", "other"]

_BEYOND = 25  # code points after another's child in which a fact is still that child's
_AROUND = 60  # code points on both sides of a hit in which `unless` is looked for


@dataclass(frozen=True)
class Hit:
    """Where a pattern was found, and the numbers in it."""

    start: int
    end: int
    found: re.Match[str]

    def overlaps(self, other: "Hit") -> bool:
        """Tell whether the two share a sign."""
        return self.start < other.end and other.start < self.end

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Pattern:
    """A regex on folded text and what contradicts it; `age`, `shift`, `spread`: how it tells an age."""

    regex: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    stems: tuple[str, ...] = ()  # one of these is in every text that fits; none: always look
    age: str | None = None
    shift: int = 0
    spread: int = 0

    def hits(self, text: str) -> Iterator[Hit]:
        """Yield every place where the pattern holds and nothing near it contradicts."""
        if self.stems and not any(stem in text for stem in self.stems):
            return
        for found in self.regex.finditer(text):
            around = text[max(0, found.start() - _AROUND) : found.end() + _AROUND]
            if not (self.unless and self.unless.search(around)):
                yield Hit(*found.span(), found)


Patterns = tuple[Pattern, ...]


def any_in(patterns: Patterns, text: str) -> bool:
    """Tell whether one of the patterns holds somewhere."""
    return any(True for pattern in patterns for _ in pattern.hits(text))


@dataclass(frozen=True)
class Book:
    """Everything people wrote down about the facts in one language."""

    numbers: Mapping[str, int]
    number: re.Pattern[str]
    ages: Mapping[People, Patterns]
    age_answers: Patterns
    aside_before: Patterns  # company, not the person it is about: "ik woon met" mijn zoon van 3
    aside_unless_after: Patterns  # … unless it goes on about that person: ". Hij …"
    about_me: Patterns
    away: Patterns
    theirs: Patterns  # another's child, about whom nothing is read: "de dochter van mijn buurvrouw"
    facts: Mapping[str, Mapping[str, Patterns]]
    answers: Mapping[str, Mapping[str, Patterns]]
    openings: Mapping[Answer, Patterns]


def theirs_in(book: Book, text: str) -> tuple[Hit, ...]:
    """Return where another's child is spoken of."""
    return tuple(hit for pattern in book.theirs for hit in pattern.hits(text))


def is_theirs(hit: Hit, theirs: tuple[Hit, ...]) -> bool:
    """Tell whether a hit tells something of another's child."""
    return any(hit.start < each.end + _BEYOND and each.start < hit.end for each in theirs)
