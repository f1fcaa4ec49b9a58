"""The fixed grid of periods: whole weeks, and what is made of whole weeks.

A week belongs to the month, quarter and year of its Thursday (as in ISO 8601), so every month is four or five
weeks, every quarter is three months, and every year is four quarters. Dates of one's own are widened to whole
weeks. So no two periods differ by less than a week.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, get_args

from bot.counted import monday
from bot.staff.words import MONTHS, day

Size = Literal["week", "month", "quarter", "year"]
SIZES: tuple[Size, ...] = get_args(Size)
WEEK = timedelta(weeks=1)
LONGEST = timedelta(weeks=53 * 5)  # for dates of one's own
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, order=True)
class Node:
    """A period of the grid, from its first Monday until the Monday after it."""

    before: date
    since: date
    size: Size

    @property
    def is_leaf(self) -> bool:
        """Tell whether it is a week."""
        return self.size == "week"

    @cached_property
    def label(self) -> str:
        """What it is called: "week 47 van 2026", "november 2026"."""
        thursday = self.since + timedelta(days=3)
        year, week, _ = thursday.isocalendar()
        match self.size:
            case "week":
                return f"week {week} van {year}"
            case "month":
                return f"{MONTHS[thursday.month - 1]} {year}"
            case "quarter":
                return f"{(thursday.month + 2) // 3}e kwartaal {year}"
            case "year":
                return str(year)

    @property
    def weeks(self) -> Iterator[date]:
        """The Mondays in it."""
        return weeks(self.since, self.before)


@dataclass(frozen=True)
class Period:
    """What somebody chose to look at, in whole weeks."""

    since: date
    before: date
    size: Size | Literal["own"]
    label: str

    @property
    def ends(self) -> tuple[date, date]:
        """Its first Monday and the Monday after it."""
        return self.since, self.before

    @property
    def last(self) -> date:
        """The last day of it."""
        return self.before - timedelta(days=1)


def node_of(on: date, size: Size) -> Node:
    """Return the period of the grid in which a day falls."""
    thursday = monday(on) + timedelta(days=3)
    match size:
        case "week":
            first, following = thursday, thursday + WEEK
        case "month":
            first = thursday.replace(day=1)
            following = _months_later(first, 1)
        case "quarter":
            first = thursday.replace(day=1, month=thursday.month - (thursday.month - 1) % 3)
            following = _months_later(first, 3)
        case "year":
            first, following = (
                thursday.replace(day=1, month=1),
                thursday.replace(day=1, month=1, year=thursday.year + 1),
            )
    return Node(since=_first_week(first), before=_first_week(following), size=size)


def period_of(size: str | None, on: date | None, since: date | None, until: date | None, today: date) -> Period:
    """Return the period that a form asks for; this month when it makes no sense."""
    if size == "own" and since and until:
        first, last = sorted((_within(since), _within(until)))
        first, before = monday(first), monday(last) + WEEK
        first = max(first, before - LONGEST)
        label = f"{day(first)} tot en met {day(before - timedelta(days=1))}"
        return Period(since=first, before=before, size="own", label=label)
    known: Size = next((one for one in SIZES if one == size), "month")
    node = node_of(_within(on or today), known)
    return Period(since=node.since, before=node.before, size=known, label=node.label)


def finished(since: date, now: date) -> tuple[Node, ...]:
    """Return the periods of the grid that are over now, from the year of a day on, in the order they ended.

    Those that end together come shortest first.
    """
    begun = weeks(node_of(since, "year").since, monday(now))
    found = {node_of(week, size) for week in begun for size in SIZES}
    return tuple(sorted((node for node in found if node.before <= now), key=_ended))


def _ended(node: Node) -> tuple[date, int]:
    return node.before, SIZES.index(node.size)


def weeks(since: date, before: date) -> Iterator[date]:
    """Yield every Monday from one until another."""
    while since < before:
        yield since
        since += WEEK


def _within(on: date) -> date:
    return min(max(on, FIRST_DAY), LAST_DAY)


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + year, month=month + 1)


def _first_week(first: date) -> date:
    """Return the Monday of the first week whose Thursday is on this day or later."""
    return monday(first + timedelta(days=3))
