"""Shows that every situation has one answer: somebody who exists on that day and can be reached.

A situation is a day, a list of one, two or three themes in some order, the signals told, a city and wijk, and a value
(or unknown) of every fact. The proof is exhaustive over equivalence classes. It covers all of them because

1. *Days.* Between two days of `guide.changes` nothing begins or ends, so that one day stands for its period.
2. *Themes.* An outcome is the steps of the themes told, sorted and grouped (`walk.walk`). The steps of one theme
   (`walk.steps`) look at its own rows, and at those of the plan when it belongs to a family that one team leads. Rows
   see the other themes only through `themes`, as a set. So the steps of a theme are the same in all lists in which
   it keeps the same company: a `Part`. Every set of themes is taken apart into its parts, and every part is walked;
   sorting and grouping neither add nor lose an organisation, in whatever order the themes were told.
3. *Facts and signals.* A cell asks only whether a value is in its list. Values that no row in scope tells apart fit the
   same rows, so that one stands for all (`parts.alike`); every subset of the signals that these rows look at is
   walked. Whom a resident can reach depends on the wijk as well: it is looked up for each.

A row is *hidden* when it holds on a day and decides nothing on it, and never reached when that is so on every day. Two
rows are in *conflict* when one decides where the other fits too, they name different organisations, neither is a
special case of the other, and none says `goes_before`. `tests/referral/test_prove_sound.py` compares all this with a
plain walk through every single situation of small made-up tables.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from referral.findings import Finding, Seen, fault_of
from referral.guide import Guide, may_be_shown
from referral.model import UNKNOWN, Fault, Rule, Value
from referral.parts import Class, Part, Place, Scope, classes, count, parts_of, scope_of, theme_sets, whereabouts
from referral.prove_examples import prove_examples, prove_said_first
from referral.walk import fits, leading, theme_steps

Progress = Callable[[int, int], None]
Fitting = tuple[int, ...]  # the places in a table of the rows that fit


class Proof(Value):
    """What was found, and how many situations and classes of them were covered. Without faults everything holds."""

    faults: tuple[Fault, ...]
    situations: int
    classes: int


class Looked(NamedTuple):
    """The rows of a table on a day, with every choice of them that fits together and a situation for each."""

    rows: tuple[Rule, ...]
    together: dict[Fitting, Seen]


@dataclass
class Findings:
    """What the walk has seen so far."""

    guide: Guide
    found: dict[Finding, tuple[Seen | None, date]] = field(default_factory=dict)
    decides: dict[date, set[str]] = field(default_factory=dict)
    looked: dict[tuple[date, tuple[str, ...]], Looked] = field(default_factory=dict)
    ways: dict[tuple[str, str, date], Finding | None] = field(default_factory=dict)
    situations: int = 0
    classes: int = 0

    def add(self, finding: Finding, seen: Seen | None, on: date) -> None:
        """Keep a finding once, with the first situation that showed it."""
        self.found.setdefault(finding, (seen, on))


def silent(done: int, total: int) -> None:
    """Show no progress."""


def prove(guide: Guide, on: date, progress: Progress = silent) -> Proof:
    """Return every fault in what the tables lead to, on this day and in every period."""
    findings = look(guide, on, progress)
    faults = [fault_of(finding, seen, day, guide) for finding, (seen, day) in findings.found.items()]
    faults += [*prove_said_first(guide, days(guide, on), on), *prove_examples(guide, on)]
    return Proof(faults=tuple(faults), situations=findings.situations, classes=findings.classes)


def summary(proof: Proof) -> str:
    """Return what a proof without faults says."""
    situations, classes = (f"{number:,}".replace(",", ".") for number in (proof.situations, proof.classes))
    return f"Bewezen: {situations} situaties hebben elk precies één uitkomst (in {classes} klassen nagelopen)."


def look(guide: Guide, on: date, progress: Progress = silent) -> Findings:
    """Return what a walk through every situation finds."""
    findings = Findings(guide)
    places = [Place(city, tables, day) for day in days(guide, on) for city, tables in guide.rules_on(day).items()]
    for done, place in enumerate(places):
        progress(done, len(places))
        prove_place(place, findings)
    progress(len(places), len(places))
    prove_conflicts(findings)
    prove_decides(findings)
    return findings


def days(guide: Guide, on: date) -> tuple[date, ...]:
    """Return the given day, the day of each change, later ones first, and a day before all changes."""
    before = [guide.changes[0] - timedelta(days=1)] if guide.changes else []
    every = sorted({*before, *guide.changes} - {on})
    return (on, *(day for day in every if day > on), *(day for day in every if day < on))


def prove_place(place: Place, findings: Findings) -> None:
    """Take every set of themes apart, and walk each part when it is first met."""
    guide = findings.guide
    lies = len(whereabouts(place.city, guide))
    values = {fact: len(one.values) + 1 for fact, one in guide.facts.items()}
    scopes: dict[Part, Scope] = {}
    for themes in theme_sets(guide.themes):
        parts = parts_of(themes, place.tables)
        for part in parts:
            if part not in scopes:
                scopes[part] = scope_of(part, place.tables)
                prove_part(part.theme, scopes[part], classes(scopes[part], themes, place, guide), place, findings)
        findings.situations += count(themes, [scopes[part] for part in parts], lies, values)


def prove_part(theme: str, scope: Scope, some: Iterator[Class], place: Place, findings: Findings) -> None:
    """Walk one part: note which rows fit together, which decide, and look whether whom they name can help."""
    for one in some:
        findings.classes += 1
        seen = Seen(one.case, place.on)
        fitting = note_fitting(scope.rows, seen, findings)
        note_fitting(scope.team, seen, findings)
        if fitting:
            prove_steps(theme, scope.rows[fitting[0]], one, place, findings)
        else:
            findings.add(Finding("no row", scope.rows[0].id if scope.rows else theme), seen, place.on)


def note_fitting(rows: tuple[Rule, ...], seen: Seen, findings: Findings) -> Fitting:
    """Return which rows of a table fit, and keep it with the situation."""
    fitting = tuple(at for at, rule in enumerate(rows) if fits(rule, seen.case))
    table = (seen.on, tuple(rule.id for rule in rows))
    findings.looked.setdefault(table, Looked(rows, {})).together.setdefault(fitting, seen)
    return fitting


def prove_steps(theme: str, row: Rule, one: Class, place: Place, findings: Findings) -> None:
    """Look at the steps of a theme: there is one, and whom it names exists on that day and can be reached."""
    seen = Seen(one.case, place.on)
    own = tuple(theme_steps(theme, leading(one.case, place.tables), one.case, place.tables))
    if not own:
        findings.add(Finding("nobody", row.id), seen, place.on)
    for step in own:
        findings.decides.setdefault(place.on, set()).add(step.rule.id)
        per_wijk = step.organisation in place.tables.per_wijk
        for where in one.where if per_wijk else one.where[:1]:
            there = Seen(one.case._replace(facts={**one.case.facts, **where}), place.on)
            prove_reach(step.organisation, where["wijk"] if per_wijk else UNKNOWN, step.rule, there, findings)
        for name in step.beside:
            prove_reach(name, UNKNOWN, step.rule, seen, findings)


def prove_reach(name: str, wijk: str, rule: Rule, seen: Seen, findings: Findings) -> None:
    """Look whether an organisation exists on that day, and has a contact or a general way to be shown."""
    key = (name, wijk, seen.on)
    if key not in findings.ways:
        findings.ways[key] = missing(name, None if wijk == UNKNOWN else wijk, seen.on, findings.guide)
    if found := findings.ways[key]:
        findings.add(found if found.about else found._replace(about=rule.id), seen, seen.on)


def missing(name: str, wijk: str | None, on: date, guide: Guide) -> Finding | None:
    """Return why nobody can be sent there on this day, if so. Without `about` the row that names it is at fault."""
    way = guide.organisation(name, on)
    if way is None:
        return Finding("gone", "", name)
    passed = [name]
    while not any(may_be_shown(contact, on, wijk) for contact in way.contacts):
        if way.general_way is None or way.general_way in passed:
            return Finding("no contact", name)
        passed.append(way.general_way)
        way = guide.organisation(way.general_way, on)
        if way is None:
            return Finding("no way", name, passed[-1])
    return None


def prove_conflicts(findings: Findings) -> None:
    """Look for two rows that fit together and name different organisations, while none is the exception."""
    for (on, _), (rows, together) in findings.looked.items():
        for fitting, seen in together.items():
            for other in fitting[1:]:
                if contradict(rows[fitting[0]], rows[other]) and not one_within_other(fitting[0], other, together):
                    findings.add(Finding("conflict", rows[fitting[0]].id, rows[other].id), seen, on)


def contradict(first: Rule, other: Rule) -> bool:
    """Tell whether two rows name different organisations and the first does not say that it goes before the other."""
    return first.refer_to != other.refer_to and other.id not in first.goes_before


def one_within_other(one: int, other: int, together: Iterable[Fitting]) -> bool:
    """Tell whether one of two rows fits only where the other does."""
    apart = {(one in fitting, other in fitting) for fitting in together}
    return not {(True, False), (False, True)} <= apart


def prove_decides(findings: Findings) -> None:
    """Look for rows that hold on a day and decide nothing on it, or on no day at all."""
    guide = findings.guide
    every = (rule for tables in guide.tables.values() for table in tables.values() for rule in table.rules)
    for rule in (*every, *(rule for plan in guide.plans.values() for rule in plan.rules)):
        held = [(on, looked) for (on, ids), looked in findings.looked.items() if rule.id in ids]
        idle = [(on, looked) for on, looked in held if rule.id not in findings.decides.get(on, ())]
        if idle:
            on, other, seen = idle[0][0], *instead(rule, [looked for day, looked in idle if day == idle[0][0]])
            findings.add(Finding("never" if len(idle) == len(held) else "hidden", rule.id, other), seen, on)
        elif not held:
            findings.add(Finding("never", rule.id), None, date.min)


def instead(rule: Rule, looked: Iterable[Looked]) -> tuple[str, Seen | None]:
    """Return the row that decides where this one fits too, with such a situation; none when it never fits."""
    for rows, together in looked:
        for fitting, seen in together.items():
            ids = [rows[at].id for at in fitting]
            if rule.id in ids:
                return ids[0] if ids[0] != rule.id else "", seen
    return "", None
