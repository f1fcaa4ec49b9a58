"""Where somebody lives: a street with a number, or a postcode with one. An organisation's address stays."""

import re
from collections.abc import Iterator

from bot.identifying.around import Sense, Word, sense_of
from bot.identifying.folded import Found
from bot.identifying.numbers import MONEY
from bot.identifying.papers import UNITS

_HOUSE = (
    r"\d{1,4}(?:-\d{1,3}|[ -]?(?:bis|hs|huis|zw|rd|rood|zwart|beneden|boven|[ivx]{1,4}|[a-z])(?![\w']))?"
    rf"(?![\w%]|[.,:]\d){MONEY}{UNITS}"
)
_ENDINGS = "straat|str|laan|weg|plein|gracht|kade|dreef|singel|steeg|pad|plantsoen|hof|dijk|boulevard|donk|meent"
_NO_STREET = re.compile(
    r"(?:onder|snel|uit|om|af|halver|spoor|aan|lucht|rij|wandel|fiets|zebra|voet|gerechts|kerk|speel|school|om)"
    r"(?:weg|pad|hof|plein)"
)
_STREET = re.compile(rf"(?<![\w])[\w'.-]{{3,40}}(?:{_ENDINGS}),? (?:nr\.? |nummer |no\.? )?({_HOUSE})")
_LANE_OF = re.compile(rf"(?<!\w)(?:laan|plein) (?:van|der)(?: de| het| den)? [\w'-]{{3,40}} ({_HOUSE})")
_NUMBER_FIRST = re.compile(rf"(?<![\w.,-])\d{{1,4}}[a-z]? [\w'-]{{3,40}}(?:{_ENDINGS})(?!\w)")
_WORDS_OF_TWO = "is|of|en|ik|in|op|om|te|al|er|je|we|ze|me|nu|zo|ja|ok|na|mn|de|at|my|to|or|on|up|by|so|kg|km|mg|am|pm"
_POSTCODE = re.compile(
    rf"(?<!\w)[1-9]\d{{3}} ?(?!(?:{_WORDS_OF_TWO})(?!\w))[a-z]{{2}},? "
    rf"(?:nr\.? |nummer |huisnummer |huisnr\.? )?({_HOUSE})"
)
_CALLED_ADDRESS = re.compile(
    rf"(?<!\w)(?:brief|post|woon|thuis)?(?:adres\w*|address|dirección|адрес\w*|عنوان\w*|آدرس\w*)(?: is|:)? "
    rf"((?:[\w'.-]{{1,40}} )?[\w'.-]{{4,40}} {_HOUSE})"
)
_ON_STREET = re.compile(rf"(?<!\w)(?:op|aan)(?: de| het)? ([\w'-]{{4,40}} {_HOUSE})")
_NO_NAME = re.compile(
    r"\b(?:kamer|groep|klas|wijk|flat|etage|blok|unit|buurt|sinds|al|per|met|van|ruim|bijna|ongeveer|plek|plaats|nummer|leeftijd|verdieping|gang|zijn|basis|sinds)\b"
)
_TITLE = re.compile(r"(?:prof|dr|mr|ds|ir|st|sint|gen|burg|burgemeester|professor|dokter|generaal|koningin|prins)\.?")
_PARTICLE = re.compile(r"(?:van|de|der|den|ten|ter|het|'t)")
_PLACE: frozenset[Sense] = frozenset({"house", "office"})


def houses_in(text: str, words: tuple[Word, ...], original: str) -> Iterator[Found]:
    """Yield the addresses in a folded text; `original` shows by its capitals where the name of a street begins."""
    for found in _STREET.finditer(text):
        street = found[0].split()[0].rstrip(",")
        if not _NO_STREET.fullmatch(street) and not _of_office(text, words, found.start()):
            yield Found(_beginning(original, found.start()), found.end(), "adres")
    for pattern in (_LANE_OF, _NUMBER_FIRST):
        for found in pattern.finditer(text):
            if pattern is _LANE_OF or _sense(text, words, found.start()) == "house":
                yield Found(found.start(), found.end(), "adres")
    for found in (*_CALLED_ADDRESS.finditer(text), *_ON_STREET.finditer(text)):
        if _sense(text, words, found.start(1), 20) == "house" and not _NO_NAME.search(found[1]):
            yield Found(found.start(1), found.end(1), "adres")
    for found in _POSTCODE.finditer(text):
        yield Found(found.start(1), found.end(1), "huisnummer")


def _of_office(text: str, words: tuple[Word, ...], start: int) -> bool:
    return _sense(text, words, start) == "office"


def _sense(text: str, words: tuple[Word, ...], start: int, before: int = 45) -> Sense | None:
    return sense_of(text, words, start, start, _PLACE, before=before, behind=0)


def _beginning(original: str, start: int) -> int:
    """Return where the name of a street begins: with the titles, capitals and what is between them before it."""
    begins = start
    place = start
    for word in reversed(original[:start].split(" ")[-6:-1]):
        place -= len(word) + 1
        if _TITLE.fullmatch(word.lower()) or (word[:1].isupper() and len(word) > 1 and place > 0):
            begins = place
        elif not _PARTICLE.fullmatch(word):
            break
    return begins
