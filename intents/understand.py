"""The readers together: a text in, an Understanding out."""

import re
from collections.abc import Callable, Mapping, Set
from functools import lru_cache
from operator import itemgetter
from pathlib import Path

import numpy as np

from intents import heads as heads_file
from intents.encoder.encode import Encoder, load_encoder
from intents.heads import YOUNG, Features, Heads, mixture_of
from intents.language import language_of
from intents.load import DATA
from intents.model import Progress, Reading, Understanding
from intents.normalise import guard, plain, words
from intents.signals import patterns_in
from intents.slots import read_answer, read_facts
from intents.stretches import stretches

MODEL = DATA / "model.npz"
_RANKED = 5
_SHORT_ANSWER = 4  # words in a yes or no that needs no further reading, or an act that tells no theme besides
_WITH_THEME = {"human", "complaint_bot", "help", "privacy"}  # acts beside which a theme is still acted on
_REPLY = 5  # words of a reply to what was asked that tells nothing besides
_BESIDE_ANSWER = {"affirm", "deny", *_WITH_THEME}  # acts that may stand beside the answer to what was asked
_ENDING = {"restart", "stop"}  # acts that throw away what was told
_LEAVING = _ENDING | {"goodbye"}
_FAREWELL = 0.4  # how sure of such an act at least: "ik voel me rot" is no goodbye
_SURE = 0.9  # of such an act in the middle of a question
_PLAIN = 0.7  # of an act in a message that tells something besides, or that was asked for something
_EVIDENCE = 4  # words that are named, of a message in which no pattern fired
_REMEMBERED = 2048  # texts whose understanding, and whose vector, is kept for a repeat
_NUMBER_ONLY = re.compile(r"[\d\s.,:/+()-]*\d[\d\s.,:/+()-]*|\d{4} ?[a-z]{2}", re.IGNORECASE)  # a postcode too


