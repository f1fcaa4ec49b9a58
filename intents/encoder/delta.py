"""What tuning changed in the encoder: 4-bit differences to the weights of the package, in one small file.

A matrix keeps a scale a row and a number from -7 to 7 a weight, two to a byte; biases and norms keep float16
differences. Rounding changes a vector by less than a thousandth (cosine), unlike rounding the tuned weights.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intents.encoder.weights import Floats

DELTA = Path(__file__).parents[1] / "data" / "encoder.npz"
_MOST = 7  # of the 4-bit numbers, either way


def save_delta(tensors: Mapping[str, Floats], path: Path) -> None:
    """Write the differences, rounded, to one file; the same bytes for the same differences."""
    arrays: dict[str, NDArray[Any]] = {}
    for name in sorted(tensors):
        tensor = tensors[name]
        if tensor.ndim == 1:
            arrays[name] = tensor.astype(np.float16)
        else:
            arrays[f"{name}.scale"], arrays[f"{name}.packed"] = _pack(tensor)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def load_delta(path: Path = DELTA) -> dict[str, Floats]:
    """Return the differences by the name of the tensor, a matrix as (rows, width); none when there is no file."""
    if not path.exists():
        return {}
    with np.load(path) as arrays:
        rows = {name: arrays[name].astype(np.float32) for name in arrays.files if not _is_part(name)}
        matrices = [name.removesuffix(".packed") for name in arrays.files if name.endswith(".packed")]
        return rows | {name: _unpack(arrays[f"{name}.scale"], arrays[f"{name}.packed"]) for name in matrices}


def fingerprint_of(path: Path = DELTA) -> str:
    """Return a short name of exactly this file, "plain" when there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else "plain"


def _is_part(name: str) -> bool:
    return name.endswith((".scale", ".packed"))


def _pack(matrix: Floats) -> tuple[NDArray[np.float16], NDArray[np.uint8]]:
    """Return a scale a row and two weights a byte, the even columns in the low half."""
    scale = np.asarray(np.abs(matrix).max(axis=1, keepdims=True) / _MOST, np.float16)
    step = np.where(scale > 0, scale, 1).astype(np.float32)
    numbers = (np.round(matrix / step).clip(-_MOST, _MOST) + 8).astype(np.uint8)
    return scale, (numbers[:, 0::2] | (numbers[:, 1::2] << 4)).astype(np.uint8)


def _unpack(scale: NDArray[np.float16], packed: NDArray[np.uint8]) -> Floats:
    numbers = np.empty((packed.shape[0], 2 * packed.shape[1]), np.float32)
    numbers[:, 0::2], numbers[:, 1::2] = packed & 0x0F, packed >> 4
    return (numbers - 8) * scale.astype(np.float32)
