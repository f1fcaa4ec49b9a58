"""The words of the data files: what stands in them entry by entry, and the guide that it makes together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from referral.guide import Guide
from referral.model import (
    ELSEWHERE,
    Change,
    Example,
    Fact,
    Follows,
    Organisation,
    Plan,
    Rule,
    Signals,
    Table,
    Words,
)
from referral.places import Areas, City
from referral.slips import Path, Slip

V_co = TypeVar("V_co", covariant=True)
PLAN = "_plan"


@dataclass(frozen=True)
class Entry(Generic[V_co]):
    """A value with the file and the place in it where it stands."""

    file: str
    path: Path
    value: V_co


@dataclass(frozen=True)
class Sheet:
    """One file of rules: a table for a theme, or the plan of a place."""

    file: str
    place: str
    theme: str
    rules: tuple[Entry[Rule], ...]
    examples: tuple[Entry[Example], ...]
    family: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


@dataclass
class Book:
    """Everything in the files, entry by entry."""

    themes: Words = field(default_factory=dict)
    unknown: Words = field(default_factory=dict)
    sentences: Mapping[str, Words] = field(default_factory=dict)
    facts: list[Entry[Fact]] = field(default_factory=list)
    follows: list[Entry[Follows]] = field(default_factory=list)
    signals: list[Entry[Signals]] = field(default_factory=list)
    organisations: list[Entry[Organisation]] = field(default_factory=list)
    helplines: list[str] = field(default_factory=list)
    cities: list[Entry[City]] = field(default_factory=list)
    towns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheets: list[Sheet] = field(default_factory=list)
    changes: list[Entry[Change]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of every organisation, also of one that could not be read
    slips: list[Slip] = field(default_factory=list)


def guide_of(book: Book, where: Mapping[str, tuple[str, int]], version: str = "") -> Guide:
    """Return the guide that the entries make together. Only for a book without slips."""
    areas = Areas(cities=tuple(one.value for one in book.cities), **book.towns)
    return Guide(
        themes=book.themes,
        unknown=book.unknown,
        sentences=book.sentences,
        facts={one.value.id: with_wijken(one.value, areas) for one in book.facts},
        follows=tuple(one.value for one in book.follows),
        signals=book.signals[0].value,
        organisations={one.value.id: one.value for one in book.organisations},
        helplines=tuple(book.helplines),
        tables=tables_of(book),
        plans={sheet.place: plan_of(sheet) for sheet in book.sheets if sheet.theme == PLAN},
        areas=areas,
        changes_ahead=tuple(one.value for one in book.changes),
        where=where,
        version=version,
    )


def with_wijken(fact: Fact, areas: Areas) -> Fact:
    """Return the fact `wijk` with the wijken of the cities as its values; any other fact as it is."""
    if fact.id != "wijk":
        return fact
    wijken = [wijk for city in areas.cities if city.by_wijk for wijk in city.wijken]
    return fact.model_copy(update={"values": {wijk.id: {"nl": wijk.name, "en": wijk.name} for wijk in wijken}})


def tables_of(book: Book) -> dict[str, dict[str, Table]]:
    """Return the tables by place and theme, elsewhere last."""
    places = sorted({sheet.place for sheet in book.sheets}, key=lambda place: (place == ELSEWHERE, place))
    return {
        place: {
            sheet.theme: Table(theme=sheet.theme, rules=rules_of(sheet), examples=examples_of(sheet))
            for sheet in book.sheets
            if sheet.place == place and sheet.theme != PLAN
        }
        for place in places
    }


def plan_of(sheet: Sheet) -> Plan:
    """Return the plan of a place."""
    return Plan(themes=sheet.family, first=sheet.first, rules=rules_of(sheet), examples=examples_of(sheet))


def rules_of(sheet: Sheet) -> tuple[Rule, ...]:
    """Return the rules of a sheet."""
    return tuple(one.value for one in sheet.rules)


def examples_of(sheet: Sheet) -> tuple[Example, ...]:
    """Return the examples below a sheet."""
    return tuple(one.value for one in sheet.examples)
