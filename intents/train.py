"""Catalogue to model file. Runs on a developer's machine (scikit-learn); the running product only reads the file.

Recipe, and what else was tried: a shrinkage-LDA and a logistic reader of the vectors, both also taught the
phrases that define the themes, and for Dutch a logistic reader of n-grams, mixed as log probabilities.
Thresholds and temperatures come from messages held out in turn (cross-validation), never from the test set.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from intents.encoder.encode import Encoder
from intents.heads import NO_ACT, Heads, Kernel, Linear, Mixture, Thresholds
from intents.load import fingerprint
from intents.model import Catalogue, Example
from intents.ngrams import Ngrams, learn
from intents.normalise import guard

Array = NDArray[Any]
Progress = Callable[[float, str], None]

FOLDS = 3
_WEIGHTS = {"dutch": (0.35, 0.35, 0.3), "other": (0.5, 0.5), "act": (1.0,)}
_GRAM_SCALE = 0.7  # of the n-grams beside a vector of length 1
_WRONG = 0.05  # of all messages may be acted on wrongly
_ALSO_RIGHT = 0.8  # of the second and third themes that are acted on must be right
_FALSE_ALARMS = 0.003  # one signal, of the messages without it
_FALSE_ALARMS_IN_ALL = 0.02  # any danger, of the messages without
_GAMMA = 2.0  # of the likeness of two messages
_TAKEN_FOR_ACT = 0.015  # of the messages about a theme
_LEAST = 3  # messages in which an n-gram must occur


@dataclass(frozen=True)
class Rows:
    """The messages as arrays: vectors (messages, 384) and n-grams (messages, vocabulary), with their labels."""

    examples: Sequence[Example]
    vectors: Array
    grams: csr_matrix

    def take(self, which: Array) -> "Rows":
        """Return some of the rows."""
        return Rows([self.examples[i] for i in which], self.vectors[which], self.grams[which])

    def where(self, test: Callable[[Example], bool]) -> "Rows":
        """Return the rows of the messages that pass a test."""
        return self.take(np.array([i for i, one in enumerate(self.examples) if test(one)], dtype=int))


@dataclass(frozen=True)
class Teaching:
    """What all readers are taught with: the classes, and the vectors and classes of the defining phrases."""

    catalogue: Catalogue
    centre: Array
    phrases: Array
    phrase_themes: Array

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes, in their order."""
        return tuple(theme.id for theme in self.catalogue.themes)


def train(catalogue: Catalogue, encoder: Encoder, progress: Progress) -> Heads:
    """Return the readers learned from a catalogue. Same catalogue, same encoder: same readers."""
    texts = [guard(example.text) for example in catalogue.examples]
    raw = _encode(encoder, texts, progress)
    centre = raw.mean(axis=0)
    ngrams = learn(texts, _LEAST)
    rows = Rows(catalogue.examples, _unit(raw - centre), matrix(ngrams, texts))
    teaching = _teaching(catalogue, encoder, centre)
    limits, temperatures = _held_out(rows, teaching, progress)
    progress(0.95, "Lezers leren")
    dutch, other, act, signal = _learn(rows, teaching, temperatures)
    progress(1.0, "Klaar")
    return Heads(
        themes=teaching.themes,
        signals=catalogue.signals,
        acts=(NO_ACT, *catalogue.acts),
        centre=centre.astype(np.float32),
        ngrams=ngrams,
        dutch=dutch,
        other=other,
        signal=signal,
        act=act,
        thresholds=limits,
        data=fingerprint(catalogue),
    )


def matrix(ngrams: Ngrams, texts: Sequence[str]) -> csr_matrix:
    """Return the n-grams of the texts as sparse rows."""
    read = [ngrams.read(text) for text in texts]
    ends = np.cumsum([0, *(len(indices) for indices, _ in read)])
    indices = np.concatenate([indices for indices, _ in read])
    values = np.concatenate([values for _, values in read])
    return csr_matrix((values, indices, ends), shape=(len(texts), len(ngrams.vocabulary)))


