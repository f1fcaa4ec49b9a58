"""How well masking does on messages in which people marked what must go and what must stay.

{bsn 123456782} must go wholly, {+age 67} must stay, and so must every word around them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rich.table import Table

from bot.masking import identifying

MOST_LEFT = 0.02  # of what must go
MOST_TAKEN = 0.01  # of what must stay
_AROUND = "words around"
_MARK = re.compile(r"\{(\+?)(\w+) ([^}]*)\}")


class Score(NamedTuple):
    """Of one kind: how many there are, and which were treated wrongly (the whole message of each)."""

    kind: str
    must_go: bool
    of: int
    wrong: tuple[str, ...]


def measure(messages: Iterable[str]) -> tuple[Score, ...]:
    """Return the scores by kind: first what must go, then what must stay, last the words around."""
    counts: Counter[tuple[bool, str]] = Counter()
    wrong: dict[tuple[bool, str], list[str]] = {}
    for message in messages:
        for kind, is_right in _judged(message):
            counts[kind] += 1
            if not is_right:
                wrong.setdefault(kind, []).append(message)
    order = sorted(counts, key=lambda kind: (not kind[0], kind[1] == _AROUND, kind[1]))
    return tuple(Score(kind[1], kind[0], counts[kind], tuple(wrong.get(kind, ()))) for kind in order)


def messages_in(written: Mapping[str, str]) -> Iterator[str]:
    """Yield the messages of a file: a block of lines for each language."""
    for block in written.values():
        yield from block.splitlines()


def reaches_goal(scores: Iterable[Score], *, must_go: bool) -> bool:
    """Tell whether few enough were wrong of all that must go, or of all that must stay."""
    those = [score for score in scores if score.must_go is must_go]
    most = MOST_LEFT if must_go else MOST_TAKEN
    return sum(len(score.wrong) for score in those) <= most * sum(score.of for score in those)


def masking_table(scores: Iterable[Score]) -> Table:
    """Return the scores as a table: what must go and was masked, what must stay and was masked."""
    scores = tuple(scores)
    table = Table("kind", "of", "masked", title="masking")
    for must_go, all_of in ((True, "all that must go"), (False, "all that must stay")):
        those = [score for score in scores if score.must_go is must_go]
        together = Score(all_of, must_go, sum(one.of for one in those), tuple(w for one in those for w in one.wrong))
        for score in (*those, together):
            masked = score.of - len(score.wrong) if must_go else len(score.wrong)
            table.add_row(score.kind, str(score.of), f"{masked} ({masked / score.of:.1%})")
        table.add_section()
    return table


def _judged(message: str) -> Iterator[tuple[tuple[bool, str], bool]]:
    text, marks = _unmarked(message)
    covered = {place for one in identifying(text) for place in range(one.start, one.end)}
    marked: set[int] = set()
    for start, end, kind, must_go in marks:
        letters = {place for place in range(start, end) if text[place].isalnum()}
        marked |= set(range(start, end))
        yield (must_go, kind), letters <= covered if must_go else not letters & covered
    around = {place for place, sign in enumerate(text) if sign.isalnum() and place not in marked}
    yield (False, _AROUND), not around & covered


def _unmarked(message: str) -> tuple[str, list[tuple[int, int, str, bool]]]:
    text, marks, last = "", [], 0
    for mark in _MARK.finditer(message):
        text += message[last : mark.start()]
        marks.append((len(text), len(text) + len(mark[3]), mark[2], not mark[1]))
        text, last = text + mark[3], mark.end()
    return text + message[last:], marks
