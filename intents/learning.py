"""Teaches the readers: rows of messages in, linear and kernel readers out (scikit-learn, so only for `train`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from intents.heads import NO_ACT, Kernel, Linear, Mixture
from intents.model import Catalogue, Example

Array = NDArray[Any]

# Of the readers in each mixture, in the order of `learn_readers`. Chosen by cross-validation on the training messages:
# with this many of them, n-grams weigh as much as the vectors, also in the other languages.
WEIGHTS = {"dutch": (0.2, 0.4, 0.4), "other": (0.3, 0.3, 0.4), "act": (1.0,)}
_GRAM_SCALE = 0.7  # of the n-grams beside a vector of length 1
_GAMMA = 2.0  # of the likeness of two messages


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


def learn_readers(
    rows: Rows, teaching: Teaching, temperatures: dict[str, float]
) -> tuple[Mixture, Mixture, Mixture, Kernel]:
    """Return the readers of themes in Dutch and in other languages, of acts and of signals."""
    themed = rows.where(lambda one: bool(one.themes))
    dutch = themed.where(lambda one: one.language == "nl")
    main, dutch_main = _main_themes(themed, teaching), _main_themes(dutch, teaching)
    lda = _lda(themed, main, teaching)
    parts = {
        "dutch": (lda, _both_reader(dutch, dutch_main), _gram_reader(dutch, dutch_main)),
        "other": (lda, _logistic(themed, main, teaching), _gram_reader(themed, main)),
        "act": (_act_reader(rows, teaching),),
    }
    mixtures = [
        Mixture(tuple(zip(WEIGHTS[name], readers, strict=True)), temperatures[name]) for name, readers in parts.items()
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


def _both_reader(rows: Rows, classes: Array) -> Linear:
    model = LogisticRegression(C=10, max_iter=300).fit(_beside(rows), classes)
    return _split(model.coef_, model.intercept_, rows)


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
    alike = likeness(rows.vectors, rows.vectors)
    weights = np.zeros((len(targets), len(rows.examples)), np.float32)
    offset = np.zeros(len(targets), np.float32)
    for number, target in enumerate(targets):
        model = SVC(C=3, kernel="precomputed", class_weight={False: 1.0, True: 2.0}).fit(alike, target)
        weights[number, model.support_] = model.dual_coef_[0]
        offset[number] = model.intercept_[0]
    used = np.flatnonzero(np.abs(weights).sum(axis=0))
    return Kernel(rows.vectors[used].astype(np.float32), weights[:, used], offset, _GAMMA)


def likeness(some: Array, others: Array) -> Array:
    """Return the likeness (RBF) of rows of length 1, shape (some, others)."""
    return np.asarray(np.exp(2 * _GAMMA * (some @ others.T - 1)), dtype=np.float64)


def _beside(rows: Rows) -> csr_matrix:
    return hstack([csr_matrix(rows.vectors), _GRAM_SCALE * rows.grams]).tocsr()


def _split(weights: Array, offset: Array, rows: Rows) -> Linear:
    width = rows.vectors.shape[1]
    grams = (_GRAM_SCALE * weights[:, width:]).T
    return Linear(weights[:, :width].astype(np.float32), grams.astype(np.float32), offset.astype(np.float32))