def _encode(encoder: Encoder, texts: Sequence[str], progress: Progress) -> Array:
    vectors = []
    for number, text in enumerate(texts):
        vectors.append(encoder.encode(text))
        if number % 50 == 0:
            progress(0.5 * number / len(texts), "Berichten lezen")
    return np.array(vectors)


def _teaching(catalogue: Catalogue, encoder: Encoder, centre: Array) -> Teaching:
    pairs = [(number, term) for number, theme in enumerate(catalogue.themes) for term in theme.terms]
    phrases = np.array([encoder.encode(guard(term)) for _, term in pairs])
    own_centre = phrases.mean(axis=0)  # phrases are shorter than messages and lie elsewhere as a whole
    return Teaching(catalogue, centre, _unit(phrases - own_centre), np.array([number for number, _ in pairs]))


# ---------------------------------------------------------------- learning


def _learn(rows: Rows, teaching: Teaching, temperatures: dict[str, float]) -> tuple[Mixture, Mixture, Mixture, Kernel]:
    themed = rows.where(lambda one: bool(one.themes))
    dutch = themed.where(lambda one: one.language == "nl")
    main = _main_themes(themed, teaching)
    shared = (_lda(themed, main, teaching), _logistic(themed, main, teaching))
    parts = {
        "dutch": (*shared, _gram_reader(dutch, _main_themes(dutch, teaching))),
        "other": shared,
        "act": (_act_reader(rows, teaching),),
    }
    mixtures = [
        Mixture(tuple(zip(_WEIGHTS[name], readers, strict=True)), temperatures[name]) for name, readers in parts.items()
    ]
    return (*mixtures, _signal_reader(rows, teaching))  # type: ignore[return-value]


def _main_themes(rows: Rows, teaching: Teaching) -> Array:
    number = {theme: i for i, theme in enumerate(teaching.themes)}
    return np.array([number[one.themes[0]] for one in rows.examples])


def _lda(rows: Rows, classes: Array, teaching: Teaching) -> Linear:
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    model.fit(np.vstack([rows.vectors, teaching.phrases]), np.concatenate([classes, teaching.phrase_themes]))
    return Linear(model.coef_.astype(np.float32), None, model.intercept_.astype(np.float32))


def _logistic(rows: Rows, classes: Array, teaching: Teaching) -> Linear:
    model = LogisticRegression(C=5, max_iter=2000)
    model.fit(np.vstack([rows.vectors, teaching.phrases]), np.concatenate([classes, teaching.phrase_themes]))
    return Linear(model.coef_.astype(np.float32), None, model.intercept_.astype(np.float32))


def _gram_reader(rows: Rows, classes: Array) -> Linear:
    model = LogisticRegression(C=10, max_iter=400, class_weight="balanced").fit(rows.grams, classes)
    return Linear(None, model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32))


def _act_reader(rows: Rows, teaching: Teaching) -> Linear:
    acts = [NO_ACT, *teaching.catalogue.acts]
    classes = np.array([acts.index(one.act or NO_ACT) for one in rows.examples])
    model = LogisticRegression(C=10, max_iter=400).fit(_beside(rows), classes)
    missing = len(acts) - len(model.classes_)
    if missing:
        raise ValueError(f"{missing} of the acts have no messages in intents/data/*/acts.yaml. Write some.")
    return _split(model.coef_, model.intercept_, rows)


