"""Chooses temperatures and thresholds, on training messages that were held out in turn (never on the test set)."""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.model_selection import StratifiedKFold

from intents.heads import NO_ACT, Kernel, Linear, Mixture, Thresholds, log_softmax
from intents.learning import WEIGHTS, Array, Rows, Teaching, learn_readers, likeness
from intents.model import Example, Progress

FOLDS = 3
_WRONG = 0.05  # of all messages may be acted on wrongly
_ALSO_RIGHT = 0.8  # of the second and third themes that are acted on must be right
_FALSE_ALARMS = 0.003  # one signal, of the messages without it
_FALSE_ALARMS_IN_ALL = 0.02  # any danger, of the messages without
_TAKEN_FOR_ACT = 0.015  # of the messages about a theme


def calibrate(rows: Rows, teaching: Teaching, progress: Progress) -> tuple[Thresholds, dict[str, float]]:
    """Learn on most messages, look at the rest, in turn; return thresholds and temperatures that suit what was seen."""
    plain = dict.fromkeys(WEIGHTS, 1.0)
    seen: list[tuple[Example, dict[str, Array]]] = []
    strata = [(one.themes or (one.act or "",))[0] for one in rows.examples]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for number, (some, rest) in enumerate(folds.split(strata, strata)):
        progress(0.5 + 0.4 * number / FOLDS, "Drempels ijken")
        dutch, other, act, signal = learn_readers(rows.take(some), teaching, plain)
        for example, scores in zip(
            rows.take(rest).examples, _scores(rows.take(rest), dutch, other, act, signal), strict=True
        ):
            seen.append((example, scores))
    temperatures = {name: _temperature([(one, s[name]) for one, s in seen], name, teaching) for name in WEIGHTS}
    return _thresholds(seen, teaching, temperatures), temperatures


def _scores(rows: Rows, dutch: Mixture, other: Mixture, act: Mixture, signal: Kernel) -> list[dict[str, Array]]:
    def mixed(mixture: Mixture) -> Array:
        return np.asarray(sum(weight * log_softmax(_all(reader, rows)) for weight, reader in mixture.readers))

    tables = {
        "dutch": mixed(dutch),
        "other": mixed(other),
        "act": mixed(act),
        "signal": _kernel_scores(signal, rows),
    }
    return [{name: table[i] for name, table in tables.items()} for i in range(len(rows.examples))]


def _all(reader: Linear, rows: Rows) -> Array:
    total: Array = np.tile(reader.offset, (len(rows.examples), 1))
    if reader.vector is not None:
        total = total + rows.vectors @ reader.vector.T
    return total + (rows.grams @ reader.grams) if reader.grams is not None else total


def _kernel_scores(reader: Kernel, rows: Rows) -> Array:
    return np.asarray(likeness(rows.vectors, reader.points) @ reader.weights.T + reader.offset)


def _temperature(seen: Sequence[tuple[Example, Array]], name: str, teaching: Teaching) -> float:
    """Return the temperature under which the right classes are likeliest (0.3 to 3)."""
    rights, scores = [], []
    for example, score in seen:
        if right := _right(example, name, teaching):
            rights.append(right)
            scores.append(score)
    table = np.array(scores)
    steps = np.geomspace(0.3, 3, 40)
    losses = [_surprise(table / step, rights) for step in steps]
    return float(steps[int(np.argmin(losses))])


def _surprise(scores: Array, rights: Sequence[Sequence[int]]) -> float:
    """Return how little the right classes were expected (mean negative log likelihood)."""
    chances = np.exp(log_softmax(scores))
    return float(-np.mean([np.log(row[list(right)].sum() + 1e-9) for row, right in zip(chances, rights, strict=True)]))


def _right(example: Example, name: str, teaching: Teaching) -> list[int]:
    if name == "act":
        return [[NO_ACT, *teaching.catalogue.acts].index(example.act or NO_ACT)]
    if (name == "dutch") != (example.language == "nl"):
        return []
    return [teaching.themes.index(theme) for theme in example.themes]


def _thresholds(
    seen: Sequence[tuple[Example, dict[str, Array]]], teaching: Teaching, temperatures: dict[str, float]
) -> Thresholds:
    theme, also = {}, {}
    for name in ("dutch", "other"):
        firsts, thirds = [], []
        for example, scores in seen:
            if (name == "dutch") != (example.language == "nl") or example.act:
                continue
            right = set(_right(example, name, teaching))
            chances = np.exp(log_softmax(scores[name] / temperatures[name]))
            order = np.argsort(-chances)
            firsts.append((float(chances[order[0]]), int(order[0]) in right))
            thirds += [(float(chances[i]), int(i) in right) for i in order[1:3]]
        theme[name] = _lowest(firsts, lambda acted, total: acted.count(False) <= _WRONG * total)
        also[name] = _lowest(thirds, lambda acted, _: acted.count(True) >= _ALSO_RIGHT * len(acted))
    act = _act_threshold([(one, scores["act"] / temperatures["act"]) for one, scores in seen])
    return Thresholds(theme=theme, also=also, act=act, signals=_signal_thresholds(seen, teaching))


def _act_threshold(seen: Sequence[tuple[Example, Array]]) -> float:
    """Return how likely an act must be, so that few messages about a theme are taken for one."""
    themed = np.sort([1 - np.exp(log_softmax(scores))[0] for one, scores in seen if not one.act])
    return float(np.clip(themed[int(len(themed) * (1 - _TAKEN_FOR_ACT))], 0.2, 0.8))


def _lowest(found: list[tuple[float, bool]], holds: Callable[[list[bool], int], bool]) -> float:
    """Return the lowest threshold above which what is acted on passes the test."""
    for step in np.arange(0.15, 1.0, 0.01):
        if holds([right for chance, right in found if chance >= step], len(found)):
            return float(step)
    return 1.0


def _signal_thresholds(seen: Sequence[tuple[Example, dict[str, Array]]], teaching: Teaching) -> Array:
    """Return the score from which a signal is seen, so that few messages without it raise a false alarm."""
    names = teaching.catalogue.signals
    limits = []
    for number in range(len(names) + 1):
        calm = np.sort([s["signal"][number] for one, s in seen if not _has(one, names[number : number + 1])])
        share = _FALSE_ALARMS if number < len(names) else _FALSE_ALARMS_IN_ALL
        limits.append(calm[int(len(calm) * (1 - share))])
    return np.array(limits, np.float32)


def _has(example: Example, signals: Sequence[str]) -> bool:
    return bool(set(signals) & set(example.signals)) if signals else bool(example.signals)
