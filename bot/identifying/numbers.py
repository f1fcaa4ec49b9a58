"""Numbers of bank accounts, of citizens (BSN) and of telephones."""

import re
from collections.abc import Iterator, Mapping

from stdnum.nl import bsn

from bot.identifying.around import Sense, Word, sense_of
from bot.identifying.folded import Found, digits_in

MONEY = r"(?! ?(?:€|eur\w*|euro|yuro|евро|євро|يورو|یورو|ዩሮ|,-|%))"

# Country -> length of an IBAN there (SEPA and where residents come from).
_LENGTHS: Mapping[str, int] = {
    country: int(length)
    for length, countries in {
        "15": "no", "16": "be", "18": "nl dk fi fo gl", "19": "mk si", "20": "at ba ee kz lt lu xk",
        "21": "ch hr li lv", "22": "bg bh cr de gb ge ie me rs va", "23": "ae gi il iq tl",
        "24": "ad cz es md pk ro sa se sk tn vg", "25": "ly pt", "26": "is tr", "27": "fr gr it mc sm",
        "28": "al az cy do gt hu lb mr pl", "29": "br eg ps qa ua", "30": "jo kw mu", "31": "mt sc",
    }.items()
    for country in countries.split()
}  # fmt: skip
_IBAN = re.compile(r"(?<!\w)[a-z][ .-]?[a-z][ .-]?\d[ .-]?\d(?:[ .-]?[a-z0-9]){11,30}")
_DUTCH_SHAPE = re.compile(r"nl\d\d[a-z]{4}\d{10}")
_ACCOUNT = re.compile(rf"(?<![\w.,€]) ?\d(?:[ .]?\d){{6,9}}(?![\w])(?![.,]\d){MONEY}")

_NINE = r"\d{9}|\d{3}([ .-])\d{3}\1\d{3}|\d{4}([ .-])\d{2}\2\d{3}|\d(?:[ .-]\d){8}"
_BSN = re.compile(rf"(?<![\w€])(?<![\d][.,-])(?:{_NINE})(?!\w)(?![.,-]\d){MONEY}")
_SAID_BSN = re.compile(rf"(?<![\w€])\d(?:[ .-]?\d){{6,9}}(?![\w]){MONEY}")

_APART = r"(?:[. ]| ?[-/()]{1,2} ?)?"
_NATIONAL = re.compile(rf"(?<![\w+])\(?0(?:{_APART}\d){{9}}(?!\w)")
_FOREIGN = re.compile(rf"(?<![\w+])(?:\+ ?|00)[1-9](?:{_APART}\d){{7,13}}(?!\w)")
_SAID_ZERO = re.compile(r"(?<!\w)(?:nul|zero|o) ?-?(?:zes|six|6)[ ,-]*\d(?:[ .-]?\d){7}(?!\w)")
_SHORT = re.compile(rf"(?<![\w.,€+-])[1-9](?:[ .-]?\d){{6,8}}(?!\w)(?![.,]\d){MONEY}")
# Public numbers are no one's own; they begin 0800, 0900, 088 or 085.
_PUBLIC = re.compile(r"(?:0|31|0031)(?:800|90[069]|88|85)")

_NUMBERS: frozenset[Sense] = frozenset({"bsn", "iban", "phone", "document", "case", "shop"})


def accounts_in(text: str, words: tuple[Word, ...]) -> Iterator[Found]:
    """Yield the bank accounts in a folded text: what has the right check digits, the Dutch shape, or is called one."""
    for found in _IBAN.finditer(text):
        end = _end_of_iban(text, found.start(), found.end())
        if end is not None:
            yield Found(found.start(), end, "rekeningnummer")
    for found in _ACCOUNT.finditer(text):
        if sense_of(text, words, found.start(), found.end(), _NUMBERS, before=30, behind=0) == "iban":
            yield Found(found.start() + found[0].startswith(" "), found.end(), "rekeningnummer")


def _end_of_iban(text: str, start: int, end: int) -> int | None:
    country = "".join(filter(str.isalpha, text[start : start + 3]))[:2]
    if not (length := _LENGTHS.get(country, 0)):
        return None
    places = [place for place in range(start, end) if text[place].isalnum()]
    if length > len(places):
        return None
    written = "".join(text[place] for place in places[:length])
    if len(digits_in(written, 0, length)) < 8:  # words after a short number: "is 14 en hij heeft"
        return None
    return places[length - 1] + 1 if _fits(written) or _DUTCH_SHAPE.fullmatch(written) else None


def _fits(iban: str) -> bool:
    """Tell whether an IBAN is 1 modulo 97 (ISO 13616), each letter counted as a number from 10."""
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


def citizens_in(text: str, words: tuple[Word, ...]) -> Iterator[Found]:
    """Yield the citizen numbers in a folded text.

    One in eleven numbers of nine digits passes the elfproef, so what is called the number of a shop, a case or a
    telephone is none; and what is called a BSN is one, also when a digit is wrong.
    """
    for found in _SAID_BSN.finditer(text):
        if sense_of(text, words, found.start(), found.end(), _NUMBERS) == "bsn":
            yield Found(found.start(), found.end(), "bsn")
    for found in _BSN.finditer(text):
        meant = sense_of(text, words, found.start(), found.end(), _NUMBERS, behind=12)
        if meant in (None, "bsn", "iban") and bsn.is_valid(digits_in(text, *found.span())):
            yield Found(found.start(), found.end(), "bsn")


def phones_in(text: str, words: tuple[Word, ...]) -> Iterator[Found]:
    """Yield the telephone numbers in a folded text that are somebody's own."""
    for pattern in (_FOREIGN, _NATIONAL, _SAID_ZERO):
        for found in pattern.finditer(text):
            if not _PUBLIC.match(digits_in(text, *found.span())):
                yield Found(found.start(), found.end(), "telefoonnummer")
    for found in _SHORT.finditer(text):
        if sense_of(text, words, found.start(), found.end(), _NUMBERS, before=25, behind=15) == "phone":
            yield Found(found.start(), found.end(), "telefoonnummer")
