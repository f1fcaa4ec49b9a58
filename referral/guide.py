"""The guide: everything people know about who helps, and what of it holds on a day."""

from bisect import bisect_right
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import Field

from referral.model import (
    ELSEWHERE,
    Change,
    Contact,
    Fact,
    Follows,
    Organisation,
    Period,
    Plan,
    Rule,
    Signals,
    Table,
    Value,
    Words,
)
from referral.places import Areas

if TYPE_CHECKING:
    from referral.search import Search

ANY = "any"  # the theme of the national table that answers for every theme without one of its own


@dataclass(frozen=True)
class Tables:
    """The rows of one city that hold on a day."""

    rows: Mapping[str, tuple[Rule, ...]]
    plan: Plan
    per_wijk: frozenset[str]
    signals: frozenset[str]  # that a row looks at


@dataclass(frozen=True)
class Day:
    """What holds on a day, by place; the searches that plan.py made in it, and the answers of jsonl.py."""

    tables: Mapping[str, Tables]
    searches: "dict[tuple[tuple[str, ...], tuple[str, ...], str], Search]" = field(default_factory=dict)
    looked_at: dict[Hashable, tuple[str, ...]] = field(default_factory=dict)  # themes and city -> facts that count
    answers: dict[Hashable, Mapping[str, object]] = field(default_factory=dict)


class Guide(Value):
    """Tables, organisations, facts, areas and signals. Places are `elsewhere` and the municipalities."""

    themes: Words
    facts: Mapping[str, Fact]
    unknown: Words
    sentences: Mapping[str, Words] = Field(
        default_factory=dict, description="our own sentences and the names of the days, by a short name"
    )
    follows: tuple[Follows, ...]
    signals: Signals
    organisations: Mapping[str, Organisation] = Field(description="help lines too; an id is never used twice")
    helplines: tuple[str, ...]
    tables: Mapping[str, Mapping[str, Table]] = Field(description="place -> theme (or `any`) -> table")
    plans: Mapping[str, Plan]
    areas: Areas
    changes_ahead: tuple[Change, ...] = Field(default=(), description="known beforehand, for staff")
    version: str = Field(default="", description="a short name of exactly these files")
    where: Mapping[str, tuple[str, int]] = Field(default_factory=dict, description="id -> file and line")

    def organisation(self, name: str, on: date) -> Organisation | None:
        """Return the organisation when it exists on that day, otherwise None."""
        found = self.organisations.get(name)
        return found if found and found.holds(on) else None

    def contacts(self, name: str, on: date, wijk: str | None = None) -> tuple[Contact, ...]:
        """Return the contacts that a resident of this wijk may be shown; without any, the general way in."""
        organisation = self.organisations[name]
        own = tuple(contact for contact in organisation.contacts if may_be_shown(contact, on, wijk))
        if own or organisation.general_way is None:
            return own
        return self.contacts(organisation.general_way, on, wijk)

    def is_general(self, name: str, on: date, wijk: str | None = None) -> bool:
        """Tell whether `contacts` are a general way in and not the organisation's or the wijk team's own.

        An organisation that works per wijk is reached in general unless a contact is of that very wijk.
        """
        organisation = self.organisations[name]
        own = [contact for contact in organisation.contacts if may_be_shown(contact, on, wijk)]
        return not any(contact.wijk for contact in own) if organisation.per_wijk else not own

    def rules_on(self, on: date) -> Mapping[str, Tables]:
        """Return the tables of each place as they stand on that day."""
        return self.day(on).tables

    def day(self, on: date) -> Day:
        """Return what holds on that day. Days on which the same holds share one value."""
        key = bisect_right(self.changes, on)
        if key not in self._days:
            self._days[key] = Day({place: self._tables(place, on) for place in self.tables})
        return self._days[key]

    @cached_property
    def _days(self) -> dict[int, Day]:
        return {}

    @cached_property
    def changes(self) -> tuple[date, ...]:
        """Every day on which something begins or has just ended, in order."""
        return tuple(sorted({day for period in self._periods() for day in turns(period)}))

    @property
    def cities(self) -> tuple[str, ...]:
        """The values of `city`: the municipalities Wegwijs knows, and elsewhere."""
        return tuple(self.facts["city"].values)

    def _periods(self) -> Iterator[Period]:
        for organisation in self.organisations.values():
            yield organisation
            yield from organisation.contacts
        for city in self.areas.cities:
            yield city
            yield from city.wijken
        for place, tables in self.tables.items():
            yield from self.plans[place].rules
            for table in tables.values():
                yield from table.rules

    def _tables(self, place: str, on: date) -> Tables:
        rows = {theme: self._rows(place, theme, on) for theme in self.themes}
        plan = self.plans[place]
        return Tables(
            rows=MappingProxyType(rows),
            plan=plan.model_copy(update={"rules": in_force(plan.rules, on)}),
            signals=frozenset(signal for some in rows.values() for rule in some for signal in rule.signals),
            per_wijk=frozenset(name for name, one in self.organisations.items() if one.per_wijk),
        )

    def _rows(self, place: str, theme: str, on: date) -> tuple[Rule, ...]:
        """Return the municipality's rows; where none of them holds, those of the country."""
        national = self.tables[ELSEWHERE]
        choices = (self.tables[place].get(theme), national.get(theme), national.get(ANY))
        found = (in_force(table.rules, on) for table in choices if table)
        return next((rows for rows in found if rows), ())


def in_force(rules: tuple[Rule, ...], on: date) -> tuple[Rule, ...]:
    """Return the rules that hold on that day."""
    return tuple(rule for rule in rules if rule.holds(on))


def may_be_shown(contact: Contact, on: date, wijk: str | None) -> bool:
    """Tell whether residents of this wijk may be shown the contact: verified, in force, of no other wijk."""
    return contact.verified and contact.holds(on) and contact.wijk in (None, wijk)


def turns(period: Period) -> Iterator[date]:
    """Yield the days on which a period changes what holds: its first day and the day after its last."""
    if period.valid_from:
        yield period.valid_from
    if period.valid_until and period.valid_until < date.max:
        yield period.valid_until + timedelta(days=1)
