"""Which question next: the optimal decision tree over the facts that are still open.

First the fewest questions in the worst case, then the fewest on average, all answers but "unknown" equally
likely. `place` counts as one question, for it gives city and wijk at once. Where the city is not known and
matters, `place` comes first: asking another fact first saves nothing, as the place is still needed after
every answer to it.
"""

from collections.abc import Iterable
from datetime import date
from itertools import permutations
from typing import NamedTuple

from referral.guide import Day, Guide, Tables
from referral.model import ELSEWHERE, PLACE, UNKNOWN
from referral.search import Outcome, Search
from referral.walk import SHOWN, Case, is_family, once

KEPT = 4_096  # searches of a day; the oldest goes first


class Question(NamedTuple):
    """A fact to ask, and the organisations that its answer chooses between."""

    fact: str
    between: tuple[str, ...]


def next_question(case: Case, guide: Guide, day: Day) -> Question | None:
    """Return the question to ask now, or None when nothing hangs on any fact any more."""
    city = case.facts.get("city")
    if city is None and (between := places_between(case, guide, day)):
        return Question(PLACE, between)
    return fact_question(search_for(case, guide, day, table_of(city)), case)


def plan_ahead(guide: Guide, on: date) -> int:
    """Plan for every theme and pair of themes (one in fifty takes over a millisecond); return for how many.

    What is planned is remembered for all days that are alike, so that no resident waits for it.
    """
    day = guide.day(on)
    pairs = [themes for size in (1, 2) for themes in permutations(guide.themes, size)]
    for themes in pairs:
        for city in (None, *day.tables):
            next_question(Case(themes, (), {"city": city} if city else {}), guide, day)
    return len(pairs)


def table_of(city: str | None) -> str:
    """Return the place whose tables answer; a city that is not to be had gives those of elsewhere."""
    return ELSEWHERE if city in (None, UNKNOWN) else str(city)


def places_between(case: Case, guide: Guide, day: Day) -> tuple[str, ...]:
    """Return the organisations between which the place chooses; none when every city leads to the same."""
    searches = [search_for(case, guide, day, city) for city in day.tables]
    outcomes = [search.outcomes(search.state(case.facts)) for search in searches]
    return chosen_between(outcomes) if len({frozenset(some) for some in outcomes}) > 1 else ()


def fact_question(search: Search, case: Case) -> Question | None:
    """Return the best question within one city."""
    state = search.state(case.facts)
    fact = search.best(state).fact
    if fact is None:
        return None
    return Question(fact, chosen_between(search.outcomes(after) for after in search.answered(state, fact)))


def chosen_between(outcomes: Iterable[tuple[Outcome, ...]]) -> tuple[str, ...]:
    """Return the organisations that not every answer leads to; all when only themes or order differ."""
    by_answer = [once((stop[0], stop[1]) for outcome in some for stop in outcome.shown) for some in outcomes]
    every = once(stop for stops in by_answer for stop in stops)
    differ = [stop for stop in every if not all(stop in stops for stops in by_answer)]
    return once(organisation for organisation, _ in differ or every)


def search_for(case: Case, guide: Guide, day: Day, city: str) -> Search:
    """Return the search for these themes and signals in this city, made once for days that are alike."""
    tables = day.tables[city]
    if order_tells_nothing(case, tables):
        case = case._replace(themes=tuple(sorted(case.themes)))
    key = (case.themes, tuple(signal for signal in case.signals if signal in tables.signals), city)
    found = day.searches.get(key)
    if found is None:
        if len(day.searches) >= KEPT:
            day.searches.pop(next(iter(day.searches)), None)
        found = day.searches[key] = Search(case, city, tables, guide)
    return found


def order_tells_nothing(case: Case, tables: Tables) -> bool:
    """Tell whether the same questions are best in whatever order the themes were told.

    So it is when every row names one organisation and all are shown: then the same facts give the same outcome.
    """
    team = tables.plan.rules if is_family(case, tables) else ()
    if len(case.themes) + bool(team) > SHOWN:
        return False
    rows = (row for some in (*(tables.rows[theme] for theme in case.themes), team) for row in some)
    return all(len(row.refer_to) == 1 for row in rows)
