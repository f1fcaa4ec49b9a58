"""What of a period may be seen: sums of what was released, and never more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.counted import monday
from bot.staff.numbers.periods import Node, finished, node_of
from bot.staff.numbers.suppress import Cell, Count, Counts, Hidden, rows_shown, totals_shown

_Frozen = tuple[tuple[str, tuple[tuple[date, int], ...]], ...]


@dataclass(frozen=True)
class Seen:
    """A count as it is shown. Not exact: `least` is what is shown of it, there are more."""

    least: int = 0
    exact: bool = True
    small: bool = False

    @property
    def text(self) -> str:
        """What stands on the page."""
        if self.small:
            return Hidden.SMALL.value
        if self.exact:
            return str(self.least)
        return f"{self.least} of meer" if self.least else Hidden.OTHER.value


@dataclass(frozen=True)
class Released:
    """All counts of a table that are released by now."""

    nodes: Sequence[Node]
    totals: Mapping[Node, Count]
    cells: Mapping[Cell, Count]
    names: Sequence[str]

    def total(self, since: date, before: date) -> Seen:
        """Return the total of a period."""
        return self._seen(lambda node: self.totals.get(node, 0), since, before)

    def row(self, name: str, since: date, before: date) -> Seen:
        """Return the count of a row in a period."""
        return self._seen(lambda node: self.cells.get((name, node), 0), since, before)

    def _seen(self, count_of: Callable[[Node], Count], since: date, before: date) -> Seen:
        tops = _longest(self.nodes, since, before)
        if len(tops) == 1 and count_of(tops[0]) is Hidden.SMALL:
            return Seen(exact=False, small=True)
        parts = [self._part(count_of, node) for node in tops]
        return Seen(least=sum(least for least, _ in parts), exact=all(exact for _, exact in parts))

    def _part(self, count_of: Callable[[Node], Count], node: Node) -> tuple[int, bool]:
        """Return what is shown of a count: itself, else what is shown of its parts; and whether that is all of it."""
        count = count_of(node)
        if isinstance(count, int):
            return count, True
        if node.is_leaf:
            return 0, False
        shorter = [one for one in self.nodes if one != node and one.size != node.size]
        parts = [self._part(count_of, one) for one in _longest(shorter, node.since, node.before)]
        return sum(least for least, _ in parts), all(exact for _, exact in parts)


def released(counts: Counts, today: date) -> Released:
    """Return what is released of weekly counts: only weeks that are over."""
    over = {row: {week: one for week, one in weeks.items() if week < monday(today)} for row, weeks in counts.items()}
    first = min((week for weeks in over.values() for week in weeks), default=None)
    nodes = finished(first, today) if first else ()
    totals: dict[Node, Count] = {}
    cells: dict[Cell, Count] = {}
    for year in {node_of(node.since, "year") for node in nodes}:
        theirs = tuple(node for node in nodes if node_of(node.since, "year") == year)
        year_totals, year_cells = _year(_frozen(over, year), theirs)
        totals |= year_totals
        cells |= year_cells
    return Released(nodes, totals, cells, sorted(over))


def beneath(whole: Released, name: str, counts: Counts) -> Released:
    """Return what is released of the counts that one row of a table is made of; with that table it tells no more."""
    totals = {node: whole.cells.get((name, node), 0) for node in whole.nodes}
    cells: dict[Cell, Count] = {}
    for year in {node_of(node.since, "year") for node in whole.nodes}:
        theirs = tuple(node for node in whole.nodes if node_of(node.since, "year") == year)
        cells |= rows_shown(counts, theirs, totals)
    return Released(whole.nodes, totals, cells, sorted(counts))


def _frozen(counts: Counts, year: Node) -> _Frozen:
    within = ((row, tuple(sorted((week, one) for week, one in weeks.items() if year.since <= week < year.before)))
              for row, weeks in counts.items())  # fmt: skip
    return tuple(sorted((row, weeks) for row, weeks in within if weeks))


@lru_cache(maxsize=256)  # it takes up to a second, and changes only when a week is over
def _year(counts: _Frozen, nodes: tuple[Node, ...]) -> tuple[Mapping[Node, Count], Mapping[Cell, Count]]:
    rows = {row: dict(weeks) for row, weeks in counts}
    totals = totals_shown(rows, nodes)
    return totals, rows_shown(rows, nodes, totals)


def _longest(nodes: Sequence[Node], since: date, before: date) -> list[Node]:
    """Return the fewest periods that together are all of a period that is released."""
    within = [node for node in nodes if since <= node.since and node.before <= before]
    within.sort(key=lambda node: node.since - node.before)
    chosen: list[Node] = []
    for node in within:
        if not any(one.since <= node.since and node.before <= one.before for one in chosen):
            chosen.append(node)
    return chosen
