"""Chooses temperatures and thresholds on the development messages, which no reader learned from (nor the test set)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from intents.encoder.encode import Encoder
from intents.heads import NO_ACT, YOUNG, Alarm, Features, Heads, Linear, Thresholds, log_softmax, mixture_of
from intents.learning import Array
from intents.model import Example
from intents.normalise import guard
from intents.scores import Share
from intents.stretches import stretches

_WRONG = 0.05  # of all messages may be acted on wrongly; the upper end of the 95% interval
_ALSO_RIGHT = 0.8  # of the second and third themes that are acted on must be right
_FALSE_ALARMS = 0.025  # of the messages without danger
_FALSE_ALARMS_BESIDE = 0.015  # more, of the long texts without danger, by what is seen in a stretch of them
_STORY = 55  # words of short messages that are put together to a long text
_TAKEN_FOR_YOUNG = 0.007  # of the messages of grown-ups
_TAKEN_FOR_ACT = 0.01  # of the messages about a theme
_LEAST_SURE = 0.15  # of an act, whatever the development messages say
KINDS = ("dutch", "other")

Seen = tuple[Example, Features]


def calibrated(heads: Heads, development: Sequence[Example], encoder: Encoder) -> Heads:
    """Return the readers with temperatures and thresholds that suit the development messages."""
    read = _reading(heads, encoder)
    seen = [(one, read(guard(one.text))) for one in development]
    by_kind = {kind: [pair for pair in seen if mixture_of(pair[0].language) == kind] for kind in KINDS}
    temperatures = {
        **{kind: _temperature(heads, kind, by_kind[kind]) for kind in KINDS},
        "act": _temperature(heads, "act", seen),
    }
    warm = replace(heads, temperatures=temperatures, alarm=_balanced(heads.alarm, seen))
    warm = replace(warm, thresholds=_thresholds(warm, seen, by_kind))
    stretch = {kind: _stretch_threshold(warm, some, read) for kind, some in by_kind.items()}
    return replace(warm, thresholds=replace(warm.thresholds, stretch=stretch))


def _reading(heads: Heads, encoder: Encoder) -> Callable[[str], Features]:
    return lambda text: heads.features(text, encoder.encode(text))


def _balanced(alarm: Alarm, seen: Sequence[Seen]) -> Alarm:
    """Return the reader of danger with its parts counting as tells danger best apart."""
    alone = replace(alarm, shares=(0.0, 0.0))
    scores = [alone.scores(features) for _, features in seen]
    beside = np.array([alarm.grams.scores(features) for _, features in seen])
    likeliest = np.array([(danger, young) for danger, young, _ in scores])
    targets = [[bool(set(one.signals) - {YOUNG}) for one, _ in seen], [YOUNG in one.signals for one, _ in seen]]
    first, second = (_share(likeliest[:, part], beside[:, part], targets[part]) for part in (0, 1))
    return replace(alarm, shares=(first, second))


def _share(some: Array, others: Array, target: Sequence[bool]) -> float:
    """Return how much the other scores count beside some, to tell the target apart."""
    spread = np.array([some.std(), others.std()])
    both = np.column_stack([some, others]) / spread
    first, second = LogisticRegression(class_weight="balanced").fit(both, target).coef_[0] / spread
    return float(max(0.0, second / first))


def _temperature(heads: Heads, name: str, seen: Sequence[Seen]) -> float:
    """Return the temperature under which the right classes are likeliest (0.3 to 3)."""
    told = [(right, features) for one, features in seen if (right := _right(heads, name, one))]
    shares = heads.shares[name]
    mixed = np.array([sum(shares[r] * _logs(heads.readers[r], each) for r in shares) for _, each in told])
    steps = np.geomspace(0.3, 3, 40)
    losses = [_surprise(mixed / step, [right for right, _ in told]) for step in steps]
    return float(steps[int(np.argmin(losses))])


def _logs(reader: Linear, features: Features) -> Array:
    return log_softmax(reader.scores(features))


def _surprise(scores: Array, rights: Sequence[Sequence[int]]) -> float:
    """Return how little the right classes were expected (mean negative log likelihood)."""
    chances = np.exp(log_softmax(scores))
    return float(-np.mean([np.log(row[list(right)].sum() + 1e-9) for row, right in zip(chances, rights, strict=True)]))


def _right(heads: Heads, name: str, example: Example) -> list[int]:
    if name == "act":
        return [heads.acts.index(example.act or NO_ACT)]
    return [heads.themes.index(theme) for theme in example.themes]


def _thresholds(heads: Heads, seen: Sequence[Seen], by_kind: dict[str, list[Seen]]) -> Thresholds:
    theme, also, alarm = {}, {}, {}
    for kind, some in by_kind.items():
        firsts, others = _readings(heads, kind, [pair for pair in some if not pair[0].act])
        theme[kind] = _lowest(firsts, _seldom_wrong)
        also[kind] = _lowest(others, lambda acted, _: acted.count(True) >= _ALSO_RIGHT * len(acted))
        scores = np.array([heads.alarm.scores(features)[:2] for _, features in some])
        danger = np.array([bool(set(one.signals) - {YOUNG}) for one, _ in some])
        young = np.array([YOUNG in one.signals for one, _ in some])
        alarm[kind] = (_above(scores[~danger, 0], _FALSE_ALARMS), _above(scores[~young, 1], _TAKEN_FOR_YOUNG))
    return Thresholds(theme=theme, also=also, act=_act_threshold(heads, seen), alarm=alarm, stretch={})


def _stretch_threshold(heads: Heads, some: Sequence[Seen], read: Callable[[str], Features]) -> float:
    """Return how much a stretch must look like danger, so that few long texts without danger give alarm by one.

    Without such texts to choose by, none counts.
    """
    found = []
    for text, language in _stories([one for one, _ in some if not one.act and not set(one.signals) - {YOUNG}]):
        whole = read(text)
        if heads.danger(whole, language) < 0:
            found.append(max(heads.danger_beside(whole, [read(one) for one in stretches(text)], language)))
    return _above(np.array(found), _FALSE_ALARMS_BESIDE) if found else float("inf")


def _stories(calm: Sequence[Example]) -> Iterator[tuple[str, str]]:
    """Yield the long messages, and short ones of a language one after another, with their language.

    In other languages than Dutch hardly any development message is long.
    """
    begun: dict[str, str] = {}
    for one in calm:
        text = guard(one.text)
        if not stretches(text):
            text = guard(f"{begun.pop(one.language, '')} {text}.")
            if len(text.split()) < _STORY:
                begun[one.language] = text
                continue
        yield text, one.language


def _readings(
    heads: Heads, kind: str, some: Sequence[Seen]
) -> tuple[list[tuple[float, bool]], list[tuple[float, bool]]]:
    """Return how sure the readers were of the first theme, and of the second and third, and whether it was right."""
    mixture = heads.mixture(kind)
    firsts, others = [], []
    for one, features in some:
        chances = mixture.probabilities(features)
        order, right = np.argsort(-chances), set(_right(heads, kind, one))
        firsts.append((float(chances[order[0]]), int(order[0]) in right))
        others += [(float(chances[i]), int(i) in right) for i in order[1:3]]
    return firsts, others


def _act_threshold(heads: Heads, seen: Sequence[Seen]) -> float:
    """Return how likely an act must be, so that few messages about a theme are taken for one."""
    mixture = heads.mixture("act")
    themed = np.array([1 - mixture.probabilities(features)[0] for one, features in seen if one.themes and not one.act])
    return float(np.clip(_above(themed, _TAKEN_FOR_ACT), _LEAST_SURE, 0.8))


def _lowest(found: list[tuple[float, bool]], holds: Callable[[list[bool], int], bool]) -> float:
    """Return the lowest threshold above which what is acted on passes the test."""
    for step in np.arange(0.15, 1.0, 0.01):
        if holds([right for chance, right in found if chance >= step], len(found)):
            return float(step)
    return 1.0


def _seldom_wrong(acted: list[bool], total: int) -> bool:
    return Share(hits=acted.count(False), of=total).interval[1] <= _WRONG


def _above(scores: Array, share: float) -> float:
    """Return the score that only this share lies above."""
    return float(np.quantile(scores, 1 - share))
