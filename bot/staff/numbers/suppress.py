"""Which counts may be shown, so that nobody learns a count of 1 to 4, not by subtracting either.

**What is protected.** One table counts the same things by row (theme, wijk, team …) and by period: weeks, which
add up to months, quarters and years (periods.py), with a total for every period. Counts of 1 to 4 are hidden, and
so many others that each of them can still have another value under everything that is shown: in all periods and
rows together, with their totals, and knowing what the marks mean ("<5" is 1 to 4; another hidden count is 5 or
more, or stands in a period of which nothing is shown). 0 is shown.

**Against whom.** Somebody who has every page of today and every page that they ever kept. Only periods that are
over are counted; when a period ends its counts are decided upon once, and what was shown stays shown, so pages
of different days can be subtracted as well. The total of a period is decided first, for all tables of the same
things at once, so that one table does not give away another. Dates of one's own show nothing new: they are the
sums of periods that are shown.

**How.** Rows times a tree of periods is a network: each week is a place where the total comes in and the rows go
out, each longer period of a row a place where its parts come together. Hidden counts are the pipes that may
change. A count can be another one exactly when a round trip through its pipe exists along which all counts
change by one within what their marks say (the polytope of a network has whole corners, so nothing is missed).
Where there is none, the cheapest round trip through shown counts of the newest period is hidden too; where
there is none of those either, the whole period is hidden in this table.

**What is not.** How probable a value is, somebody who knows some of the people counted, and medians of times.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from heapq import heappop, heappush
from itertools import count as numbers

from bot.staff.numbers.periods import Node

LEAST = 5  # from this count on nobody stands out
TOTAL = "total"
_GROUND = "ground"


class Hidden(Enum):
    """Why a count is not shown."""

    SMALL = "<5"
    OTHER = "verborgen"


Count = int | Hidden
Cell = tuple[str, Node]  # row, period
Counts = Mapping[str, Mapping[date, int]]  # row -> Monday -> count
_Cell = tuple[str, int]  # row, number of the period
_Place = _Cell | str
_Ways = Mapping[_Place, Sequence[tuple[_Place, _Cell]]]


@dataclass(frozen=True)
class _Bounds:
    """What a reader knows of a hidden count; without `most` it may be any size."""

    least: int
    most: int | None = None


_SMALL, _LARGE, _ANY = _Bounds(1, LEAST - 1), _Bounds(LEAST), _Bounds(0)
_STILL = _Bounds(0, 0)  # does not count as one that may change: no row that comes later changes what was decided


def totals_shown(counts: Counts, nodes: Sequence[Node]) -> Mapping[Node, Count]:
    """Return the total of each period that is over (nodes come in the order they ended), as far as it is shown."""
    board = _Board({TOTAL: _summed(counts.values())}, nodes)
    for period in range(len(nodes)):
        board.begin(period)
        board.hide_small(period)
        if not board.settle(period):
            board.hide((TOTAL, period), _LARGE)
    return {node: board.shown((TOTAL, period)) for period, node in enumerate(nodes)}


def rows_shown(counts: Counts, nodes: Sequence[Node], totals: Mapping[Node, Count]) -> Mapping[Cell, Count]:
    """Return the counts of each row and period, as far as they are shown beside these totals."""
    board = _Board({TOTAL: _summed(counts.values()), **counts}, nodes)
    for period, node in enumerate(nodes):
        board.begin(period)
        total = totals[node]
        if isinstance(total, Hidden):
            board.hide((TOTAL, period), _SMALL if total is Hidden.SMALL else _LARGE)
            board.hide_all(period)
        else:
            board.hide_small(period)
        if not board.settle(period):
            board.hide_all(period)
    return {(row, node): board.shown((row, period)) for row in counts for period, node in enumerate(nodes)}


def _summed(rows: Iterable[Mapping[date, int]]) -> Mapping[date, int]:
    total: dict[date, int] = {}
    for row in rows:
        for week, count in row.items():
            total[week] = total.get(week, 0) + count
    return total


def _sum(weeks: Mapping[date, int], node: Node) -> int:
    return sum(weeks.get(week, 0) for week in node.weeks)


class _Board:
    """The counts of a table while it is decided, period after period, which of them are hidden."""

    def __init__(self, counts: Counts, nodes: Sequence[Node]) -> None:
        self._rows = tuple(counts)
        self._nodes = nodes
        self._values = {
            (row, period): _sum(weeks, node) for row, weeks in counts.items() for period, node in enumerate(nodes)
        }
        self._hidden: dict[_Cell, _Bounds] = {}
        self._parent: dict[int, int] = {}
        self._tops: list[int] = []
        self._below: dict[int, tuple[int, ...]] = {}

    def begin(self, period: int) -> None:
        """Let a period that has just ended take its place above the shorter ones in it."""
        since = self._nodes[period].since
        children = [top for top in self._tops if self._nodes[top].since >= since]  # they ended before it
        self._tops = [top for top in self._tops if top not in children] + [period]
        self._parent |= dict.fromkeys(children, period)
        self._below[period] = (period, *(one for child in children for one in self._below[child]))

    def hide(self, cell: _Cell, bounds: _Bounds) -> None:
        """Hide a count."""
        self._hidden[cell] = bounds

    def hide_small(self, period: int) -> None:
        """Hide the counts of 1 to 4 of a period."""
        for row in self._rows:
            if 0 < self._values[row, period] < LEAST:
                self.hide((row, period), _SMALL)

    def hide_all(self, period: int) -> None:
        """Hide all counts of a period but its total."""
        for row in self._rows:
            if row != TOTAL:
                self.hide((row, period), _ANY if self._values[row, period] else _STILL)

    def shown(self, cell: _Cell) -> Count:
        """Return the count, or why it is not shown."""
        bounds = self._hidden.get(cell)
        if bounds is None:
            return self._values[cell]
        return Hidden.SMALL if bounds is _SMALL else Hidden.OTHER

    def settle(self, period: int) -> bool:
        """Hide more of this period until each small count in it may be another; tell whether that is possible."""
        hidden = [cell for one in self._below[period] for row in self._rows if (cell := (row, one)) in self._hidden]
        ways = self._ways([*hidden, *self._spare(period)])
        safe: set[_Cell] = set()
        for cell in hidden:
            if cell in safe or not 0 < self._values[cell] < LEAST:
                continue
            trip = self._cheapest(cell, ways)
            if trip is None:
                return False
            safe.update(trip)
            for one in trip:
                self._hidden.setdefault(one, _LARGE)
        return True

    def _spare(self, period: int) -> list[_Cell]:
        """Return the counts of a period that could be hidden for the sake of others."""
        cells = ((row, period) for row in self._rows if row != TOTAL)
        return [cell for cell in cells if cell not in self._hidden and self._values[cell] >= LEAST]

    def _ways(self, cells: Iterable[_Cell]) -> _Ways:
        """Return from each place where a change may go on, and through which count."""
        ways: dict[_Place, list[tuple[_Place, _Cell]]] = {}
        for cell in cells:
            start, end = self._ends(cell)
            up, down = self._may_change(cell)
            if up:
                ways.setdefault(start, []).append((end, cell))
            if down:
                ways.setdefault(end, []).append((start, cell))
        return ways

    def _ends(self, cell: _Cell) -> tuple[_Place, _Place]:
        """Return from where to where a count flows; totals flow the other way, so that all comes round."""
        row, period = cell
        alone = len(self._rows) == 1
        start: _Place = cell
        if self._nodes[period].is_leaf:
            start = _GROUND if alone else ("", period)
        end: _Place = (row, self._parent[period]) if period in self._parent else _GROUND
        return (end, start) if row == TOTAL else (start, end)

    def _cheapest(self, cell: _Cell, ways: _Ways) -> Sequence[_Cell] | None:
        """Return the cells that change when this one does, of the trips up and down the one that hides least."""
        start, end = self._ends(cell)
        up, down = self._may_change(cell)
        around = [*([(end, start)] if up else []), *([(start, end)] if down else [])]
        trips = [trip for way in around if (trip := self._trip(cell, *way, ways)) is not None]
        return min(trips, key=lambda trip: trip[0])[1] if trips else None

    def _trip(self, cell: _Cell, start: _Place, goal: _Place, ways: _Ways) -> tuple[int, Sequence[_Cell]] | None:
        """Return the cheapest way from one place to another that leaves out a cell, with what it hides (Dijkstra)."""
        queue: list[tuple[int, int, _Place, tuple[_Cell, ...]]] = [(0, 0, start, (cell,))]
        done: set[_Place] = set()
        number = numbers()  # so that places are never compared
        while queue:
            cost, _, place, trip = heappop(queue)
            if place == goal:
                return cost, trip
            if place in done:
                continue
            done.add(place)
            for following, one in ways.get(place, ()):
                if following not in done and one != cell:
                    price = 0 if one in self._hidden else self._values[one]
                    heappush(queue, (cost + price, next(number), following, (*trip, one)))
        return None

    def _may_change(self, cell: _Cell) -> tuple[bool, bool]:
        """Tell whether a count could be one more, and one less, for who knows only its mark."""
        bounds, value = self._hidden.get(cell, _LARGE), self._values[cell]
        return bounds.most is None or value < bounds.most, value > bounds.least
