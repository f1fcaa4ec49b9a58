"""Text to comparable words. Every text passes `guard` first; readers of words look at `plain`."""

import re
import unicodedata
from functools import lru_cache

MOST = 1000  # code points of a message that are read
_HEAD = 600  # of a longer one: this much of its begin, the rest of its end, where the point often comes
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0b-\x1f\x7f]")
_APOSTROPHES = re.compile(r"[\u2018\u2019\u201a\u201b\u02bc\u02b9\u0060\u00b4\u2032]")
# Accents on Latin letters and the vowel signs of Arabic; elsewhere a sign makes another letter (й, ї, أ).
_ACCENTS = re.compile(r"(?<=[a-z\u0300-\u036f])[\u0300-\u036f]+|[\u064b-\u0652\u0670]")
_SPACES = re.compile(r"\s+")


def guard(text: str) -> str:
    """Return a text no reader stumbles over: NFKC, no NUL, lone surrogate or invisible sign, at most 1,000 long."""
    text = text[: 20 * MOST] if len(text) <= 20 * MOST else text[: 10 * MOST] + " " + text[-10 * MOST :]
    text = _INVISIBLE.sub(" ", text).encode("utf-8", "replace").decode("utf-8")
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    return text if len(text) <= MOST else f"{text[:_HEAD]} {text[_HEAD + 1 - MOST :]}"


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a guarded text in lower case with plain apostrophes and without accents (also the Arabic vowel signs)."""
    parts = unicodedata.normalize("NFD", _APOSTROPHES.sub("'", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", parts))


def words(text: str) -> list[str]:
    """Return the words of a plain text."""
    return re.findall(r"[\w']+", text)
