"""The vocabulary of the tokeniser as a trie: a quarter of a million word pieces in a few MB, not in fifty."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import marisa_trie
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pieces:
    """The word pieces; `numbers` and `scores` (log probabilities) are in the order of the trie.

    `normal` says how a sign is written before it is cut, by its code point.
    """

    trie: marisa_trie.Trie
    numbers: NDArray[np.int32]
    scores: NDArray[np.float32]
    normal: Mapping[int, str]
    begin: int
    end: int
    unknown: int

    def save(self, path: Path) -> None:
        """Write them to one file, all at once."""
        path.parent.mkdir(parents=True, exist_ok=True)
        points = np.array(list(self.normal), np.uint32)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as scratch:
            np.savez(
                scratch,
                trie=np.frombuffer(self.trie.tobytes(), np.uint8),
                numbers=self.numbers,
                scores=self.scores,
                points=points,
                written=np.array(list(self.normal.values())),
                marks=np.array([self.begin, self.end, self.unknown]),
            )
        Path(scratch.name).replace(path)


def load(path: Path) -> Pieces:
    """Return the pieces that `save` wrote."""
    with np.load(path) as arrays:
        trie = marisa_trie.Trie().frombytes(arrays["trie"].tobytes())
        normal = dict(zip(arrays["points"].tolist(), arrays["written"].tolist(), strict=True))
        begin, end, unknown = arrays["marks"].tolist()
        return Pieces(trie, arrays["numbers"], arrays["scores"], normal, begin, end, unknown)


def collect(
    pieces: Iterable[str], scores: NDArray[np.float32], normal: Mapping[int, str], begin: int, end: int, unknown: int
) -> Pieces:
    """Return pieces, given in the order of their numbers, as a trie. Of the same text twice, the last one counts."""
    numbers = {piece: number for number, piece in enumerate(pieces)}
    trie = marisa_trie.Trie(numbers)
    order = np.zeros(len(numbers), np.int32)
    for piece, place in trie.iteritems():
        order[place] = numbers[piece]
    return Pieces(trie, order, scores[order], normal, begin, end, unknown)
