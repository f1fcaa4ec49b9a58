"""Teaches the readers: rows of messages in, linear and kernel readers out (scikit-learn, so only for `train`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from intents.heads import NO_ACT, YOUNG, Alarm, Kernel, Linear, linear
from intents.model import Catalogue, Example

Array = NDArray[Any]

# How much each reader counts, in log probabilities; looked for on the development messages.
_THEME = {"vector": 0.4, "grams": 0.6}
SHARES = {"dutch": _THEME, "other": _THEME, "act": {"act": 1.0}}
_GRAM_SCALE = 0.7  # of the n-grams beside a vector of length 1
_GAMMA = 2.0  # of the likeness of two messages
_GRAM_SHARE = 0.5  # of the n-grams beside the likeness, both at one spread, in seeing danger
_MOST_COMPARED = 20_000  # messages; more would need over 4 GB
_MANY = 400  # steps of a logistic reader at most


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
    phrases: Array
    phrase_themes: Array

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes, in their order."""
        return tuple(theme.id for theme in self.catalogue.themes)


def learn_readers(rows: Rows, teaching: Teaching) -> dict[str, Linear]:
    """Return the readers of themes and acts by their names in SHARES."""
    themed = rows.where(lambda one: bool(one.themes))
    return {
        "vector": _vector_reader(themed, teaching),
        "grams": _gram_reader(themed, teaching),
        "act": _act_reader(rows, teaching),
    }


def learn_alarm(rows: Rows, catalogue: Catalogue) -> Alarm:
    """Return the reader of danger: by likeness and n-grams whether there is any, by both which it is."""
    targets = [
        np.array([bool(set(one.signals) - {YOUNG}) for one in rows.examples]),
        np.array([YOUNG in one.signals for one in rows.examples]),
    ]
    likeness, spreads = _likeness_reader(rows, targets)
    grams, offsets = [], []
    for target, spread in zip(targets, spreads, strict=True):
        model = LogisticRegression(C=30, max_iter=_MANY, class_weight="balanced").fit(rows.grams, target)
        share = _GRAM_SHARE * spread / float(np.std(model.decision_function(rows.grams)))
        grams.append(share * model.coef_[0])
        offsets.append(share * model.intercept_[0])
    together = linear(np.array(offsets), grams=np.array(grams).T)
    return Alarm(likeness, together, _which_reader(rows, catalogue), young=catalogue.signals.index(YOUNG))


def main_themes(rows: Rows, teaching: Teaching) -> Array:
    """Return the number of the main theme of each row."""
    number = {theme: i for i, theme in enumerate(teaching.themes)}
    return np.array([number[one.themes[0]] for one in rows.examples])


def _vector_reader(rows: Rows, teaching: Teaching) -> Linear:
    model = LogisticRegression(C=2, max_iter=1000, class_weight="balanced")
    classes = np.concatenate([main_themes(rows, teaching), teaching.phrase_themes])
    model.fit(np.vstack([rows.vectors, teaching.phrases]), classes)
    return linear(model.intercept_, vector=model.coef_)


def _gram_reader(rows: Rows, teaching: Teaching) -> Linear:
    model = LogisticRegression(C=10, max_iter=_MANY, class_weight="balanced")
    model.fit(rows.grams, main_themes(rows, teaching))
    return linear(model.intercept_, grams=model.coef_.T)


def _act_reader(rows: Rows, teaching: Teaching) -> Linear:
    acts = [NO_ACT, *teaching.catalogue.acts]
    classes = np.array([acts.index(one.act or NO_ACT) for one in rows.examples])
    model = LogisticRegression(C=10, max_iter=_MANY).fit(_beside(rows), classes)
    missing = len(acts) - len(model.classes_)
    if missing:
        raise ValueError(f"{missing} of the acts have no messages in intents/data/*/acts.yaml. Write some.")
    return _split(model.coef_, model.intercept_, rows)


def _likeness_reader(rows: Rows, targets: Sequence[Array]) -> tuple[Kernel, list[float]]:
    """Return support vectors for each target, and how far their scores spread."""
    compared = _compared(rows)
    vectors = rows.vectors[compared]
    alike = likeness(vectors, vectors)
    weights, offsets, spreads = np.zeros((len(targets), len(compared)), np.float32), [], []
    for number, target in enumerate(targets):
        model = SVC(C=3, kernel="precomputed", class_weight={False: 1.0, True: 2.0}).fit(alike, target[compared])
        weights[number, model.support_] = model.dual_coef_[0]
        offsets.append(float(model.intercept_[0]))
        spreads.append(float(np.std(weights[number] @ alike)))
    used = np.flatnonzero(np.abs(weights).sum(axis=0))
    return Kernel(vectors[used].astype(np.float32), weights[:, used], np.array(offsets, np.float32), _GAMMA), spreads


def _compared(rows: Rows) -> Array:
    """Return the rows that are compared: all but a regular part of the plain questions, when they are too many."""
    plain = np.array([bool(one.themes) and not one.signals for one in rows.examples])
    over = len(rows.examples) - _MOST_COMPARED
    if over <= 0:
        return np.arange(len(rows.examples))
    numbers = np.flatnonzero(plain)
    left_out = numbers[np.linspace(0, len(numbers) - 1, over).astype(int)]
    return np.setdiff1d(np.arange(len(rows.examples)), left_out)


def _which_reader(rows: Rows, catalogue: Catalogue) -> Linear:
    """Return a reader of each signal against all other messages; above 0 it is likelier than not."""
    both = _beside(rows)
    coefficients, offsets = [], []
    for signal in catalogue.signals:
        target = np.array([signal in one.signals for one in rows.examples])
        model = LogisticRegression(C=10, max_iter=_MANY, class_weight={False: 1.0, True: 3.0}).fit(both, target)
        coefficients.append(model.coef_[0])
        offsets.append(model.intercept_[0])
    return _split(np.array(coefficients), np.array(offsets), rows)


def likeness(some: Array, others: Array) -> Array:
    """Return the likeness (RBF) of rows of length 1, shape (some, others)."""
    alike = some.astype(np.float64) @ others.T.astype(np.float64)
    alike -= 1
    alike *= 2 * _GAMMA
    return np.exp(alike, out=alike)


def _beside(rows: Rows) -> csr_matrix:
    return hstack([csr_matrix(rows.vectors), _GRAM_SCALE * rows.grams]).tocsr()


def _split(weights: Array, offset: Array, rows: Rows) -> Linear:
    width = rows.vectors.shape[1]
    return linear(offset, vector=weights[:, :width], grams=(_GRAM_SCALE * weights[:, width:]).T)
