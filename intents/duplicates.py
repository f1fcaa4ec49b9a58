"""Messages that were written twice: near copies among the training messages, and held-out messages among them.

A near copy teaches nothing, and a held-out message that was learned measures nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from intents.model import Catalogue, Fault
from intents.normalise import guard, plain
from intents.sentences import load_sentences

SHORTEST = 20  # characters of a plain text that is compared; a shorter one anybody may write again
LEARNED_TWICE = 92  # of 100, from which likeness on two training messages are one
NOT_HELD_OUT = 85  # and a held-out message has been learned

_ROOT = Path(__file__).parents[1]
_BLOCK = 256  # texts that are compared at a time
_BUCKETS = 32  # of characters, to see quickly that two texts differ
_EVENTS = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Place = tuple[str, int]  # file and line
Places = Mapping[str, Sequence[Place]]  # of each text, where it is written
Counts = NDArray[Any]


def near_copies(catalogue: Catalogue, folder: Path) -> Iterator[Fault]:
    """Find the training messages that are nearly the same as an earlier one of their language."""
    languages = defaultdict(list)
    for example in catalogue.examples:
        languages[example.language].append(example.text)
    for language, texts in languages.items():
        found = [(likeness, first, second) for first, second, likeness in alike(texts, texts, LEARNED_TWICE)]
        nearest = {second: (first, likeness) for likeness, first, second in sorted(found) if first < second}
        places = _places((folder / language).rglob("*.yaml")) if nearest else {}
        for second, (first, likeness) in sorted(nearest.items()):
            file, line = _where(places, texts[second], texts[:second].count(texts[second]))
            what = f"{_quoted(texts[second])} is nearly the same ({likeness}%) as {_told(places, texts[first])}."
            mend = "Write it anew with another person in mind, or remove it."
            yield Fault(file=file, line=line, what=what, mend=mend)


def learned_held_out(catalogue: Catalogue, folder: Path, held_out: Path) -> Iterator[Fault]:
    """Find the held-out messages that are nearly the same as one, in any language, that the readers were made with."""
    tested = [one.text for one in load_sentences(held_out)]
    learned = [one.text for one in (*catalogue.examples, *catalogue.development)]
    found = [(likeness, other, text) for text, other, likeness in alike(tested, learned, NOT_HELD_OUT)]
    nearest = {text: (other, likeness) for likeness, other, text in sorted(found)}
    there = _places(held_out.glob("*.yaml")) if nearest else {}
    here = _places(folder.rglob("*.yaml")) if nearest else {}
    for text, (other, likeness) in sorted(nearest.items()):
        file, line = _where(there, tested[text])
        what = (
            f"{_quoted(tested[text])} is held out, and nearly the same ({likeness}%) as {_told(here, learned[other])}."
        )
        yield Fault(file=file, line=line, what=what, mend="Remove one of the two.")


def alike(some: "Sequence[str] | Texts", others: "Sequence[str] | Texts", least: int) -> Iterator[tuple[int, int, int]]:
    """Find every (number in some, number in others, likeness of 100) of texts that are alike from `least` on.

    Texts are compared with others about as long, and letter by letter only when they have about the same letters:
    the letters that one has and the other has not are edits that cannot be avoided.
    """
    left = some if isinstance(some, Texts) else Texts(some)
    right = left if others is some else others if isinstance(others, Texts) else Texts(others)
    shortest = least / (200 - least)  # as long as the other must be, at least, as a share
    for start in range(0, len(left.lengths), _BLOCK):
        block = slice(start, start + _BLOCK)
        lengths = left.lengths[block]
        window = slice(*np.searchsorted(right.lengths, [lengths[0] * shortest - 1, lengths[-1] / shortest + 1]))
        edits = (100 - least) * (lengths[:, None] + right.lengths[None, window]) // 100
        rows, columns = np.nonzero(_unshared(left.bags[:, block], right.bags[:, window]) <= edits)
        pairs = [left.texts[start + i] for i in rows], [right.texts[window.start + i] for i in columns]
        scores = process.cpdist(*pairs, scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8, workers=-1)
        for i in np.flatnonzero(scores):
            yield left.numbers[start + rows[i]], right.numbers[window.start + columns[i]], int(scores[i])


class Texts:
    """Plain texts that are long enough, by length, with how many letters of each bucket they have; and the short ones.

    Who compares with the same texts again and again makes them once.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        plains = [(plain(guard(text)), number) for number, text in enumerate(texts)]
        kept = sorted((one for one in plains if len(one[0]) >= SHORTEST), key=lambda one: len(one[0]))
        self.short = frozenset(text for text, _ in plains if len(text) < SHORTEST)
        self.texts = [text for text, _ in kept]
        self.numbers = [number for _, number in kept]
        self.lengths = np.array([len(text) for text in self.texts], int)
        self.bags = np.array([_bag(text) for text in self.texts], np.int16).reshape(-1, _BUCKETS).T.copy()


def _bag(text: str) -> Counts:
    return np.bincount(np.frombuffer(text.encode("utf-32-le"), np.uint32) % _BUCKETS, minlength=_BUCKETS)


def _unshared(left: Counts, right: Counts) -> Counts:
    """Return how many letters each text of `left` and each of `right` do not share."""
    counts = np.zeros((left.shape[1], right.shape[1]), np.int16)
    for some, others in zip(left, right, strict=True):
        counts += np.abs(some[:, None] - others[None, :])
    return counts


def _places(files: Iterable[Path]) -> Places:
    places: dict[str, list[Place]] = defaultdict(list)
    for path in sorted(files):
        name = str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else str(path)
        for event in yaml.parse(path.read_text("utf-8"), Loader=_EVENTS):
            if isinstance(event, yaml.ScalarEvent) and event.start_mark:
                places[event.value.strip()].append((name, event.start_mark.line + 1))
    return places


def _where(places: Places, text: str, number: int = 0) -> Place:
    """Return where a text is written; of several places the one with this number."""
    written = places.get(text.strip()) or [("intents/data", 1)]
    return written[min(number, len(written) - 1)]


def _told(places: Places, text: str) -> str:
    file, line = _where(places, text)
    return f"{_quoted(text)} ({file}:{line})"


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:60]}…"'
