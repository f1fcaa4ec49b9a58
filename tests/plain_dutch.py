"""Whether Dutch is plain. Each check yields what is wrong with a text, in words that say what to mend."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import textstat
from pydantic import BaseModel
from ruamel.yaml import YAML
from wordfreq import zipf_frequency

_WORD = re.compile(r"[^\W\d_]+(?:['’&-]?[^\W_]+)*|\d[\d.:-]*")
_PLACE = re.compile(r"\{\w+\}")
_FAMILIAR = re.compile(r"\b([Jj]e|[Jj]ij|[Jj]ou|[Jj]ouw|[Jj]ullie)\b")  # not JoU, the youth workers
_PASSIVE = re.compile(r"\b(wordt|worden|werd|werden)\b", re.IGNORECASE)
_FEW = 3  # words: a button or a name, no sentence


class Level(BaseModel, frozen=True, extra="forbid"):
    """How plain the Dutch must be."""

    longest: int  # words in a sentence
    rarest: float  # on the Zipf scale: 3 is once in a million words, 4 is ten times
    floor: float  # of Flesch-Douma, for a file as a whole
    passive: bool = True  # may it stand there
    lists: tuple[str, ...] = ("names", "help", "everyday", "b1")  # of words that may be rare


OWN = Level(longest=15, rarest=3.0, floor=90)
DATA = Level(longest=20, rarest=3.0, floor=70)  # what organisations do: longer, and harder to say
EASY = Level(longest=10, rarest=3.5, floor=93, passive=False, lists=("names", "help", "everyday"))
PAPER = Level(longest=16, rarest=3.0, floor=85, lists=(*OWN.lists, "papers"))  # privacy and its like: names of rules
EASY_PAPER = EASY.model_copy(update={"lists": (*EASY.lists, "papers")})

KNOWN: Mapping[str, Any] = YAML(typ="base").load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
_JARGON = {re.compile(rf"\b{word}\b", re.IGNORECASE): better for word, better in KNOWN["jargon"].items()}


def too_long(text: str, level: Level) -> Iterator[str]:
    """Yield the sentences with too many words; what is filled in counts as one."""
    for sentence in sentences(text):
        if len(words(sentence)) > level.longest and sentence not in KNOWN["long"]:
            yield f'{len(words(sentence))} words, at most {level.longest}. Cut it in two: "{sentence}"'


def rare(text: str, level: Level) -> Iterator[str]:
    """Yield the words that are seldom read in Dutch and are no name or term that we know."""
    for word in words(text):
        if is_rare(word, level) and word.casefold() not in allowed(level):
            yield f'"{word}" is a rare word. Write a commoner one: "{text}"'


def jargon(text: str, level: Level) -> Iterator[str]:
    """Yield the words of officialese."""
    for word, better in _JARGON.items():
        if found := word.search(text):
            yield f'"{found[0]}" is officialese. Write "{better}", or say it otherwise: "{text}"'


def passive(text: str, level: Level) -> Iterator[str]:
    """Yield a sentence that does not say who does it, where that may not be."""
    if not level.passive and (found := _PASSIVE.search(text)):
        yield f'"{found[0]}" is passive. Say who does it: "{text}"'


def loud(text: str, level: Level) -> Iterator[str]:
    """Yield a text with an exclamation mark."""
    if "!" in text:
        yield f'An exclamation mark is loud. Leave it out: "{text}"'


def familiar(text: str, level: Level) -> Iterator[str]:
    """Yield a text that says jij to a grown-up."""
    if found := _FAMILIAR.search(text):
        yield f'"{found[0]}" is for children. Write u: "{text}"'


CHECKS = (too_long, rare, jargon, passive, loud, familiar)


def ease(texts: Iterable[str]) -> float:
    """Return the reading ease of the sentences together by Flesch-Douma: the higher the easier; below 60 is hard.

    206.84 - 0.93 × words a sentence - 77 × syllables a word. textstat counts syllables where pyphen may hyphenate,
    and so misses those of one letter ("over"): all scores come out some points high. The formula is made for pieces
    of a hundred words, so it says nothing of one sentence. Buttons are no sentences and do not count.
    """
    textstat.set_lang("nl")
    whole = (sentence.rstrip(".?!:…") for text in texts for sentence in sentences(text) if len(words(text)) > _FEW)
    return float(textstat.flesch_reading_ease(" ".join(f"{' '.join(words(sentence))}." for sentence in whole)))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, with a name where something is filled in."""
    return [one for one in re.split(r"(?<=[.?!])\s+", _PLACE.sub("Anna", text)) if words(one)]


def words(text: str) -> list[str]:
    """Return the words and numbers of a text, a number without its signs."""
    return [re.sub(r"(?<=\d)\D+", "", word) for word in _WORD.findall(_PLACE.sub("Anna", text))]


def is_rare(word: str, level: Level) -> bool:
    """Tell whether a word is seldom read in Dutch."""
    return not word[0].isdigit() and zipf_frequency(word.casefold(), "nl") < level.rarest


def allowed(level: Level) -> set[str]:
    """Return the rare words that a text may use."""
    return {word.casefold() for name in level.lists for word in KNOWN[name]}
