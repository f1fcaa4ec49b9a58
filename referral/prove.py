"""Shows that every situation has one answer: somebody who exists on that day and can be reached.

A plain exhaustive walk: every single theme and pair, every city, all facts with unknown, the signals that
rows look at, on the given day and in every period between two dates on which something begins or ends.
Values that no row tells apart are walked once and counted each. That some row fits is checked before (check.py):
in every period the last row of a table fits everyone; that only one decides follows from the order.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations, product
from math import prod

from referral.decide import case_of
from referral.guide import Guide, Tables
from referral.model import UNKNOWN, Example, Fault, Rule, Situation, Value
from referral.search import Search, State
from referral.walk import Case, Stop, fits, leading, walk

Progress = Callable[[int, int], None]


class Proof(Value):
    """What was found, and how many situations were covered. Without faults everything holds."""

    faults: tuple[Fault, ...]
    situations: int


@dataclass
class Findings:
    """What the walk has seen so far."""

    guide: Guide
    reached: set[str] = field(default_factory=set)
    faults: dict[tuple[str, str], Fault] = field(default_factory=dict)
    situations: int = 0

    def add(self, about: str, what: str, mend: str, witness: str = "") -> None:
        """Keep a fault once, with the first situation that showed it."""
        file, line = self.guide.where.get(about, ("", 1))
        seen = f"{what} For instance: {witness}." if witness else what
        self.faults.setdefault((about, what), Fault(file=file, line=line, what=seen, mend=mend))


@dataclass(frozen=True)
class Place:
    """Where and when a situation is looked at."""

    city: str
    tables: Tables
    on: date


def silent(done: int, total: int) -> None:
    """Show no progress."""


def prove(guide: Guide, on: date, progress: Progress = silent) -> Proof:
    """Return every fault in what the tables lead to, on this day and in every period."""
    findings = Findings(guide)
    places = [Place(city, tables, day) for day in days(guide, on) for city, tables in guide.rules_on(day).items()]
    for done, place in enumerate(places):
        progress(done, len(places))
        for themes in theme_sets(tuple(guide.themes)):
            for signals in signal_sets(place.tables, themes):
                prove_themes(Case(themes, signals, {}), place, findings)
    progress(len(places), len(places))
    prove_reached(findings)
    prove_said_first(findings, on)
    prove_examples(findings, on)
    return Proof(faults=tuple(findings.faults.values()), situations=findings.situations)


def days(guide: Guide, on: date) -> tuple[date, ...]:
    """Return a day before all changes, the day of each change, and the given day."""
    before = [guide.changes[0] - timedelta(days=1)] if guide.changes else []
    return tuple(sorted({*before, *guide.changes, on}))


def theme_sets(themes: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield every theme and every pair."""
    yield from combinations(themes, 1)
    yield from combinations(themes, 2)


def signal_sets(tables: Tables, themes: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return no signal, and each signal that a row of these themes looks at."""
    named = {signal for theme in themes for rule in tables.rows[theme] for signal in rule.signals}
    return ((), *((signal,) for signal in sorted(named)))


def prove_themes(case: Case, place: Place, findings: Findings) -> None:
    """Walk these themes and signals with every combination of facts."""
    search = Search(case, place.city, place.tables, findings.guide)
    findings.situations += prod(sum(len(one.values) for one in search.answers[name]) for name in search.names)
    for state in states(search):
        facts = {name: value for name, value in zip(search.names, state, strict=True) if value is not None}
        prove_situation(case._replace(facts=facts), place, findings)


def states(search: Search) -> Iterator[State]:
    """Yield every combination of answers, unknown too."""
    yield from product(*(tuple(answer.value for answer in search.answers[name]) for name in search.names))


def prove_situation(case: Case, place: Place, findings: Findings) -> None:
    """Look at one situation: note the rows that decide, and look whether whom they name can help."""
    findings.reached.update(rule.id for rule in rows_used(case, place.tables))
    for stop in walk(case, place.tables):
        prove_stop(stop, case, place, findings)


def rows_used(case: Case, tables: Tables) -> Iterator[Rule]:
    """Yield the rows that decide: the first that fits in each table, and the one of the family plan."""
    for theme in case.themes:
        yield next(rule for rule in tables.rows[theme] if fits(rule, case))
    if team := leading(case, tables):
        yield team


def prove_stop(stop: Stop, case: Case, place: Place, findings: Findings) -> None:
    """Look at one destination and who stands beside it: they exist on that day and can be reached."""
    guide = findings.guide
    for name in (stop.organisation, *stop.beside):
        if guide.organisation(name, place.on) is None:
            what = f"{name} does not exist on {place.on}."
            findings.add(stop.rule.id, what, "Give the row a date, and add one for this period.", told(case, place))
        elif not guide.contacts(name, place.on, stop.wijk):
            what = f"{name} cannot be reached on {place.on}."
            findings.add(name, what, "Add a verified contact or a general_way.", told(case, place))


def prove_reached(findings: Findings) -> None:
    """Look for rows that never decide."""
    guide = findings.guide
    sheets: Iterable[tuple[Rule, ...]] = (
        *(table.rules for tables in guide.tables.values() for table in tables.values()),
        *(plan.rules for plan in guide.plans.values()),
    )
    for rule in (rule for rules in sheets for rule in rules):
        if rule.id not in findings.reached:
            findings.add(rule.id, f"row {rule.id} is never reached.", "Move it up, or take it out.")


def prove_said_first(findings: Findings, on: date) -> None:
    """Look at whom is named first: they exist and can be reached, now and later."""
    guide = findings.guide
    for one in guide.signals.say_first:
        for day in (day for day in days(guide, on) if day >= on):
            if guide.organisation(one.line, day) is None or not guide.contacts(one.line, day):
                findings.add(
                    one.line,
                    f"{one.line} is said first but cannot be reached on {day}.",
                    "Look at its dates.",
                )


def prove_examples(findings: Findings, on: date) -> None:
    """Look whether the examples below the tables hold."""
    guide = findings.guide
    for place, tables in guide.tables.items():
        for theme, table in tables.items():
            for example in table.examples:
                prove_example(example, place, (theme,), findings, on)
        for example in guide.plans[place].examples:
            prove_example(example, place, (), findings, on)


def prove_example(example: Example, place: str, themes: tuple[str, ...], findings: Findings, on: date) -> None:
    """Look whether an example leads to the row it expects."""
    guide = findings.guide
    used = {rule.id for rule in rows_used(*given(example, place, themes, guide, on))}
    if example.expect not in used:
        what = f"the example {dict(example.given)} leads to {', '.join(sorted(used))}."
        findings.add(example.expect, what, "Mend the row or the example.")


def given(example: Example, place: str, themes: tuple[str, ...], guide: Guide, on: date) -> tuple[Case, Tables]:
    """Return the case of an example and the tables it is about."""
    told = dict(example.given)
    day = date.fromisoformat(str(told.pop("on", on.isoformat())))
    listed = {name: tuple(told.pop(name, ())) for name in ("themes", "signals")}
    facts = {fact: str(value) for fact, value in told.items()}
    situation = Situation(themes=listed["themes"] or themes, signals=listed["signals"], facts=facts)
    return case_of(situation, guide), guide.rules_on(day)[place]


def told(case: Case, place: Place) -> str:
    """Return the situation in words."""
    facts = [f"{fact} {value}" for fact, value in case.facts.items() if value != UNKNOWN]
    return ", ".join([f"on {place.on} in {place.city}", *case.themes, *case.signals, *facts])
