"""The learned readers: linear maps from a text's vector and n-grams to themes, signals and acts.

All arrays live in one file, `data/model.npz`, that `wegwijs train` makes from the catalogue.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intents.ngrams import Indices, Ngrams

Floats = NDArray[np.float32]
_POINT_STEP = 0.3 / 127  # of the int8 numbers in which points are kept; no part of a vector is larger than 0.3
NO_ACT = "-"  # the class of messages that ask or tell something, the first of the acts' classes


@dataclass(frozen=True)
class Features:
    """What the learned readers look at: the vector (384,) and the known n-grams of one text."""

    vector: Floats
    indices: Indices
    values: Floats


@dataclass(frozen=True)
class Linear:
    """Scores of classes: vector part (classes, 384), n-gram part (n-grams, classes) or none, and offsets."""

    vector: Floats | None
    grams: Floats | None
    offset: Floats

    def scores(self, features: Features) -> Floats:
        """Return one score a class."""
        total = self.offset
        if self.vector is not None:
            total = total + self.vector @ features.vector
        if self.grams is not None and len(features.indices):
            total = total + features.values @ self.grams[features.indices].astype(np.float32)
        return np.asarray(total, dtype=np.float32)


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
class Kernel:
    """Scores of classes from the likeness (RBF) to messages that were learned: points (messages, 384)."""

    points: Floats
    weights: Floats
    offset: Floats
    gamma: float

    def scores(self, vector: Floats) -> Floats:
        """Return one score a class for a vector of length 1."""
        likeness = np.exp(2 * self.gamma * (self.points @ vector - 1))
        return np.asarray(self.weights @ likeness + self.offset, dtype=np.float32)


@dataclass(frozen=True)
class Thresholds:
    """From which probability on a reading is acted on; chosen by `train` on messages that it had not seen."""

    theme: Mapping[str, float]
    also: Mapping[str, float]
    act: float
    signals: Floats  # one a signal, and the last for any danger at all


@dataclass(frozen=True)
class Heads:
    """All learned readers together. `data` is the fingerprint of the catalogue they were learned from."""

    themes: tuple[str, ...]
    signals: tuple[str, ...]
    acts: tuple[str, ...]
    centre: Floats
    ngrams: Ngrams
    dutch: Mixture
    other: Mixture
    signal: Kernel
    act: Mixture
    thresholds: Thresholds
    data: str

    def features(self, text: str, vector: Floats) -> Features:
        """Return what the readers look at, from a guarded text and its vector."""
        centred = vector - self.centre
        return Features(centred / (np.linalg.norm(centred) or 1.0), *self.ngrams.read(text))

    def signals_in(self, features: Features) -> tuple[str, ...]:
        """Return the signals that are seen; where only danger in general is, the likeliest of them."""
        over = self.signal.scores(features.vector) - self.thresholds.signals
        seen = tuple(one for one, margin in zip(self.signals, over[:-1], strict=True) if margin >= 0)
        return seen if seen or over[-1] < 0 else (self.signals[int(np.argmax(over[:-1]))],)


def save(heads: Heads, path: Path) -> None:
    """Write all readers to one file, the same bytes for the same readers."""
    arrays: dict[str, NDArray[np.generic]] = {"centre": heads.centre, "rarity": heads.ngrams.rarity}
    arrays["vocabulary"] = np.frombuffer("\n".join(heads.ngrams.vocabulary).encode(), np.uint8)
    for name, mixture in {"dutch": heads.dutch, "other": heads.other, "act": heads.act}.items():
        for number, (_, reader) in enumerate(mixture.readers):
            arrays.update(_arrays(f"{name}.{number}", reader))
    arrays["signal.points"] = np.round(heads.signal.points / _POINT_STEP).clip(-127, 127).astype(np.int8)
    arrays["signal.weights"] = heads.signal.weights.astype(np.float32)
    arrays["signal.offset"] = heads.signal.offset.astype(np.float32)
    arrays["about"] = np.frombuffer(json.dumps(_about(heads), sort_keys=True).encode(), np.uint8)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _about(heads: Heads) -> Mapping[str, object]:
    mixtures = {"dutch": heads.dutch, "other": heads.other, "act": heads.act}
    limits = heads.thresholds
    return {
        "themes": heads.themes,
        "signals": heads.signals,
        "acts": heads.acts,
        "data": heads.data,
        "gamma": heads.signal.gamma,
        "weights": {name: [weight for weight, _ in mixture.readers] for name, mixture in mixtures.items()},
        "temperature": {name: mixture.temperature for name, mixture in mixtures.items()},
        "thresholds": {
            "theme": dict(limits.theme),
            "also": dict(limits.also),
            "act": limits.act,
            "signals": limits.signals.tolist(),
        },
    }


def load(path: Path) -> Heads:
    """Return the readers from a file."""
    with np.load(path) as arrays:
        about = json.loads(arrays["about"].tobytes())
        vocabulary = arrays["vocabulary"].tobytes().decode().split("\n")
        limits = about["thresholds"]

        def mixture(name: str) -> Mixture:
            weights = enumerate(about["weights"][name])
            readers = tuple((weight, _linear(arrays, f"{name}.{number}")) for number, weight in weights)
            return Mixture(readers, about["temperature"][name])

        return Heads(
            themes=tuple(about["themes"]),
            signals=tuple(about["signals"]),
            acts=tuple(about["acts"]),
            centre=arrays["centre"],
            ngrams=Ngrams({gram: number for number, gram in enumerate(vocabulary)}, arrays["rarity"]),
            dutch=mixture("dutch"),
            other=mixture("other"),
            signal=Kernel(
                arrays["signal.points"].astype(np.float32) * np.float32(_POINT_STEP),
                arrays["signal.weights"],
                arrays["signal.offset"],
                about["gamma"],
            ),
            act=mixture("act"),
            thresholds=Thresholds(
                theme=limits["theme"],
                also=limits["also"],
                act=limits["act"],
                signals=np.array(limits["signals"], np.float32),
            ),
            data=about["data"],
        )


def _arrays(name: str, reader: Linear) -> dict[str, NDArray[np.generic]]:
    parts = {"vector": reader.vector, "grams": reader.grams, "offset": reader.offset}
    kinds = {"vector": np.float32, "grams": np.float16, "offset": np.float32}
    return {f"{name}.{part}": array.astype(kinds[part]) for part, array in parts.items() if array is not None}


def _linear(arrays: Mapping[str, NDArray[np.generic]], name: str) -> Linear:
    found = {part: arrays[f"{name}.{part}"] for part in ("vector", "grams", "offset") if f"{name}.{part}" in arrays}
    return Linear(found.get("vector"), found.get("grams"), found["offset"])  # type: ignore[arg-type]


def log_softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Return scores as log probabilities over their last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
