"""Teaches the readers: rows of messages in, linear readers out (scikit-learn, so only for `train`)."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from intents.heads import NO_ACT, YOUNG, Alarm, Linear, linear
from intents.model import Catalogue, Example

Array = NDArray[Any]

# How much each reader counts, in log probabilities; looked for on the development messages.
_THEME = {"vector": 0.4, "grams": 0.6}
SHARES = {"dutch": _THEME, "other": _THEME, "act": {"act_vector": 0.4, "act_grams": 0.6}}
_GRAM_SCALE = 0.7  # of the n-grams beside a vector of length 1
_THREADS = 2
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
    with ThreadPoolExecutor(_THREADS) as threads:
        learned = {
            "vector": threads.submit(_vector_reader, themed, teaching),
            "grams": threads.submit(_gram_reader, themed, teaching),
            "act_vector": threads.submit(_act_reader, rows, rows.vectors, teaching, 2),
            "act_grams": threads.submit(_act_reader, rows, rows.grams, teaching, 20),
        }
        return {name: reader.result() for name, reader in learned.items()}


def learn_alarm(rows: Rows, catalogue: Catalogue) -> Alarm:
    """Return the reader of danger: which signal it looks like, and by n-grams alone whether it is any."""
    with ThreadPoolExecutor(_THREADS) as threads:
        which = threads.submit(_which_reader, rows, catalogue)
        grams = threads.submit(_any_reader, rows)
        return Alarm(which.result(), grams.result(), young=catalogue.signals.index(YOUNG))


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


def _act_reader(rows: Rows, seen: Array | csr_matrix, teaching: Teaching, freedom: float) -> Linear:
    acts = [NO_ACT, *teaching.catalogue.acts]
    classes = np.array([acts.index(one.act or NO_ACT) for one in rows.examples])
    model = LogisticRegression(C=freedom, max_iter=_MANY).fit(seen, classes)
    missing = len(acts) - len(model.classes_)
    if missing:
        raise ValueError(f"{missing} of the acts have no messages in intents/data/*/acts.yaml. Write some.")
    if seen is rows.vectors:
        return linear(model.intercept_, vector=model.coef_)
    return linear(model.intercept_, grams=model.coef_.T)


def _any_reader(rows: Rows) -> Linear:
    """Return a reader by n-grams of two things: any danger, and a minor who writes."""
    targets = [
        np.array([bool(set(one.signals) - {YOUNG}) for one in rows.examples]),
        np.array([YOUNG in one.signals for one in rows.examples]),
    ]
    models = [
        LogisticRegression(C=30, max_iter=_MANY, class_weight="balanced").fit(rows.grams, target) for target in targets
    ]
    return linear(
        np.array([model.intercept_[0] for model in models]), grams=np.array([model.coef_[0] for model in models]).T
    )


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


def _beside(rows: Rows) -> csr_matrix:
    return hstack([csr_matrix(rows.vectors), _GRAM_SCALE * rows.grams]).tocsr()


def _split(weights: Array, offset: Array, rows: Rows) -> Linear:
    width = rows.vectors.shape[1]
    return linear(offset, vector=weights[:, :width], grams=(_GRAM_SCALE * weights[:, width:]).T)
