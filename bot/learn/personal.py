"""Takes out what tells who wrote a message, beyond numbers: names, addresses, places smaller than a city, dates.

No list knows all names. What has a capital inside a sentence and is in no message that we learned from is taken
for a name; so a person still reads every proposal.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from bot.masking import mask_wholly
from intents.normalise import plain
from referral.areas import names_in
from referral.places import CITY, Areas
from referral.spelling import words_of

_STREET = re.compile(
    r"(?:\b[A-Z][\w'-]+ )*\b[\w'-]+(?:straat|laan|weg|plein|gracht|kade|dreef|singel|steeg|pad|hof)\b( \d+[a-z]?\b)?"
)
_POSTCODE = re.compile(r"\b[1-9]\d{3} ?[A-Za-z]{2}\b")
_DATE = re.compile(r"\b\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4})\b")
_INTRODUCED = re.compile(
    r"(\b(?:ik heet|mijn naam is|mn naam is|my name is|ich heiße|mein name ist|je m'appelle|me llamo|mi nombre es|"
    r"benim adım|adım|nazywam się|mam na imię|меня зовут|мене звати|казвам се|mă numesc|magacaygu waa|mi nòmber ta|"
    r"mi yama)|اسمي|اسم من|ስመይ) +([\w'-]+(?: [A-Z][\w'-]+)?)",
    re.I,
)
_TITLE = re.compile(r"\b(meneer|mevrouw|mevr|mw|dhr|mr|mrs|frau|herr|pan|pani|señor|señora)(\.?) +([A-Z][\w'-]+)")
_WORD = re.compile(r"[^\W\d_][\w'-]*")
_SENTENCE_ENDS = '.!?:\n"“„«('
_SHORTEST = 3  # letters of a part of a name that is looked for


def without_person(text: str, names: Iterable[str], areas: Areas, known: Collection[str]) -> str:
    """Return a text with a word in brackets in place of what tells who it is about.

    `names` are what the person is called and where they can be reached, `known` the plain words of other messages.
    """
    text = without_names(text, names)
    text = _DATE.sub("[datum]", _POSTCODE.sub("[postcode]", text))
    text = _INTRODUCED.sub(r"\1 [naam]", text)
    text = _TITLE.sub(r"\1\2 [naam]", text)
    text = _without_streets(text, known)
    for place in _places(text, areas):
        text = re.sub(r"\b" + r"\W+".join(map(re.escape, place.split())) + r"\b", "[wijk]", text, flags=re.I)
    return _without_strangers(text, known)


def without_names(text: str, names: Iterable[str]) -> str:
    """Return a masked text without these names: whole, and each part of them."""
    text = mask_wholly(text)
    for part in (part for name in names for part in (name, *name.split()) if len(part) >= _SHORTEST):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "[naam]", text, flags=re.I)
    return text


def _without_streets(text: str, known: Collection[str]) -> str:
    """Take out streets: with a number, or of a name that other messages do not have ("onderweg" stays)."""

    def cover(found: re.Match[str]) -> str:
        strange = plain(found[0].split()[-1]) not in known
        return "[adres]" if found[1] or strange else found[0]

    return _STREET.sub(cover, text)


def _places(text: str, areas: Areas) -> Iterator[str]:
    """Yield the names of wijken, neighbourhoods and villages in a text; a city is no secret."""
    words = words_of(text).split()
    for hit in names_in(words, areas):
        if hit.kind != CITY and any(wijk for _, wijk in hit.candidates):
            yield " ".join(words[hit.start : hit.end])


def _without_strangers(text: str, known: Collection[str]) -> str:
    """Take out words with a capital inside a sentence that no other message has."""

    def cover(found: re.Match[str]) -> str:
        word = found[0]
        before = text[: found.start()].rstrip(" ")
        begins = not before or before[-1] in _SENTENCE_ENDS
        covered = before.endswith("[") or begins or not word[0].isupper() or plain(word) in known
        return word if covered else "[naam]"

    return _WORD.sub(cover, text)
