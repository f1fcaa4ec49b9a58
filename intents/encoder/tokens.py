"""Cuts a text into word pieces: the likeliest way to write it with the vocabulary (unigram, Viterbi)."""

from array import array
from collections.abc import Sequence

import numpy as np

from intents.encoder.pieces import Pieces

SPACE = "\u2581"  # how the vocabulary writes a space
LONGEST = 16  # code points in the longest piece that we try; longer ones are runs of one sign


class Tokeniser:
    """Text to numbers of word pieces, with the begin and end marks around them."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._scores = array("d", pieces.scores)
        self._unknown_score = min(self._scores) - 10.0
        self._unknown = int(np.flatnonzero(pieces.numbers == pieces.unknown)[0])  # its place in the trie
        self._longest = LONGEST

    def ids(self, text: str, most: int) -> list[int]:
        """Return at most `most` numbers, begin and end mark included."""
        found = self._cut(self._spaced(text))[: most - 2]
        return [self._pieces.begin, *found, self._pieces.end]

    def _spaced(self, text: str) -> str:
        normal = self._pieces.normal
        text = "".join(normal.get(ord(sign), sign) for sign in text)
        return SPACE + SPACE.join(part for part in text.split(" ") if part)

    def _cut(self, text: str) -> Sequence[int]:
        scores, unknown = self._scores, self._unknown
        length = len(text)
        best = [0.0] + [-1e30] * length
        came = [(0, unknown)] * (length + 1)
        for start in range(length):
            here = best[start]
            for piece, number in self._pieces.trie.iter_prefixes_with_ids(text[start : start + self._longest]):
                score, stop = here + scores[number], start + len(piece)
                if score > best[stop] and number != unknown:
                    best[stop], came[stop] = score, (start, number)
            if here + self._unknown_score > best[start + 1]:
                best[start + 1], came[start + 1] = here + self._unknown_score, (start, unknown)
        return [int(self._pieces.numbers[number]) for number in _walk_back(came, length)]


def _walk_back(came: Sequence[tuple[int, int]], at: int) -> list[int]:
    found = []
    while at:
        at, number = came[at]
        found.append(number)
    return found[::-1]
