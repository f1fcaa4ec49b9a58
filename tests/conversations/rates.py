"""How the first needs of the written conversations were understood, as shares and as lines to read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.conversations.play import Played
from tests.conversations.written import Written

Result = tuple[Written, Played]


def rates(results: Iterable[Result]) -> dict[str, float]:
    """Return shares of the first needs: right first time, right after one question at most, acted on while wrong."""
    counts = Counter(played.first for _, played in results if played.first)
    total = counts.total() or 1
    return {
        "right first time": counts["right"] / total,
        "right after one question at most": (counts["right"] + counts["asked"]) / total,
        "confidently wrong": counts["wrong"] / total,
    }


def report(results: Sequence[Result]) -> Iterator[str]:
    """Yield the shares, and a line for each first need that was not understood and each conversation that fails."""
    number = sum(played.first is not None for _, played in results)
    yield f"{len(results)} conversations, {number} first needs"
    yield from (f"{share:6.1%} {name}" for name, share in rates(results).items())
    for written, played in results:
        if played.first in ("wrong", "not understood"):
            yield f"{played.first}: {written.name}: {', '.join(played.acted) or 'nothing'}"
    for written, played in results:
        if played.faults:
            yield f"{'known miss' if written.known_miss else 'FAILS'}: {written.name}: {'; '.join(played.faults)}"