class Reader:
    """Understands texts. The encoder is asked only for words it did not read lately, and not for an answer as such."""

    def __init__(self, encoder: Encoder, heads: Heads) -> None:
        self._encoder = encoder
        self._heads = heads
        self._mixtures = {name: heads.mixture(name) for name in heads.shares}
        self._vector = lru_cache(_REMEMBERED)(encoder.encode)
        self._cached: Callable[[str, str | None, str | None], Understanding] = lru_cache(_REMEMBERED)(self._read)

    @property
    def version(self) -> str:
        """A short name of exactly what the readers were learned from."""
        return f"{self._heads.data}-{self._heads.encoder}"

    def understand(self, text: str, language: str | None = None, expecting: str | None = None) -> Understanding:
        """Return what a text says. `language` is the conversation's so far, `expecting` what was asked."""
        return self._cached(guard(text), language, expecting)

    def _read(self, text: str, before: str | None, expecting: str | None) -> Understanding:
        language = language_of(text, before)
        if not text:
            return Understanding(language=language)
        facts = read_facts(text, language, expecting)
        signals = patterns_in(text)
        if not signals and (act := _plain_answer(text, language, expecting, facts)):
            return Understanding(language=language, act=act, facts=facts)
        if not signals and _NUMBER_ONLY.fullmatch(text):
            return Understanding(language=language, facts=facts)
        features = self._heads.features(text, self._vector(text))
        ranking = self._ranking(features, language)
        answers = expecting is not None and expecting in facts
        only_answers = answers and len(words(text)) <= _REPLY  # "ja, een zoontje van 4" asks nothing new
        themes = () if only_answers else self._acted_on(ranking, language)
        act = self._act(features, told=bool(themes or facts or expecting))
        if answers and act not in _BESIDE_ANSWER:  # "zeg ik liever niet" answers, and does not stop
            act = None
        alarming = self._alarming(text, features, language, signals.keys())
        alarms = self._signals({*signals, *self._heads.signals_in(features, alarming, language)}, facts)
        return Understanding(
            language=language,
            themes=themes if act is None or (act in _WITH_THEME and len(words(text)) > _SHORT_ANSWER) else (),
            ranking=ranking[:_RANKED],
            signals=alarms,
            evidence=self._evidence(text, next(iter(alarming), features), signals) if alarms else (),
            act=act,
            facts=facts,
        )

    def _ranking(self, features: Features, language: str) -> tuple[Reading, ...]:
        chances = self._mixtures[mixture_of(language)].probabilities(features)
        order = np.argsort(-chances, kind="stable")
        return tuple(Reading(theme=self._heads.themes[i], confidence=round(float(chances[i]), 4)) for i in order)

    def _acted_on(self, ranking: tuple[Reading, ...], language: str) -> tuple[Reading, ...]:
        name = mixture_of(language)
        limits = self._heads.thresholds
        first, *others = ranking[:3]
        if first.confidence < limits.theme[name]:
            return ()
        return (first, *(one for one in others if one.confidence >= limits.also[name]))

    def _act(self, features: Features, *, told: bool) -> str | None:
        """Return the act that the message wants; one that tells something besides must be plainer about it."""
        chances = self._mixtures["act"].probabilities(features)
        act = self._heads.acts[1 + int(np.argmax(chances[1:]))]  # the first class is no act at all
        return act if 1 - chances[0] >= self._sure_enough(act, told=told) else None

    def _sure_enough(self, act: str, *, told: bool) -> float:
        if told:
            return _SURE if act in _ENDING else _PLAIN
        return max(self._heads.thresholds.act, _FAREWELL if act in _LEAVING else 0.0)

    def _alarming(self, text: str, whole: Features, language: str, found: Set[str]) -> tuple[Features, ...]:
        """Return where the learned reader sees danger: in the whole text, else in stretches of a long one, worst first.

        Where danger was found already, the stretches would only add what it is not.
        """
        if self._heads.danger(whole, language) >= 0:
            return (whole,)
        if found - {YOUNG}:
            return ()
        read = [self._heads.features(one, self._vector(one)) for one in stretches(text)]
        beside = zip(self._heads.danger_beside(whole, read, language), read, strict=True)
        limit = self._heads.thresholds.stretch[mixture_of(language)]
        alarming = [(danger, one) for danger, one in beside if danger >= limit]
        return tuple(one for _, one in sorted(alarming, key=itemgetter(0), reverse=True))

    def _signals(self, told: set[str], facts: Mapping[str, str]) -> tuple[str, ...]:
        if facts.get("for_whom", "self") != "self":  # then the one who is young is not the one who writes
            told = told - {YOUNG}
        return tuple(one for one in self._heads.signals if one in told)

    def _evidence(self, text: str, alarming: Features, found: Mapping[str, str]) -> tuple[str, ...]:
        """Return what the patterns fired on, otherwise the words that made the learned reader see danger."""
        if found:
            return tuple(dict.fromkeys(found.values()))
        number = self._heads.ngrams.number
        weights = self._heads.alarm.grams.weights_of(alarming)
        numbers = {known: word for word in words(plain(text)) if (known := number("=" + word)) is not None}
        by_number = zip(alarming.indices.tolist(), weights.max(axis=1, initial=0).tolist(), strict=True)
        heavy = sorted(((weight, numbers[one]) for one, weight in by_number if one in numbers), reverse=True)
        return tuple(word for weight, word in heavy[:_EVIDENCE] if weight > 0)


def _plain_answer(text: str, language: str, expecting: str | None, facts: Mapping[str, str]) -> str | None:
    """Return the act of a message that only answers (or asks why it is asked), so that the encoder can rest."""
    answer = read_answer(text, language)
    if expecting is not None and answer == "why":
        return "why"
    if expecting is not None and answer == "unknown" and not facts:  # a name, a number, consent
        return "rather_not"
    if answer in ("affirm", "deny") and len(words(text)) <= _SHORT_ANSWER and len(facts) <= 1:
        return answer
    return None


def load_reader(progress: Progress = lambda _share, _what: None, model: Path = MODEL) -> Reader:
    """Return a reader that is ready to understand; the first time, the encoder's file is made (seconds)."""
    reader = Reader(load_encoder(progress), heads_file.load(model))
    reader.understand("Hoe laat is het?")  # reads the Dutch patterns, so that the first resident need not wait
    return reader
