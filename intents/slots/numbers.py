"""Number words to numbers, and numbers and years to the age bands of the referral policy."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from intents.slots.fold import fold_regex
from intents.slots.model import AGES

_FIRST_AGES = (0, 12, 18, 23, 67)  # of each band
OLDEST = 112


def number_words(words: Mapping[str, int], compounds: Sequence[str]) -> dict[str, int]:
    """Return all number words to 99; `compounds` say how tens and units join, such as "{unit}en{ten}"."""
    tens = {word: value for word, value in words.items() if value in range(20, 100, 10)}
    units = {word: value for word, value in words.items() if value in range(1, 10)}
    joined = {
        form.format(ten=ten, unit=unit): tens[ten] + units[unit] for form in compounds for ten in tens for unit in units
    }
    return {fold_regex(word): value for word, value in {**joined, **words}.items()}


def number_regex(words: Mapping[str, int]) -> str:
    """Return a regex for one number of a person's years: no sum, time, date or share of a longer number.

    "een" is left out: it is an article, and so are its fellows in other languages.
    """
    longest_first = sorted((word for word, value in words.items() if value > 1), key=len, reverse=True)
    spoken = _one_of(longest_first)
    next_part = "|".join(re.escape(word) for word in longest_first if words[word] <= 10 or words[word] % 10 == 0)
    digits = r"(?<![\d.,:/€$£+-])\d{1,3}(?![\d%€$£/+:]|-(?![^\W\d])|[.,]\d)"
    return rf"(?:{digits}|(?<!\w)(?:{spoken})(?!\w)(?! (?:{next_part})))" if spoken else digits


def _one_of(words: Sequence[str]) -> str:
    """Return a regex for one of the words, grouped by their first letter: a text is passed by some times faster."""
    firsts = dict.fromkeys(word[0] for word in words)
    tails = {first: "|".join(re.escape(word[1:]) for word in words if word[0] == first) for first in firsts}
    return "|".join(f"{re.escape(first)}(?:{tail})" for first, tail in tails.items())


def value_of(number: str, words: Mapping[str, int]) -> int:
    """Return what a number or number word says; `int` reads the digits of every script."""
    return int(number) if number.isdecimal() else words[number]


def band(years: int) -> str | None:
    """Return the band of an age, None when nobody is that old."""
    if not 0 <= years <= OLDEST:
        return None
    return next(name for first, name in zip(reversed(_FIRST_AGES), reversed(AGES), strict=True) if years >= first)


def bands_around(years: int, spread: int) -> Iterator[str | None]:
    """Yield the bands of an age told roughly."""
    yield from (band(each) for each in range(max(0, years - spread), years + spread + 1))


def ages_in(year: str, today: date) -> tuple[int, int]:
    """Return both ages that somebody of this year ("1958", "'58") can have today."""
    number = int(year.strip("'"))
    century = 0 if number > 99 else 2000 if number <= today.year % 100 else 1900
    return today.year - century - number - 1, today.year - century - number
