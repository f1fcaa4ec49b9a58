"""Cuts a long text into stretches, so that a cry in the middle of a story is read by itself too."""

import re
from collections.abc import Iterator

LONG = 25  # words; what is shorter is read as a whole only
_WORDS = 20  # in a stretch; looked for on the development messages
_MOST = 10  # times the words of a stretch in a text; of a longer one the stretches are longer
_END = re.compile(r"(?<=[.!?;؟۔።])\s+")  # of a sentence, also in Arabic, Persian and Tigrinya


def stretches(text: str) -> tuple[str, ...]:
    """Return a guarded text of many words in stretches of some 20 words, of whole sentences where these are short.

    A longer sentence is cut into stretches that overlap by half. A short text has none.
    """
    total = len(text.split())
    if total <= LONG:
        return ()
    return tuple(" ".join(one) for one in _grouped(text, max(_WORDS, -(-total // _MOST))))


def _grouped(text: str, most: int) -> Iterator[list[str]]:
    """Yield sentences that follow one another and together have no more words than `most`."""
    group: list[str] = []
    for sentence in map(str.split, _END.split(text)):
        if group and len(group) + len(sentence) > most:
            yield group
            group = []
        group = group + sentence
        if len(group) > most:
            yield from _overlapping(group, most)
            group = []
    if group:
        yield group


def _overlapping(sentence: list[str], most: int) -> Iterator[list[str]]:
    for start in range(0, len(sentence) - most, most // 2):
        yield sentence[start : start + most]
    yield sentence[-most:]
