"""A text as the readers look at it: letter by letter as long as the original, so that a place in one is it in both."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_SIGNS = str.maketrans(dict.fromkeys(_DASHES, "-") | dict.fromkeys("\u00a0\u202f\u2007\u2009\t\n\r", " ") | {"٫": "."})
_HAS_SOMETHING = re.compile(r"\d|@|\b(?:at|apenstaart\w*|arroba|собака|собачка|małpa|klammeraffe|chiocciola)\b", re.I)


class Found(NamedTuple):
    """A piece of a text that identifies, what kind it is, and what stays of it (a year of birth)."""

    start: int
    end: int
    kind: str
    stays: str = ""


def folded(text: str) -> str:
    """Return the text in lower case, with the digits, dashes and spaces of every script as those of ours."""
    if text.isascii():
        return text.lower().translate(_SIGNS)
    return "".join(map(_fold, text)).translate(_SIGNS)


def may_identify(text: str) -> bool:
    """Tell whether there is anything to look for; most messages hold no digit at all."""
    return _HAS_SOMETHING.search(text) is not None


def without(text: str, found: Iterable[Found]) -> str:
    """Return the folded text with NUL in place of what was found, so that nobody finds it again."""
    for one in found:
        text = text[: one.start] + "\0" * (one.end - one.start) + text[one.end :]
    return text


def digits_in(text: str, start: int, end: int) -> str:
    """Return the digits of a piece."""
    return "".join(filter(str.isdigit, text[start:end]))


def trimmed(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where the piece begins and ends without the spaces and signs around it."""
    piece = text[start:end]
    yield start + len(piece) - len(piece.lstrip(" .,:;-/("))
    yield end - (len(piece) - len(piece.rstrip(" .,:;-/(")))


def _fold(letter: str) -> str:
    decimal = unicodedata.decimal(letter, None)
    if decimal is not None:
        return str(decimal)
    lower = letter.lower()
    return lower if len(lower) == 1 else letter
