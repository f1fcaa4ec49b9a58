"""Catalogue to model file. Runs on a developer's machine (scikit-learn); the running product only reads the file.

Recipe: a logistic reader of the vectors of the tuned encoder (tune.py), also taught the phrases that define the
themes, beside logistic readers of n-grams, mixed as log probabilities; acts in the same way; danger by a logistic
reader of both for each signal, beside one of n-grams for any danger. Temperatures, shares and thresholds come from
the development messages (calibrate.py).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from intents.calibrate import KINDS, calibrated
from intents.encoder.delta import DELTA, fingerprint_of, save_delta
from intents.encoder.encode import Encoder, load_encoder
from intents.encoder.weights import Weights
from intents.heads import NO_ACT, Heads, Thresholds, load, save
from intents.learning import SHARES, Array, Rows, Teaching, learn_alarm, learn_readers
from intents.load import fingerprint, load_catalogue
from intents.model import Catalogue, Example, Progress
from intents.ngrams import Ngrams, learn
from intents.normalise import guard

_THREADS = 2
_LEAST = 4  # messages in which an n-gram must occur
_EACH = dict.fromkeys(KINDS, 0.0)
_OPEN = Thresholds(_EACH, _EACH, 0.0, dict.fromkeys(KINDS, (0.0, 0.0)), _EACH)


def retrain(folder: Path, progress: Progress, *, heads_only: bool = False) -> None:
    """Tune the encoder on the messages of a folder, unless the tuned one is kept, and write both files there."""
    catalogue, delta = load_catalogue(folder), folder / DELTA.name
    if not heads_only:
        from intents.tune import tune  # noqa: PLC0415 -- needs torch, which not everybody has who learns the readers

        save_delta(tune(catalogue, Weights(), progress), delta)
    save(train(catalogue, load_encoder(progress, delta), progress, delta), folder / "model.npz")


def recalibrate(folder: Path, progress: Progress) -> None:
    """Choose the temperatures and thresholds in the model file of a folder again; all that was learned stays."""
    model, delta = folder / "model.npz", folder / DELTA.name
    save(calibrated(load(model), load_catalogue(folder).development, load_encoder(progress, delta)), model)


def train(catalogue: Catalogue, encoder: Encoder, progress: Progress, delta: Path = DELTA) -> Heads:
    """Return the readers learned from a catalogue. Same catalogue, same encoder (tuned by `delta`): same readers."""
    raw = _encode(encoder, catalogue.examples, progress)
    centre = raw.mean(axis=0)
    ngrams = learn((guard(one.text) for one in catalogue.examples), _LEAST)
    rows = _rows(catalogue.examples, raw, centre, ngrams)
    progress(0.5, "Lezers leren")
    readers = learn_readers(rows, _teaching(catalogue, encoder))
    progress(0.8, "Gevaar leren zien")
    heads = Heads(
        themes=tuple(theme.id for theme in catalogue.themes),
        signals=catalogue.signals,
        acts=(NO_ACT, *catalogue.acts),
        centre=centre.astype(np.float32),
        ngrams=ngrams,
        readers=readers,
        shares=SHARES,
        temperatures=dict.fromkeys(SHARES, 1.0),
        alarm=learn_alarm(rows, catalogue),
        thresholds=_OPEN,
        data=fingerprint(catalogue),
        encoder=fingerprint_of(delta),
    )
    progress(0.95, "Drempels ijken")
    heads = calibrated(heads, catalogue.development, encoder)
    progress(1.0, "Klaar")
    return heads


def _rows(examples: Sequence[Example], raw: Array, centre: Array, ngrams: Ngrams) -> Rows:
    return Rows(examples, _unit(raw - centre), matrix(ngrams, [guard(one.text) for one in examples]))


def matrix(ngrams: Ngrams, texts: Sequence[str]) -> csr_matrix:
    """Return the n-grams of the texts as sparse rows."""
    read = [ngrams.read(text) for text in texts]
    ends = np.cumsum([0, *(len(indices) for indices, _ in read)])
    indices = np.concatenate([indices for indices, _ in read])
    values = np.concatenate([values for _, values in read])
    return csr_matrix((values, indices, ends), shape=(len(texts), len(ngrams.vocabulary)))


def _encode(encoder: Encoder, examples: Sequence[Example], progress: Progress) -> Array:
    vectors = []
    with ThreadPoolExecutor(_THREADS) as threads:
        for number, vector in enumerate(threads.map(encoder.encode, [guard(one.text) for one in examples])):
            vectors.append(vector)
            if number % 50 == 0:
                progress(0.5 * number / len(examples), "Berichten lezen")
    return np.array(vectors)


def _teaching(catalogue: Catalogue, encoder: Encoder) -> Teaching:
    pairs = [(number, term) for number, theme in enumerate(catalogue.themes) for term in theme.terms]
    phrases = np.array([encoder.encode(guard(term)) for _, term in pairs])
    own_centre = phrases.mean(axis=0)  # phrases are shorter than messages and lie elsewhere as a whole
    return Teaching(catalogue, _unit(phrases - own_centre), np.array([number for number, _ in pairs]))


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
