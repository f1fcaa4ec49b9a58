"""Whether a new reader may take the place of the old one: nothing got worse, and what it should do now it does."""

from collections.abc import Iterator, Mapping

from pydantic import Field

from bot.messages import Value
from intents.compare import Change, compare, rows
from intents.scores import Scores

_LEAST = 3  # messages of a row that must have gone wrong; in a row of ten, one is ten points
_OF_A_ROW = 5  # times the margin: rows are small


class Tried(Value):
    """What came of a trial. `tests` tells of each test that was run whether it "passed", "failed" or is a "known miss".

    `routes` are tests of the tables that fail, each with a line that says where the question goes now.
    """

    before: Scores
    after: Scores
    tests: Mapping[str, str] = Field(default_factory=dict)
    routes: tuple[str, ...] = ()


class Verdict(Value):
    """What got worse, in lines; when there are none, it may be promoted."""

    worse: tuple[str, ...]

    @property
    def may_promote(self) -> bool:
        """Whether nothing got worse."""
        return not self.worse


def judge(tried: Tried, margin: float) -> Verdict:
    """Return the verdict; `margin` (0.01 is a point) is how much lower a share may be when that can be chance."""
    failed = [f"mislukt: {name}" for name, result in sorted(tried.tests.items()) if result == "failed"]
    fallen = dict.fromkeys(_fallen(tried, margin))  # a row that lies apart is compared twice
    return Verdict(worse=(*fallen, *failed, *(f"mislukt: {route}" for route in tried.routes)))


def _fallen(tried: Tried, margin: float) -> Iterator[str]:
    overall = set(tried.before.shares)
    for change in (*compare(tried.before, tried.after), *rows(tried.before, tried.after)):
        if change.measure in overall:
            beyond = change.loss > margin
        else:
            beyond = change.loss > _OF_A_ROW * margin and _messages(change) >= _LEAST
        if (change.worse or beyond) and change.before and change.after:
            yield f"slechter: {change.measure}: {change.before} werd {change.after}"


def _messages(change: Change) -> float:
    return change.loss * change.after.of if change.after else 0.0
