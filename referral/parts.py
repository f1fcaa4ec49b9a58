"""The situations of one city on one day, taken apart into pieces that can be looked at one by one.

A part is one theme in its company: whether the team of a family leads, and which told themes its rows look at.
What a theme leads to (`walk.steps`) depends on nothing else but the facts and signals in its scope.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, combinations, product
from math import factorial, prod
from typing import NamedTuple

from referral.guide import Guide, Tables
from referral.model import ELSEWHERE, UNKNOWN, Facts, Follows, Rule
from referral.walk import FAMILY, Case

SEVERAL = 3  # themes told together, at most
WHERE = frozenset({"city", "wijk"})


@dataclass(frozen=True)
class Place:
    """The city whose tables answer, and the day."""

    city: str
    tables: Tables
    on: date


class Part(NamedTuple):
    """One theme in its company."""

    theme: str
    leads: bool
    company: frozenset[str]


@dataclass(frozen=True)
class Scope:
    """All that a part's steps can depend on: its rows, and the facts and signals that these look at."""

    rows: tuple[Rule, ...]
    team: tuple[Rule, ...]
    facts: frozenset[str]
    signals: frozenset[str]


class Class(NamedTuple):
    """Situations that no row in scope tells apart: one case for all, and the places where it happens."""

    case: Case
    where: tuple[Facts, ...]


def theme_sets(themes: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield every set of one, two and three themes."""
    told = tuple(themes)
    return chain.from_iterable(combinations(told, size) for size in range(1, SEVERAL + 1))


def parts_of(themes: tuple[str, ...], tables: Tables) -> tuple[Part, ...]:
    """Return the parts that these themes make together, whatever their order."""
    family = [theme for theme in themes if theme in tables.plan.themes]
    leads = len(family) >= FAMILY
    return tuple(part_of(theme, themes, leads and theme in family, tables) for theme in themes)


def part_of(theme: str, themes: tuple[str, ...], leads: bool, tables: Tables) -> Part:
    """Return one theme with the company that its rows look at."""
    looked_at = {name for rule in rows_in_scope(theme, leads, tables) for name in rule.themes}
    return Part(theme, leads, frozenset(looked_at.intersection(themes)))


def rows_in_scope(theme: str, leads: bool, tables: Tables) -> tuple[Rule, ...]:
    """Return the rows on which the steps of a theme depend."""
    return (*tables.rows[theme], *(tables.plan.rules if leads else ()))


def scope_of(part: Part, tables: Tables) -> Scope:
    """Return what this part depends on."""
    rows = rows_in_scope(part.theme, part.leads, tables)
    return Scope(
        rows=tables.rows[part.theme],
        team=tables.plan.rules if part.leads else (),
        facts=frozenset(fact for rule in rows for fact in rule.when),
        signals=frozenset(signal for rule in rows for signal in rule.signals),
    )


def classes(scope: Scope, themes: tuple[str, ...], place: Place, guide: Guide) -> Iterator[Class]:
    """Yield every class of situations in which these themes are told here."""
    rows = (*scope.rows, *scope.team)
    where = alike(whereabouts(place.city, guide), rows)
    axes = [alike(options(fact, guide), rows) for fact in sorted(scope.facts - WHERE)]
    for signals in subsets(scope.signals):
        for lies, *told in product(where, *axes):
            facts = {**lies[0], **{fact: value for group in told for fact, value in group[0].items()}}
            yield Class(Case(themes, signals, facts), lies)


def alike(values: Iterable[Facts], rows: tuple[Rule | Follows, ...]) -> list[tuple[Facts, ...]]:
    """Return the values in groups that no cell of these rows tells apart."""
    groups: dict[tuple[bool, ...], list[Facts]] = {}
    for value in values:
        seen = (one in rule.when[fact] for rule in rows for fact, one in value.items() if fact in rule.when)
        groups.setdefault(tuple(seen), []).append(value)
    return [tuple(group) for group in groups.values()]


def options(fact: str, guide: Guide) -> list[Facts]:
    """Return what can be known of a fact. Unknown comes first: where it stands for others, nothing hangs on it."""
    return [{fact: value} for value in (UNKNOWN, *guide.facts[fact].values)]


def whereabouts(city: str, guide: Guide) -> list[Facts]:
    """Return every city and wijk that can be told together and lead to the tables of this place."""
    wijken = guide.areas.wijken_of(city)
    cities = [(city, wijk) for wijk in (UNKNOWN, *wijken)]
    if city == ELSEWHERE:
        every = [wijk for one in guide.areas.cities for wijk in guide.areas.wijken_of(one.id)]
        cities += [(UNKNOWN, wijk) for wijk in (UNKNOWN, *every)]
    return [{"city": name, "wijk": wijk} for name, wijk in cities]


def subsets(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield every choice out of these names, also none."""
    some = tuple(sorted(names))
    return chain.from_iterable(combinations(some, size) for size in range(len(some) + 1))


def count(themes: tuple[str, ...], scopes: Iterable[Scope], lies: int, values: Mapping[str, int]) -> int:
    """Return how many situations these themes make: every order, place, signal and value in scope."""
    facts: set[str] = set()
    signals: set[str] = set()
    for scope in scopes:
        facts |= scope.facts
        signals |= scope.signals
    told = prod(values[fact] for fact in facts if fact not in WHERE)
    return int(factorial(len(themes)) * lies * 2 ** len(signals) * told)
