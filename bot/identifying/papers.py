"""Numbers of documents (passport, identity card, driving licence, residence permit) and of cases and clients."""

import re
from collections.abc import Iterator

from bot.identifying.around import Sense, Word, sense_of
from bot.identifying.folded import Found, digits_in
from bot.identifying.numbers import MONEY

UNITS = (
    r"(?! ?(?:jaar|jaren|jarige|maand|maanden|week|weken|dag|dagen|uur|uren|u|keer|x|kinderen|kids|mensen|personen"
    r"|mg|km|m2"
    r"|procent|hoog|meter|minuten|min|nachten|graden|years?|months?|weeks?|days?|hours?|times|people|kamers?|procenten"
    r"|e|de|ste|st|nd|rd|th|pers|volwassenen|dieren|katten|honden)(?!\w))"
)
_DOCUMENT = re.compile(r"(?<![\w-])(?=[a-z]{0,8}\d)[a-z0-9]{6,12}(?!\w)|(?<![\w-])\d(?:[ .-]?\d){6,11}(?!\w)")
_CASE = re.compile(
    r"(?<![\w€])(?:[a-z]{1,6}[-/.]?)?\d{1,12}[a-z]{0,3}"
    rf"(?:[-/.](?:[a-z]{{1,6}}[-/.])?\d{{1,12}}[a-z]{{0,3}}| \d{{3,8}}(?!\w)){{0,6}}(?!\w){MONEY}{UNITS}"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_POSTCODE = re.compile(r"[1-9]\d{3}[a-z]{2}")
_MEANT: frozenset[Sense] = frozenset({"document", "case", "shop", "bsn", "iban", "phone"})


def documents_in(text: str, words: tuple[Word, ...]) -> Iterator[Found]:
    """Yield the numbers of documents in a folded text."""
    for found in _DOCUMENT.finditer(text):
        is_number = len(digits_in(text, *found.span())) > 1 and not _POSTCODE.fullmatch(found[0])
        if is_number and sense_of(text, words, found.start(), found.end(), _MEANT) == "document":
            yield Found(found.start(), found.end(), "documentnummer")


def cases_in(text: str, words: tuple[Word, ...]) -> Iterator[Found]:
    """Yield the numbers of cases and clients in a folded text."""
    for found in _CASE.finditer(text):
        count = len(digits_in(text, *found.span()))
        usual = _YEAR.fullmatch(found[0]) or _POSTCODE.fullmatch(found[0])
        meant = sense_of(text, words, found.start(), found.end(), _MEANT, before=32, behind=0)
        if count > 3 and not usual and meant == "case":
            yield Found(found.start(), found.end(), "zaaknummer")
