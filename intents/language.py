"""Text to language. The conversation's language is prior knowledge; a short text changes it only when it is plain.

Scripts tell much. For the rest there are two witnesses: eldc for sentences; and the word lists
`data/<language>/words.yaml` for short messages and for what eldc does not know: Somali, Papiamento, and Tigrinya and
Arabic in Latin letters.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import eldc
import yaml

from intents.normalise import plain

KNOWN = ("nl", "en", "tr", "ar", "pl", "uk", "es", "fr", "de", "ru", "fa", "bg", "ro")  # to eldc
LISTED = (*KNOWN, "ti", "so", "pap")
_DATA = Path(__file__).parent / "data"
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEFAULT = "nl"
_SHORT = 3  # words; a message of no more is read by its words alone once there is a conversation
_PLAIN = 2  # words of a language alone that gainsay eldc
_FIRST = 60  # words that are looked up; a language shows before that
_SHARED = 0.4  # what a word counts that other languages have as well, or that everybody borrows
_SCRIPTS = (
    ("ti", re.compile(r"[\u1200-\u139f]")),
    ("fa", re.compile(r"[\u0698\u06cc\u06a9]|^(?!.*[أإةىيك]).*?[\u067e\u0686\u06af]")),  # Iraqi has پ چ گ too
    ("uk", re.compile(r"[іїєґІЇЄҐ]")),
    ("ru", re.compile(r"[ыэёЫЭЁ]")),
)
_FAMILIES = (  # languages of one script
    (("ar", "fa"), re.compile(r"[\u0600-\u06ff]")),
    (("ru", "uk", "bg"), re.compile(r"[\u0400-\u04ff]")),
)
_TOKEN = re.compile(r"[^\W_][\w']*")

_detector = None


class Scores:
    """What the word lists say of a text: per language, the words it alone has and the sum over all its words."""

    def __init__(self, words: Sequence[str]) -> None:
        self.own: defaultdict[str, int] = defaultdict(int)
        self.all: defaultdict[str, float] = defaultdict(float)
        for word in words:
            for language, weight in _lexicon().get(word, {}).items():
                self.all[language] += weight
                self.own[language] += weight == 1

    def best(self, among: Sequence[str]) -> str | None:
        """Return the language whose words weigh most, None when there are none or two weigh the same."""
        (first, most), (_, next_most) = [*self.all_of(among), ("", 0), ("", 0)][:2]
        return first if most > next_most else None

    def tied(self) -> set[str]:
        """Return the languages whose words weigh most."""
        return {language for language, weight in self.all.items() if weight == max(self.all.values())}

    def all_of(self, among: Sequence[str]) -> list[tuple[str, float]]:
        """Return the languages with a word, the most likely first."""
        found = ((language, weight) for language, weight in self.all.items() if language in among)
        return sorted(found, key=lambda each: -each[1])


def language_of(text: str, before: str | None = None) -> str:
    """Return the language (ISO 639) of a guarded text; `before` is what the conversation spoke so far."""
    tokens = [token for token in _TOKEN.findall(text)[:_FIRST] if not token.isdecimal()]
    if not tokens:
        return before or _DEFAULT
    for language, signs in _SCRIPTS:
        if signs.search(text):
            return language
    scores = Scores(_words(tokens))
    for family, signs in _FAMILIES:
        if signs.search(text):
            return _in_family(text, family, scores, before)
    if len(tokens) > _SHORT:
        return _of_sentence(tokens, scores, before)
    return _of_short(tokens, scores, before) if before else _of_first(tokens, scores)


def _in_family(text: str, family: Sequence[str], scores: Scores, before: str | None) -> str:
    """Return which language of a script; what the conversation speaks stays unless the words gainsay it."""
    best = scores.best(family)
    if before and before in family:
        return best if best and scores.own[best] > scores.own[before] else before
    detected = str(_detect(text.lower()).language)
    return best or (detected if detected in family else family[0])


def _of_short(tokens: Sequence[str], scores: Scores, before: str) -> str:
    """Return another language only for a word that it alone has, when the conversation's language has fewer."""
    best = scores.best(LISTED)
    if best and scores.own[best] and scores.all[best] > scores.all[before] and 3 * scores.all[best] >= len(tokens):
        return best
    return before


def _of_first(tokens: Sequence[str], scores: Scores) -> str:
    """Return the language of a first message of a few words; Dutch when two are as likely."""
    if best := scores.best(LISTED):
        return best
    detected = _detect(" ".join(tokens).lower())
    if tied := scores.tied():
        return str(detected.language) if detected.language in tied and _DEFAULT not in tied else _DEFAULT
    return str(detected.language) if detected.reliable and detected.language in KNOWN else _DEFAULT


def _of_sentence(tokens: Sequence[str], scores: Scores, before: str | None) -> str:
    """Return eldc's language, unless the words are plainly another's or the sentence may be but a string of names."""
    detected = _detect(" ".join(tokens).lower())
    language, best = str(detected.language), scores.best(LISTED)
    if best and best != language and _outweighs(scores, best, language):
        return best
    if before and before not in KNOWN and scores.own[language] <= scores.own[before] + 1:
        return before  # eldc says something of what it does not know, too
    told = detected.reliable or scores.all[language] > scores.all[before or ""] or not before
    return language if language in KNOWN and told else before or _DEFAULT


def _outweighs(scores: Scores, best: str, language: str) -> bool:
    """Tell whether the words are plainer than eldc; what it does not know it takes for a neighbour."""
    if best in KNOWN and best != "ar":
        return scores.own[best] >= _PLAIN and scores.own[best] > 2 * scores.own[language]
    return scores.own[best] >= 1 and scores.own[best] > scores.own[language]


def _words(tokens: Sequence[str]) -> list[str]:
    """Return the words and the pairs of words of a text; a capital inside it makes a name."""
    sentence = any(token[0].islower() for token in tokens[1:])
    kept = [token for place, token in enumerate(tokens) if place == 0 or not sentence or not token[0].isupper()]
    words = [plain(token) for token in kept]
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


@cache
def _lexicon() -> Mapping[str, Mapping[str, float]]:
    """Return every listed word with its languages and what it counts for each: 1 when it is of that one alone."""
    found: dict[str, dict[str, float]] = {}
    for language in LISTED:
        for word, weight in _listed(language):
            found.setdefault(word, {})[language] = weight
    return {
        word: languages if len(languages) == 1 else dict.fromkeys(languages, _SHARED)
        for word, languages in found.items()
    }


def _listed(language: str) -> Iterator[tuple[str, float]]:
    path = _DATA / language / "words.yaml"
    if not path.is_file():
        return
    lists = yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506 -- makes text of everything
    yield from ((plain(word), 1.0) for word in lists["words"])
    yield from ((plain(word), _SHARED) for word in lists["borrowed"])


def _detect(text: str) -> "eldc.Result":
    global _detector  # noqa: PLW0603 -- the detector's tables, made once
    if _detector is None:
        eldc.init()
        _detector = eldc.instance()
        _detector.set_languages(list(KNOWN))
    return _detector.detect_details(text)
