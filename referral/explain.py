"""The same walk as decide.py, row by row, for staff and for authors of rules."""

from datetime import date

from referral.change import Change, what_would_change
from referral.decide import case_of, decide
from referral.guide import Guide
from referral.model import UNKNOWN, Decision, Facts, Period, Rule, Situation, Value, Words
from referral.plan import table_of
from referral.walk import Case, fits, is_family


class Row(Period):
    """One row that was looked at, with its dates. `passed_by` tells why it does not fit: fact -> what was told."""

    rule: str
    fitted: bool
    passed_by: Words
    refer_to: tuple[str, ...]
    because: Words
    source: str
    looked_at: tuple[str, ...] = ()
    checked_on: date | None = None


class Trace(Value):
    """How a table was read: its rows down to the one that fitted. `theme` is None for the one family plan."""

    theme: str | None
    rows: tuple[Row, ...]


class Explanation(Value):
    """What was decided, by which rows of which place, with which facts, on which day and version of the directory.

    `would_change` holds the smallest changes of facts that lead elsewhere.
    """

    decision: Decision
    on: date
    place: str
    facts: Facts
    used: tuple[str, ...]
    traces: tuple[Trace, ...]
    version: str = ""
    would_change: tuple[Change, ...] = ()


def explain(situation: Situation, guide: Guide, on: date) -> Explanation:
    """Return the walk from what was told to the decision. An open fact is read as unknown."""
    case = case_of(situation, guide)
    place = table_of(case.facts.get("city"))
    tables = guide.day(on).tables[place]
    traces = tuple(trace(theme, tables.rows[theme], case) for theme in case.themes)
    if is_family(case, tables):
        traces = (trace(None, tables.plan.rules, case), *traces)
    return Explanation(
        decision=decide(situation, guide, on),
        on=on,
        place=place,
        facts=case.facts,
        used=used(case, traces),
        traces=traces,
        version=guide.version,
        would_change=what_would_change(situation, guide, on),
    )


def trace(theme: str | None, rules: tuple[Rule, ...], case: Case) -> Trace:
    """Return the rows of a table down to the first that fits."""
    rows: list[Row] = []
    for rule in rules:
        rows.append(row(rule, case))
        if rows[-1].fitted:
            break
    return Trace(theme=theme, rows=tuple(rows))


def row(rule: Rule, case: Case) -> Row:
    """Return what became of a row."""
    return Row(
        rule=rule.id,
        fitted=fits(rule, case),
        passed_by=passed_by(rule, case),
        refer_to=rule.refer_to,
        because=rule.because,
        source=rule.source,
        looked_at=tuple(rule.when),
        checked_on=rule.checked_on,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
    )


def passed_by(rule: Rule, case: Case) -> Words:
    """Return why a row does not fit; nothing when it does."""
    why = {
        fact: case.facts.get(fact, UNKNOWN)
        for fact, values in rule.when.items()
        if case.facts.get(fact, UNKNOWN) not in values
    }
    if rule.signals and not set(rule.signals) & set(case.signals):
        why["signals"] = "none of: " + ", ".join(rule.signals)
    if rule.themes and not set(rule.themes) & set(case.themes):
        why["themes"] = "none of: " + ", ".join(rule.themes)
    return why


def used(case: Case, traces: tuple[Trace, ...]) -> tuple[str, ...]:
    """Return the told facts that a row looked at, and city and wijk."""
    looked_at = {fact for one in traces for row in one.rows for fact in row.looked_at}
    return tuple(fact for fact in case.facts if fact in looked_at | {"city", "wijk"})
