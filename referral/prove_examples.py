"""Shows that the examples below the tables hold, and that whom we name first at danger can be reached."""

from collections.abc import Iterator
from datetime import date

from referral.decide import case_of
from referral.facts import WrongWord
from referral.findings import day_in_dutch
from referral.guide import Guide, Tables
from referral.model import Example, Fault, Rule, Situation
from referral.walk import Case, first_fit, leading


def prove_said_first(guide: Guide, days: tuple[date, ...], on: date) -> Iterator[Fault]:
    """Look at whom is named first: they exist and can be reached, now and later."""
    for one in guide.signals.say_first:
        for name in (one.line, *((one.outside_office_hours,) if one.outside_office_hours else ())):
            gone = (
                day for day in days if day >= on and not (guide.organisation(name, day) and guide.contacts(name, day))
            )
            for day in list(gone)[:1]:
                what = f"{name} wordt bij gevaar als eerste genoemd, maar is op {day_in_dutch(day)} niet te bereiken."
                yield fault(name, what, "Kijk naar de datums en de contacten.", guide)


def prove_examples(guide: Guide, on: date) -> Iterator[Fault]:
    """Look whether every example leads to the row it expects."""
    for place, tables in guide.tables.items():
        for theme, table in tables.items():
            for example in table.examples:
                yield from prove_example(example, place, (theme,), guide, on)
        for example in guide.plans[place].examples:
            yield from prove_example(example, place, (), guide, on)


def prove_example(example: Example, place: str, themes: tuple[str, ...], guide: Guide, on: date) -> Iterator[Fault]:
    """Look whether one example leads to the row it expects."""
    shown = dict(example.given)
    try:
        used = sorted({rule.id for rule in rows_used(*given(example, place, themes, guide, on))})
    except WrongWord as slip:
        yield fault(example.expect, f"het voorbeeld {shown} klopt niet: {slip}.", "Verbeter het voorbeeld.", guide)
        return
    if example.expect not in used:
        what = f"het voorbeeld {shown} leidt naar {', '.join(used)}, niet naar {example.expect}."
        yield fault(example.expect, what, "Verbeter de rij of het voorbeeld.", guide)


def rows_used(case: Case, tables: Tables) -> Iterator[Rule]:
    """Yield the rows that decide: the first that fits in each table, and the one of the family plan."""
    for theme in case.themes:
        yield first_fit(tables.rows[theme], case)
    if team := leading(case, tables):
        yield team


def given(example: Example, place: str, themes: tuple[str, ...], guide: Guide, on: date) -> tuple[Case, Tables]:
    """Return the case of an example and the tables it is about."""
    told = dict(example.given)
    day = date.fromisoformat(str(told.pop("on", on.isoformat())))
    listed = {name: tuple(told.pop(name, ())) for name in ("themes", "signals")}
    facts = {fact: str(value) for fact, value in told.items()}
    situation = Situation(themes=listed["themes"] or themes, signals=listed["signals"], facts=facts)
    return case_of(situation, guide), guide.rules_on(day)[place]


def fault(about: str, what: str, mend: str, guide: Guide) -> Fault:
    """Return a fault on the line of a row or an organisation."""
    file, line = guide.where.get(about, ("", 1))
    return Fault(file=file, line=line, what=what, mend=mend)
