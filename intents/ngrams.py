"""Reads words and pieces of words: which of them a text has, weighed by how rare they are (TF-IDF)."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import marisa_trie
import numpy as np
from numpy.typing import NDArray

from intents.normalise import plain, words

Indices = NDArray[np.int32]
Floats = NDArray[np.float32]
_SHORTEST, _LONGEST = 2, 5
LONGEST_WORD = 40  # code points; what is longer is no word


def grams(text: str) -> list[str]:
    """Return the words, pairs of words and pieces of words of a guarded text; a word starts with "=", a pair too."""
    found = [word[:LONGEST_WORD] for word in words(plain(text))]
    whole = ["=" + word for word in found]
    pairs = [f"={first} {second}" for first, second in pairwise(found)]
    return whole + pairs + [piece for word in found for piece in _pieces(f" {word} ")]


def _pieces(word: str) -> Iterable[str]:
    for size in range(_SHORTEST, _LONGEST + 1):
        for start in range(len(word) - size + 1):
            yield word[start : start + size]


class Ngrams:
    """A vocabulary of grams with their weights; gives a text as a sparse vector of length 1.

    The number of a gram is its place in the trie; `rarity` is in that order.
    """

    def __init__(self, vocabulary: marisa_trie.Trie, rarity: Floats) -> None:
        self.vocabulary = vocabulary
        self.rarity = rarity

    def number(self, gram: str) -> int | None:
        """Return the number of a gram, None when it is not known."""
        found: int | None = self.vocabulary.get(gram)
        return found

    def read(self, text: str) -> tuple[Indices, Floats]:
        """Return (indices, values) of the known grams of a guarded text; words and pieces weigh alike."""
        counts = {gram: many for gram, many in Counter(grams(text)).items() if gram in self.vocabulary}
        indices = np.array([self.vocabulary[gram] for gram in counts], dtype=np.int32)
        if not len(indices):
            return indices, np.zeros(0, np.float32)
        many = np.array(list(counts.values()), dtype=np.float32)
        values = (1 + np.log(many)) * self.rarity[indices]
        whole = np.array([gram[0] == "=" for gram in counts])
        for part in (whole, ~whole):
            length = float(np.linalg.norm(values[part]))
            values[part] /= length or 1.0
        return indices, (values / np.sqrt(2)).astype(np.float32)


def learn(texts: Iterable[str], least: int = 2) -> Ngrams:
    """Return the vocabulary of the grams that occur in at least `least` texts."""
    seen: Counter[str] = Counter()
    total = 0
    for text in texts:
        seen.update(set(grams(text)))
        total += 1
    kept = marisa_trie.Trie(sorted(gram for gram, many in seen.items() if many >= least))
    rarity = np.zeros(len(kept), np.float32)
    for gram, number in kept.iteritems():
        rarity[number] = 1 + np.log((1 + total) / (1 + seen[gram]))
    return Ngrams(kept, rarity)
