"""Catalogue to model file. Runs on a developer's machine (scikit-learn); the running product only reads the file.

Recipe: a shrinkage-LDA of the vectors, also taught the phrases that define the themes, beside logistic readers of
n-grams and of both together (Dutch), or of each by itself (other languages), mixed as log probabilities; acts by a
logistic reader of both; danger by support vectors over the vectors. Thresholds and temperatures come from messages
held out in turn (calibrate.py).
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from intents.calibrate import calibrate
from intents.encoder.encode import Encoder
from intents.heads import NO_ACT, Heads
from intents.learning import Array, Rows, Teaching, learn_readers
from intents.load import fingerprint
from intents.model import Catalogue, Progress
from intents.ngrams import Ngrams, learn
from intents.normalise import guard

_LEAST = 4  # messages in which an n-gram must occur


def train(catalogue: Catalogue, encoder: Encoder, progress: Progress) -> Heads:
    """Return the readers learned from a catalogue. Same catalogue, same encoder: same readers."""
    texts = [guard(example.text) for example in catalogue.examples]
    raw = _encode(encoder, texts, progress)
    centre = raw.mean(axis=0)
    ngrams = learn(texts, _LEAST)
    rows = Rows(catalogue.examples, _unit(raw - centre), matrix(ngrams, texts))
    teaching = _teaching(catalogue, encoder, centre)
    limits, temperatures = calibrate(rows, teaching, progress)
    progress(0.95, "Lezers leren")
    dutch, other, act, signal = learn_readers(rows, teaching, temperatures)
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


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
