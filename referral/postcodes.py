"""Postcodes in a text: four digits, with or without two letters. Years, sums and phone numbers are none."""

import re
from collections.abc import Iterator
from typing import NamedTuple

NUMBER = re.compile(
    r"(?P<before>\b[^\W\d_]+\b\W{0,3}(?:\bis\b\W{0,3})?)?"
    r"(?<![\d.,€+/-])(?<![€$] )\b(?P<digits>[1-9]\d{3})(?P<gap> ?)(?P<letters>[A-Za-z]{2}\b)?"
    r"(?!\d|[.,]\d|-\d| ?(?:euro?s?|eur|mensen|keer|dagen|uur|km)\b)"
)
NO_LETTERS = frozenset({"sa", "sd", "ss"})
TWO_LETTERS = frozenset(
    """
    aa af al am an as at be bv by cm de do eh el en er eu go he hm hr if ik in is ja je kg km
    le ma me mg ml mm mn my na no nr nu nv of oh ok om on op or pc pm so te th to uh um un up
    ur us uu we wo ze zo zn
    """.split()  # noqa: SIM905
)
UNITS = frozenset({"eu", "km", "kg", "mg", "ml", "cm", "mm", "bv", "nv"})
SINCE = frozenset({"sinds", "in", "vanaf", "jaar", "since", "tot", "van", "begin", "eind", "voor", "na"})


class Postcode(NamedTuple):
    """Four digits of a postcode; `bare` when no letters followed."""

    digits: str
    bare: bool
    elsewhere_too: bool  # sure enough to say that somebody lives elsewhere


def postcodes_in(text: str, answering: bool) -> Iterator[Postcode]:
    """Yield the postcodes in a text. In a free message a bare number counts only after the word postcode."""
    alone = len(re.findall(r"\w+", text)) <= 2
    for found in NUMBER.finditer(text):
        digits, letters = found["digits"], found["letters"] or ""
        named = "postcode" in (found["before"] or "").lower() or "postal" in (found["before"] or "").lower()
        if is_lettered(found["gap"], letters, named or answering):
            yield Postcode(digits, bare=False, elsewhere_too=True)
        elif named or (answering and not is_year(digits, found["before"])):
            yield Postcode(digits, bare=True, elsewhere_too=named or alone)


def is_lettered(gap: str, letters: str, expected: bool) -> bool:
    """Tell whether the two letters belong to a postcode and are not a word or a unit."""
    small = letters.lower()
    if not small or small in NO_LETTERS or small in UNITS:
        return False
    return not gap or small not in TWO_LETTERS or (expected and letters.isupper())


def is_year(digits: str, before: str | None) -> bool:
    """Tell whether the number is a year: it looks like one and a word of time stands before it."""
    word = re.sub(r"\W", "", before or "").lower()
    return "1900" <= digits <= "2099" and word in SINCE
