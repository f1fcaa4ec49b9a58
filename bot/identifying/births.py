"""Dates of birth. The year stays, because some help is for an age; every other whole date is found to be passed by."""

import re
from collections.abc import Iterator

from bot.identifying.around import Sense, Word, sense_of
from bot.identifying.folded import Found

_YEAR = r"(?:19|20)\d\d"
_WORD = r"[^\W\d_]{3,12}\.?"
_OF = r"(?: de| del| di| of)?"
_DAY = r"[0-3]?\d"
_NUMERIC = (
    rf"{_DAY} ?([-/.]) ?{_DAY} ?\1 ?(?:{_YEAR}|\d\d)|{_DAY} {_DAY} {_YEAR}(?! \d)"
    rf"|(?:{_YEAR}|1[34]\d\d)([-/.]){_DAY}\2{_DAY}"
)
_DATE = re.compile(rf"(?<![\w.,/-])(?:{_NUMERIC})(?!\w)(?![-/.,]\d)")
_IN_WORDS = re.compile(
    rf"(?<!\w)(?:\d{{1,2}}(?:e|ste|de|st|nd|rd|th|er|\.|º|-го)?{_OF} {_WORD}{_OF},? {_YEAR}"
    rf"|{_WORD} \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR})(?!\w)"
)
_MONTHS = (
    r"januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
    r"|january|february|march|may|june|july|august|october"
)
_SAID = re.compile(rf"(?<!\w)(?:\d{{1,2}}(?:e|de|ste|st|nd|rd|th)?|[^\W\d_]{{3,18}}) (?:{_MONTHS})(?: {_YEAR})?(?!\w)")
_BARE = re.compile(r"(?<!\w)(?:\d{2}(?:19|20)\d\d\d{2}|\d{4}(?:19|20)\d\d|(?:19|20)\d{6})(?!\w)")
_LAST_GROWN_UP = 2010  # who tells a whole date of before hardly means anything but a birth
_BORN: frozenset[Sense] = frozenset({"birth"})


def births_in(text: str, words: tuple[Word, ...]) -> Iterator[Found]:
    """Yield the dates of birth in a folded text."""
    for pattern in (_DATE, _IN_WORDS, _SAID, _BARE):
        for found in pattern.finditer(text):
            year = _year_in(found[0])
            called = sense_of(text, words, found.start(), found.end(), _BORN, behind=20) == "birth"
            long_ago = pattern is _DATE and year is not None and year <= _LAST_GROWN_UP
            if called or long_ago or (pattern is _DATE and found[0] == text.strip() and year and year < 2025):
                kind, stays = ("geboortedag", f"{year} ") if year else ("geboortedatum", "")
                yield Found(found.start(), found.end(), kind, stays)


def dates_in(text: str) -> Iterator[Found]:
    """Yield the whole dates in a folded text, so that no other reader takes them for a number."""
    for found in _DATE.finditer(text):
        yield Found(found.start(), found.end(), "datum")


def _year_in(date: str) -> int | None:
    found = re.search(rf"(?<!\d){_YEAR}(?!\d)", date)
    return int(found[0]) if found else None
