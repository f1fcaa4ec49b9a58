"""Somebody with every page and a solver tries to learn a count of 1 to 4, and does not."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from bot.staff.numbers.periods import WEEK, finished, node_of, period_of
from bot.staff.numbers.seen import Released, beneath
from bot.staff.numbers.suppress import LEAST, TOTAL, Hidden, rows_shown, totals_shown

FIRST = date(2026, 6, 29)  # the third quarter of 2026: three months, thirteen weeks
NODES = tuple(node for node in finished(FIRST, date(2026, 9, 28)) if node.since >= FIRST)
WEEKS = tuple(node.since for node in NODES if node.size == "week")
TWO_QUARTERS = tuple(node for node in finished(FIRST, date(2027, 1, 4)) if node.since >= FIRST)

small_and_large = st.one_of(st.integers(0, 6), st.integers(0, 30), st.just(0))


def tables(rows, weeks=WEEKS):
    """Return a strategy for tables of so many rows."""
    return st.lists(
        st.lists(small_and_large, min_size=len(weeks), max_size=len(weeks)), min_size=rows, max_size=rows
    ).map(lambda lines: {f"row {number}": dict(zip(weeks, line, strict=True)) for number, line in enumerate(lines)})


class Attack:
    """All that pages show, as equations and bounds over the weekly counts of the rows of several tables."""

    def __init__(self, *shown_tables):
        self.columns = {}
        self.equal, self.values, self.below, self.limits = [], [], [], []
        for number, (rows, totals, shown) in enumerate(shown_tables):
            nodes = list(totals)
            for row in rows:
                for node in nodes:
                    self.learn(self.sum_of([(number, row)], node), shown[row, node])
            for node in nodes:
                everything = [(number, row) for row in rows]
                self.learn(self.sum_of(everything, node), totals[node])
                if number:  # the tables count the same things
                    same = {**self.sum_of(everything, node)}
                    for column in self.sum_of([(0, row) for row in shown_tables[0][0]], node):
                        same[column] = -1
                    self.equals(same, 0)

    def sum_of(self, rows, node):
        cells = [(*row, week) for row in rows for week in node.weeks]
        return {self.columns.setdefault(cell, len(self.columns)): 1 for cell in cells}

    def equals(self, cells, value):
        self.equal.append(cells)
        self.values.append(value)

    def at_most(self, cells, value, sign=1):
        self.below.append({column: sign * one for column, one in cells.items()})
        self.limits.append(sign * value)

    def learn(self, cells, count):
        if isinstance(count, int):
            self.equals(cells, count)
        elif count is Hidden.SMALL:
            self.at_most(cells, LEAST - 1)
            self.at_most(cells, 1, sign=-1)

    def matrix(self, lines):
        filled = np.zeros((len(lines), len(self.columns)))
        for number, line in enumerate(lines):
            for column, one in line.items():
                filled[number, column] = one
        return filled

    def range_of(self, cells):
        """Return the least and the most that these can be together."""
        aim = self.matrix([cells])[0]
        known = {"A_eq": self.matrix(self.equal), "b_eq": self.values}
        if self.below:
            known |= {"A_ub": self.matrix(self.below), "b_ub": self.limits}
        found = [linprog(sign * aim, **known, bounds=(0, None), method="highs") for sign in (1, -1)]
        assert all(one.status in (0, 3) for one in found)  # 3: without end
        return found[0].fun, np.inf if found[1].status == 3 else -found[1].fun


def publish(rows, nodes=NODES):
    totals = totals_shown(rows, nodes)
    return rows, totals, rows_shown(rows, nodes, totals)


def of(row, node):
    return sum(row.get(week, 0) for week in node.weeks)


def small_counts(rows, nodes=NODES):
    """Return the row (None for all together) and period of every count of 1 to 4."""
    everything = {week: sum(row.get(week, 0) for row in rows.values()) for row in rows.values() for week in row}
    named = [*rows.items(), (None, everything)]
    return [(name, node) for name, row in named for node in nodes if 0 < of(row, node) < LEAST]


def recovered(rows, *others, nodes=NODES):
    """Return which small counts of the first table can be computed."""
    attack = Attack(publish(rows, nodes), *(publish(one, nodes) for one in others))
    found = []
    for name, node in small_counts(rows, nodes):
        mine = [(0, row) for row in rows if name in (None, row)]
        least, most = attack.range_of(attack.sum_of(mine, node))
        if most - least < 0.5:
            found.append((name, node.label))
    return found


@settings(max_examples=60, deadline=None)
@given(tables(3))
def test_no_small_count_can_be_computed_from_what_is_shown(rows):
    assert recovered(rows) == []


@settings(max_examples=25, deadline=None)
@given(tables(2))
def test_not_with_two_rows_either(rows):
    assert recovered(rows) == []


@settings(max_examples=25, deadline=None)
@given(tables(3), st.randoms(use_true_random=False))
def test_two_tables_of_the_same_things_do_not_give_each_other_away(rows, random):
    other = {name: {} for name in ("left", "right")}
    for row in rows.values():
        for week, count in row.items():
            left = random.randint(0, count)
            other["left"][week] = other["left"].get(week, 0) + left
            other["right"][week] = other["right"].get(week, 0) + count - left

    assert recovered(rows, other) == []
    assert recovered(other, rows) == []


@settings(max_examples=30, deadline=None)
@given(tables(3, weeks=tuple(FIRST + number * WEEK for number in range(27))))
def test_what_was_shown_stays_shown_when_more_periods_are_over(rows):
    _, totals, shown = publish(rows, TWO_QUARTERS)

    for count in range(1, len(TWO_QUARTERS)):
        weeks = {week for node in TWO_QUARTERS[:count] for week in node.weeks}
        then = {name: {week: row[week] for week in row if week in weeks} for name, row in rows.items()}
        seen = {name: row for name, row in then.items() if any(row.values())}
        _, totals_then, shown_then = publish(seen, TWO_QUARTERS[:count])

        assert totals_then.items() <= totals.items()
        assert shown_then.items() <= shown.items()


def test_the_attack_itself_would_find_a_count_that_is_only_left_out():
    rows = {"a": {WEEKS[0]: 3}, "b": {WEEKS[0]: 20}}
    totals = totals_shown(rows, NODES)
    careless = {(name, node): of(row, node) for name, row in rows.items() for node in NODES}
    careless["a", NODES[0]] = Hidden.SMALL

    attack = Attack((rows, totals, careless))

    assert attack.range_of(attack.sum_of([(0, "a")], NODES[0])) == (3, 3)


def test_beside_a_small_count_another_is_hidden_in_the_same_week():
    rows = {"a": {WEEKS[0]: 3}, "b": {WEEKS[0]: 20}, "c": {WEEKS[0]: 9}, "d": {}}

    _, totals, shown = publish(rows, NODES[:1])

    week = NODES[0]
    assert totals == {week: 32}
    assert [shown[row, week] for row in "abcd"] == [Hidden.SMALL, 20, Hidden.OTHER, 0]


def test_a_month_does_not_give_away_the_one_week_that_was_hidden():
    month = next(node for node in NODES if node.size == "month")
    first, second, *others = month.weeks
    rows = {
        "a": {first: 3, **dict.fromkeys([second, *others], 20)},
        "b": {first: 9, **dict.fromkeys([second, *others], 30)},
        "c": dict.fromkeys(month.weeks, 12),
    }

    _, _, shown = publish(rows, NODES[: NODES.index(month) + 1])

    assert shown["a", month] is Hidden.OTHER
    assert isinstance(shown["c", month], int)


def test_a_small_total_hides_its_week_and_the_month_above_it():
    month = next(node for node in NODES if node.size == "month")
    rows = {"a": {**dict.fromkeys(month.weeks, 20), WEEKS[1]: 2}}

    totals = totals_shown(rows, NODES[: NODES.index(month) + 1])

    assert totals[NODES[1]] is Hidden.SMALL
    assert totals[month] is Hidden.OTHER


def test_nothing_is_hidden_when_everything_is_zero_or_large():
    rows = {"a": dict.fromkeys(WEEKS, 5), "b": dict.fromkeys(WEEKS, 0)}

    _, totals, shown = publish(rows)

    assert not [one for one in (*totals.values(), *shown.values()) if isinstance(one, Hidden)]
    assert TOTAL not in rows


@pytest.mark.parametrize("year", range(2024, 2032))
def test_the_periods_of_a_year_are_whole_weeks_that_fit_in_each_other(year):
    nodes = [node for node in finished(date(year, 3, 1), date(year + 1, 3, 1)) if f"{year}" in node.label]
    whole = next(node for node in nodes if node.size == "year")

    for size, number in (("quarter", 4), ("month", 12)):
        parts = [node for node in nodes if node.size == size]
        assert len(parts) == number
        assert [week for part in parts for week in part.weeks] == list(whole.weeks)


def test_a_day_falls_in_the_period_that_is_called_after_it():
    assert node_of(date(2026, 11, 20), "week").label == "week 47 van 2026"
    assert node_of(date(2026, 11, 20), "month").label == "november 2026"
    assert node_of(date(2026, 11, 20), "quarter").label == "4e kwartaal 2026"


def test_dates_of_ones_own_become_whole_weeks():
    period = period_of("own", None, date(2026, 11, 20), date(2026, 11, 3), date(2026, 11, 22))

    assert (period.since, period.last) == (date(2026, 11, 2), date(2026, 11, 22))
    assert period.label == "2 november 2026 tot en met 22 november 2026"


@pytest.mark.parametrize("size", ["", "decade", None, "own"])
def test_a_period_that_makes_no_sense_is_this_month(size):
    assert period_of(size, None, None, None, date(2026, 11, 22)).label == "november 2026"


def test_a_period_far_away_is_no_problem():
    first, last = date.min, date.max

    assert period_of("own", None, first, last, first).before - timedelta(days=1) > date(2099, 1, 1)
    assert period_of("year", last, None, None, first).label == "2099"


@settings(max_examples=12, deadline=None)
@given(tables(4))
def test_a_table_and_what_one_of_its_rows_is_made_of_do_not_give_each_other_away(rows):
    made_of = {"yes": ("row 0", "row 1"), "no": ("row 2", "row 3")}
    above = {name: {week: sum(rows[part][week] for part in parts) for week in WEEKS} for name, parts in made_of.items()}
    _, totals, shown = publish(above)
    whole = Released(NODES, totals, shown, sorted(above))
    details = {}
    for name, parts in made_of.items():
        details |= beneath(whole, name, {part: rows[part] for part in parts}).cells
    attack = Attack((rows, totals, details))
    for (name, node), count in shown.items():
        attack.learn(attack.sum_of([(0, part) for part in made_of[name]], node), count)

    small = [([row], node) for row, node in small_counts(rows) if row]
    small += [(made_of[name], node) for name, node in small_counts(above) if name]
    for parts, node in small:
        least, most = attack.range_of(attack.sum_of([(0, part) for part in parts], node))
        assert most - least >= 0.5