def _signal_reader(rows: Rows, teaching: Teaching) -> Kernel:
    """Learn each signal against all other messages, and last whether there is any danger at all."""
    targets = [np.array([one in example.signals for example in rows.examples]) for one in teaching.catalogue.signals]
    targets.append(np.array([bool(example.signals) for example in rows.examples]))
    likeness = _likeness(rows.vectors, rows.vectors)
    weights = np.zeros((len(targets), len(rows.examples)), np.float32)
    offset = np.zeros(len(targets), np.float32)
    for number, target in enumerate(targets):
        model = SVC(C=3, kernel="precomputed", class_weight={False: 1.0, True: 2.0}).fit(likeness, target)
        weights[number, model.support_] = model.dual_coef_[0]
        offset[number] = model.intercept_[0]
    used = np.flatnonzero(np.abs(weights).sum(axis=0))
    return Kernel(rows.vectors[used].astype(np.float32), weights[:, used], offset, _GAMMA)


def _likeness(some: Array, others: Array) -> Array:
    """Return the likeness (RBF) of rows of length 1, shape (some, others)."""
    return np.asarray(np.exp(2 * _GAMMA * (some @ others.T - 1)), dtype=np.float64)


def _beside(rows: Rows) -> csr_matrix:
    return hstack([csr_matrix(rows.vectors), _GRAM_SCALE * rows.grams]).tocsr()


def _split(weights: Array, offset: Array, rows: Rows) -> Linear:
    width = rows.vectors.shape[1]
    grams = (_GRAM_SCALE * weights[:, width:]).T
    return Linear(weights[:, :width].astype(np.float32), grams.astype(np.float32), offset.astype(np.float32))


# ---------------------------------------------------------------- calibrating on messages held out in turn


def _held_out(rows: Rows, teaching: Teaching, progress: Progress) -> tuple[Thresholds, dict[str, float]]:
    """Learn on most messages, look at the rest, in turn; return thresholds and temperatures that suit what was seen."""
    plain = dict.fromkeys(_WEIGHTS, 1.0)
    seen: list[tuple[Example, dict[str, Array]]] = []
    strata = [(one.themes or (one.act or "",))[0] for one in rows.examples]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for number, (some, rest) in enumerate(folds.split(strata, strata)):
        progress(0.5 + 0.4 * number / FOLDS, "Drempels ijken")
        dutch, other, act, signal = _learn(rows.take(some), teaching, plain)
        for example, scores in zip(
            rows.take(rest).examples, _scores(rows.take(rest), dutch, other, act, signal), strict=True
        ):
            seen.append((example, scores))
    temperatures = {name: _temperature([(one, s[name]) for one, s in seen], name, teaching) for name in _WEIGHTS}
    return _thresholds(seen, teaching, temperatures), temperatures


def _scores(rows: Rows, dutch: Mixture, other: Mixture, act: Mixture, signal: Kernel) -> list[dict[str, Array]]:
    def mixed(mixture: Mixture) -> Array:
        return np.asarray(sum(weight * _log_softmax(_all(reader, rows)) for weight, reader in mixture.readers))

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
    return np.asarray(_likeness(rows.vectors, reader.points) @ reader.weights.T + reader.offset)


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
    chances = np.exp(_log_softmax(scores))
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
            chances = np.exp(_log_softmax(scores[name] / temperatures[name]))
            order = np.argsort(-chances)
            firsts.append((float(chances[order[0]]), int(order[0]) in right))
            thirds += [(float(chances[i]), int(i) in right) for i in order[1:3]]
        theme[name] = _lowest(firsts, lambda acted, total: acted.count(False) <= _WRONG * total)
        also[name] = _lowest(thirds, lambda acted, _: acted.count(True) >= _ALSO_RIGHT * len(acted))
    act = _act_threshold([(one, scores["act"] / temperatures["act"]) for one, scores in seen])
    return Thresholds(theme=theme, also=also, act=act, signals=_signal_thresholds(seen, teaching))


def _act_threshold(seen: Sequence[tuple[Example, Array]]) -> float:
    """Return how likely an act must be, so that few messages about a theme are taken for one."""
    themed = np.sort([1 - np.exp(_log_softmax(scores))[0] for one, scores in seen if not one.act])
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


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _log_softmax(scores: Array) -> Array:
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
