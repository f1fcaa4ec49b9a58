"""Where everything stands in a plot: numbers in, places in an SVG out. `numbers_charts.html` draws them.

Nothing is in a plot that does not stand in the table beside it. Colour says nothing on its own: a second bar is
hatched, what is only partly shown ends in dashes, and every bar has its number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.staff.numbers.lasting import FOUR_DAYS, Lasted, in_words
from bot.staff.numbers.seen import Seen

WIDTH = 420
_BAR, _LABEL, _GAP = 14, 17, 10  # heights
_NUMBER, _NUMBERS = 76, 140  # room for the number behind a bar, for two
_LEFT, _TOP, _PLOT, _BOTTOM = 34, 10, 150, 26
_MOST_LABELS = 13
_TICKS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Bar:
    """A bar with its number. `dashes` is the width of the part that says there is more."""

    y: int
    width: float
    text: str
    hatched: bool = False
    dashes: int = 0


@dataclass(frozen=True)
class Line:
    """A label with its bars below it."""

    y: int
    label: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Bars:
    """Bars that lie, one or more for each label."""

    height: int
    lines: Sequence[Line]


@dataclass(frozen=True)
class Column:
    """A bar that stands, with its week below it; `text` is only in the table. `dashed`: not shown."""

    x: float
    y: float
    width: float
    height: float
    label: str
    middle: float
    dashed: bool = False


@dataclass(frozen=True)
class Columns:
    """Bars that stand, one for each week, with the lines to read them by."""

    height: int
    columns: Sequence[Column]
    ticks: Sequence[tuple[float, str]]
    floor: int


@dataclass(frozen=True)
class Stretch:
    """How long it took a team: a bar until the half, a line until nine out of ten."""

    y: int
    label: str
    half: float
    nine: float | None
    text: str


@dataclass(frozen=True)
class Stretches:
    """How long it took each team, with the line of four days where that is what it is about."""

    height: int
    stretches: Sequence[Stretch]
    four_days: float | None


def bars(rows: Sequence[tuple[str, Sequence[Seen]]]) -> Bars:
    """Return the bars of these rows; a second number of a row is hatched."""
    most = max((seen.least for _, numbers in rows for seen in numbers), default=0) or 1
    lines = []
    y = 0
    for label, numbers in rows:
        below = y + _LABEL
        each = [_bar(below + at * (_BAR + 2), seen, most, hatched=at > 0) for at, seen in enumerate(numbers)]
        lines.append(Line(y=y + _LABEL - 5, label=label, bars=each))
        y = below + len(numbers) * (_BAR + 2) + _GAP
    return Bars(height=max(y, 1), lines=lines)


def _bar(y: int, seen: Seen, most: int, *, hatched: bool) -> Bar:
    width = round(seen.least / most * (WIDTH - _NUMBER - 14), 1)
    return Bar(y=y, width=width, text=seen.text, hatched=hatched, dashes=0 if seen.exact else 12)


def columns(weeks: Sequence[tuple[str, Seen]]) -> Columns:
    """Return the bars of these weeks."""
    top = _nice(max((seen.least for _, seen in weeks), default=0))
    step = (WIDTH - _LEFT - 4) / max(len(weeks), 1)
    wide = min(step * 0.7, 40)
    every = -(-len(weeks) // _MOST_LABELS)
    floor = _TOP + _PLOT
    drawn = []
    for at, (label, seen) in enumerate(weeks):
        middle = _LEFT + (at + 0.5) * step
        high = max(seen.least / top * _PLOT, 1.5 if seen.exact and seen.least else 0)
        shown = label if at % every == 0 else ""
        drawn.append(
            Column(
                x=round(middle - wide / 2, 1),
                y=round(floor - high, 1),
                width=round(wide, 1),
                height=round(high, 1),
                label=shown,
                middle=round(middle, 1),
                dashed=not seen.exact,
            )
        )
    ticks = [(floor - part * _PLOT, f"{round(part * top)}") for part in (0, 0.5, 1)]
    return Columns(height=floor + _BOTTOM, columns=drawn, ticks=ticks, floor=floor)


def stretches(teams: Sequence[Lasted], *, four_days: bool) -> Stretches:
    """Return how long it took these teams."""
    longest = max([*(one.nine or one.half for one in teams), FOUR_DAYS if four_days else 1])
    scale = (WIDTH - _NUMBERS) / longest
    high = _LABEL + _BAR + _GAP
    top = _LABEL if four_days else 0  # for the words above the line
    drawn = [
        Stretch(
            y=top + at * high + _LABEL,
            label=one.team,
            half=round(one.half * scale, 1),
            nine=None if one.nine is None else round(one.nine * scale, 1),
            text=in_words(one.half) + (f" – {in_words(one.nine)}" if one.nine is not None else ""),
        )
        for at, one in enumerate(teams)
    ]
    line = round(FOUR_DAYS * scale, 1) if four_days else None
    return Stretches(height=max(top + len(teams) * high, 1), stretches=drawn, four_days=line)


def _nice(most: int) -> int:
    """Return a round number that is even and not below this one, for the top of the plot."""
    size = 1
    while True:
        for tick in _TICKS:
            if (top := 2 * tick * size) >= most:
                return top
        size *= 10
