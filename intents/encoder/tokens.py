"""Cuts a text into word pieces: the likeliest way to write it with the vocabulary (unigram, Viterbi)."""

from collections.abc import Sequence

from intents.encoder.weights import Pieces

SPACE = "\u2581"  # how the vocabulary writes a space
LONGEST = 16  # code points in the longest piece that we try; longer ones are runs of one sign


class Tokeniser:
    """Text to numbers of word pieces, with the begin and end marks around them."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._scores: list[float] = pieces.scores.tolist()
        self._unknown_score = min(self._scores) - 10.0
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
        ids, scores, unknown = self._pieces.ids, self._scores, self._pieces.unknown
        length = len(text)
        best = [0.0] + [-1e30] * length
        came = [(0, unknown)] * (length + 1)
        for start in range(length):
            here = best[start]
            for stop in range(start + 1, min(length, start + self._longest) + 1):
                number = ids.get(text[start:stop])
                if number is not None and number != unknown:
                    score = here + scores[number]
                    if score > best[stop]:
                        best[stop], came[stop] = score, (start, number)
            if here + self._unknown_score > best[start + 1]:
                best[start + 1], came[start + 1] = here + self._unknown_score, (start, unknown)
        return _walk_back(came, length)


def _walk_back(came: Sequence[tuple[int, int]], at: int) -> list[int]:
    found = []
    while at:
        at, number = came[at]
        found.append(number)
    return found[::-1]
