"""The learned readers: linear maps from a text's vector and n-grams to themes, signals and acts.

All arrays live in one file, `data/model.npz`, that `wegwijs train` makes from the catalogue.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
from numpy.typing import NDArray

from intents.ngrams import Indices, Ngrams

Floats = NDArray[np.float32]
YOUNG = "minor_speaking"  # tells who writes; the other signals tell of danger
_WHOLE = 0.4  # how much the whole message counts beside a stretch of it; looked for on the development messages
NO_ACT = "-"  # the class of messages that ask or tell something, the first of the acts' classes


@dataclass(frozen=True)
class Features:
    """What the learned readers look at: the vector (384,) and the known n-grams of one text."""

    vector: Floats
    indices: Indices
    values: Floats


@dataclass(frozen=True)
class Linear:
    """Scores of classes: vector part (classes, 384) or none, n-gram part or none, and offsets (classes,).

    The n-gram part is kept in int8, (n-grams, classes), with one step a class.
    """

    offset: Floats
    vector: Floats | None = None
    grams: NDArray[np.int8] | None = None
    steps: Floats | None = None

    def scores(self, features: Features) -> Floats:
        """Return one score a class."""
        total = self.offset
        if self.vector is not None:
            total = total + self.vector @ features.vector
        if self.grams is not None and self.steps is not None:
            total = total + features.values @ self.grams[features.indices].astype(np.float32) * self.steps
        return np.asarray(total, dtype=np.float32)

    def weights_of(self, features: Features) -> Floats:
        """Return how much each known n-gram of a text adds to each class: (n-grams of the text, classes)."""
        if self.grams is None or self.steps is None:
            return np.zeros((len(features.indices), len(self.offset)), np.float32)
        return features.values[:, None] * self.grams[features.indices].astype(np.float32) * self.steps


def linear(offset: NDArray[Any], vector: NDArray[Any] | None = None, grams: NDArray[Any] | None = None) -> Linear:
    """Return a reader from what was learned: vector part (classes, 384), n-gram part (n-grams, classes)."""
    steps = None if grams is None else (np.abs(grams).max(axis=0) / 127 + 1e-12).astype(np.float32)
    return Linear(
        offset=offset.astype(np.float32),
        vector=None if vector is None else vector.astype(np.float32),
        grams=None if grams is None else np.round(grams / steps).astype(np.int8),
        steps=steps,
    )


@dataclass(frozen=True)
class Mixture:
    """Several linear readers of the same classes, weighed and calibrated into probabilities."""

    readers: tuple[tuple[float, Linear], ...]
    temperature: float

    def probabilities(self, features: Features) -> Floats:
        """Return the probability of each class; they add up to 1."""
        parts = [weight * log_softmax(reader.scores(features)) for weight, reader in self.readers]
        mixed = np.asarray(np.sum(parts, axis=0) / self.temperature, dtype=np.float32)
        return np.asarray(np.exp(log_softmax(mixed)), dtype=np.float32)


@dataclass(frozen=True)
class Alarm:
    """Sees danger, and that a minor writes (two scores each), and tells which signals it may be (one score each).

    `which` reads the signals by vector and n-grams, `grams` any danger and a minor by n-grams alone; `shares` tells
    how much those count beside the likeliest signal and beside the signal of a minor, whose place is `young`.
    """

    which: Linear
    grams: Linear
    young: int
    shares: tuple[float, float] = (0.0, 0.0)

    def scores(self, features: Features) -> tuple[float, float, Floats]:
        """Return how much it looks like danger, like a minor who writes, and like each signal."""
        which, (danger, young) = self.which.scores(features), self.grams.scores(features)
        likeliest = float(np.delete(which, self.young).max())
        return (
            likeliest + self.shares[0] * float(danger),
            float(which[self.young]) + self.shares[1] * float(young),
            which,
        )


@dataclass(frozen=True)
class Thresholds:
    """From which probability or score on a reading counts; chosen by `train` on the development messages.

    All but `act` are by "dutch" and "other"; `alarm` is for danger and for a minor who writes. A `stretch` of a message
    stands by itself, so it must look more like danger than a whole one, by this much.
    """

    theme: Mapping[str, float]
    also: Mapping[str, float]
    act: float
    alarm: Mapping[str, tuple[float, float]]
    stretch: Mapping[str, float]


@dataclass(frozen=True)
class Heads:
    """All learned readers together. `data` and `encoder` tell of which catalogue and encoder (fingerprints).

    `shares` tells by mixture how much each of the theme readers counts, `temperatures` how sure they may be.
    """

    themes: tuple[str, ...]
    signals: tuple[str, ...]
    acts: tuple[str, ...]
    centre: Floats
    ngrams: Ngrams
    readers: Mapping[str, Linear]
    shares: Mapping[str, Mapping[str, float]]
    temperatures: Mapping[str, float]
    alarm: Alarm
    thresholds: Thresholds
    data: str
    encoder: str

    def features(self, text: str, vector: Floats) -> Features:
        """Return what the readers look at, from a guarded text and its vector."""
        centred = vector - self.centre
        return Features(centred / (np.linalg.norm(centred) or 1.0), *self.ngrams.read(text))

    def mixture(self, name: str) -> Mixture:
        """Return the readers of "dutch" or "other" themes, or of acts."""
        readers = tuple((share, self.readers[reader]) for reader, share in self.shares[name].items())
        return Mixture(readers, self.temperatures[name])

    def danger(self, features: Features, language: str) -> float:
        """Return how much it looks like danger; from 0 on a whole message counts as such."""
        return self.alarm.scores(features)[0] - self.thresholds.alarm[mixture_of(language)][0]

    def danger_beside(self, whole: Features, stretches: Sequence[Features], language: str) -> list[float]:
        """Return how much each stretch of a message looks like danger; the whole of it counts a little."""
        all_of_it = _WHOLE * self.danger(whole, language)
        return [self.danger(one, language) + all_of_it for one in stretches]

    def signals_in(self, whole: Features, alarming: Sequence[Features], language: str) -> tuple[str, ...]:
        """Return the signals that are seen; danger that is none of them plainly is the likeliest of them."""
        seen = {signal for one in alarming for signal in self._likeliest(one)}
        if self.alarm.scores(whole)[1] >= self.thresholds.alarm[mixture_of(language)][1]:
            seen.add(YOUNG)
        return tuple(one for one in self.signals if one in seen)

    def _likeliest(self, features: Features) -> list[str]:
        scores = zip(self.alarm.scores(features)[2].tolist(), self.signals, strict=True)
        dangers = [(score, one) for score, one in scores if one != YOUNG]
        return [one for score, one in dangers if score >= 0] or [max(dangers)[1]]


def mixture_of(language: str) -> str:
    """Return which mixture reads the themes of a language."""
    return "dutch" if language == "nl" else "other"


def save(heads: Heads, path: Path) -> None:
    """Write all readers to one file, the same bytes for the same readers."""
    arrays: dict[str, NDArray[np.generic]] = {"centre": heads.centre, "rarity": heads.ngrams.rarity}
    arrays["vocabulary"] = np.frombuffer(heads.ngrams.vocabulary.tobytes(), np.uint8)
    for name, reader in _linears(heads).items():
        parts = {part: getattr(reader, part) for part in ("offset", "vector", "grams", "steps")}
        arrays.update({f"{name}.{part}": array for part, array in parts.items() if array is not None})
    arrays["about"] = np.frombuffer(json.dumps(_about(heads), sort_keys=True).encode(), np.uint8)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _linears(heads: Heads) -> Mapping[str, Linear]:
    return {**heads.readers, "alarm.grams": heads.alarm.grams, "alarm.which": heads.alarm.which}


def _about(heads: Heads) -> Mapping[str, object]:
    return {
        "themes": heads.themes,
        "signals": heads.signals,
        "acts": heads.acts,
        "readers": list(heads.readers),
        "data": heads.data,
        "encoder": heads.encoder,
        "alarm": heads.alarm.shares,
        "shares": {name: dict(shares) for name, shares in heads.shares.items()},
        "temperatures": dict(heads.temperatures),
        "thresholds": asdict(heads.thresholds),
    }


def load(path: Path) -> Heads:
    """Return the readers from a file."""
    with np.load(path) as arrays:
        about = json.loads(arrays["about"].tobytes())
        vocabulary = marisa_trie.Trie().frombytes(arrays["vocabulary"].tobytes())
        limits = about["thresholds"]
        return Heads(
            themes=tuple(about["themes"]),
            signals=tuple(about["signals"]),
            acts=tuple(about["acts"]),
            centre=arrays["centre"],
            ngrams=Ngrams(vocabulary, arrays["rarity"]),
            readers={name: _linear(arrays, name) for name in about["readers"]},
            shares=about["shares"],
            temperatures=about["temperatures"],
            alarm=Alarm(
                _linear(arrays, "alarm.which"),
                _linear(arrays, "alarm.grams"),
                young=about["signals"].index(YOUNG),
                shares=tuple(about["alarm"]),
            ),
            thresholds=Thresholds(
                theme=limits["theme"],
                also=limits["also"],
                act=limits["act"],
                alarm={name: (danger, young) for name, (danger, young) in limits["alarm"].items()},
                stretch=limits["stretch"],
            ),
            data=about["data"],
            encoder=about["encoder"],
        )


def _linear(arrays: Mapping[str, NDArray[Any]], name: str) -> Linear:
    parts = ("offset", "vector", "grams", "steps")
    return Linear(**{part: arrays[f"{name}.{part}"] for part in parts if f"{name}.{part}" in arrays})


def log_softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Return scores as log probabilities over their last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
