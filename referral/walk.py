"""The walk along one city's tables: facts in, destinations out. What was not told counts as unknown."""

from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from referral.guide import Tables
from referral.model import UNKNOWN, Facts, Rule

H = TypeVar("H", bound=Hashable)

SHOWN = 3  # referrals at most; what is left over is named in one line
FAMILY = 2  # themes of the plan that must be told together


class Case(NamedTuple):
    """What the rows look at. `shut` names rows that are left out, whatever the facts are."""

    themes: tuple[str, ...]
    signals: tuple[str, ...]
    facts: Facts
    shut: frozenset[str] = frozenset()


class Step(NamedTuple):
    """One organisation that one theme leads to. `leads`: it is the one team of a family."""

    organisation: str
    theme: str
    rule: Rule
    beside: tuple[str, ...]
    leads: bool = False


class Stop(NamedTuple):
    """One organisation with all the themes that lead to it."""

    organisation: str
    themes: tuple[str, ...]
    wijk: str | None
    rule: Rule
    beside: tuple[str, ...]


def walk(case: Case, tables: Tables) -> tuple[Stop, ...]:
    """Every destination, in the order of the policy: who stands before, the one team, then as told."""
    groups: dict[str, list[Step]] = {}
    for step in sorted(steps(case, tables), key=lambda step: rank(step, tables.plan.first)):
        groups.setdefault(step.organisation, []).append(step)
    return tuple(stop(group, case, tables) for group in groups.values())


def steps(case: Case, tables: Tables) -> Iterator[Step]:
    """Yield what each theme's row leads to; a theme of a family leads to the family's team."""
    team = leading(case, tables)
    for theme in case.themes:
        yield from theme_steps(theme, team, case, tables)


def theme_steps(theme: str, team: Rule | None, case: Case, tables: Tables) -> Iterator[Step]:
    """Yield what the row of one theme leads to. The other themes told only count through `team` and `heard`."""
    rows = tables.rows[theme]
    row = first_fit(rows, case)
    if team and theme in tables.plan.themes:
        yield from family_steps(theme, row, team, tables.plan.first)
    else:
        beside = row.beside + (below(row, rows, case) if row.beside_below else ())
        yield from named(theme, row, row.refer_to, beside)


def family_steps(theme: str, row: Rule, team: Rule, first: tuple[str, ...]) -> Iterator[Step]:
    """Who stands before the team in this theme's row, then the team."""
    before = tuple(one for one in row.refer_to if one in first)
    beside = row.beside + (team.refer_to if row.beside_below else ())
    yield from named(theme, row, before, beside)
    for organisation in team.refer_to:
        yield Step(organisation, theme, team, () if before else beside, leads=True)


def named(theme: str, row: Rule, organisations: tuple[str, ...], beside: tuple[str, ...]) -> Iterator[Step]:
    """Yield a step for each organisation; who stands beside, stands beside the first."""
    for place, organisation in enumerate(organisations):
        yield Step(organisation, theme, row, () if place else beside)


def leading(case: Case, tables: Tables) -> Rule | None:
    """Return the row that names the one team, when the themes told make a family plan here."""
    if not is_family(case, tables):
        return None
    return next((rule for rule in tables.plan.rules if fits(rule, case)), None)


def is_family(case: Case, tables: Tables) -> bool:
    """Tell whether enough themes of the plan were told together."""
    return sum(theme in tables.plan.themes for theme in case.themes) >= FAMILY


def first_fit(rows: tuple[Rule, ...], case: Case) -> Rule:
    """Return the first row that fits; the last row of a table fits everyone (check.py sees to that)."""
    return next(row for row in rows if fits(row, case))


def rules_in_play(case: Case, tables: Tables) -> tuple[Rule, ...]:
    """Return the rows that can still fit these themes and signals, whatever the facts are."""
    team = tables.plan.rules if is_family(case, tables) else ()
    rows = (row for theme in case.themes for row in tables.rows[theme])
    return tuple(row for row in (*rows, *team) if heard(row, case))


def below(row: Rule, rows: tuple[Rule, ...], case: Case) -> tuple[str, ...]:
    """Whom the rows below this one name."""
    return first_fit(rows[rows.index(row) + 1 :], case).refer_to


def fits(rule: Rule, case: Case) -> bool:
    """Tell whether the row is not shut and its facts, signals and themes fit."""
    for fact, values in rule.when.items():
        if case.facts.get(fact, UNKNOWN) not in values:
            return False
    return rule.id not in case.shut and heard(rule, case)


def heard(rule: Rule, case: Case) -> bool:
    """Tell whether one of the row's signals and one of its themes were told, where it names any."""
    if rule.signals and not any(signal in case.signals for signal in rule.signals):
        return False
    return not rule.themes or any(theme in case.themes for theme in rule.themes)


def rank(step: Step, first: tuple[str, ...]) -> int:
    """Where a step stands in line: who stands before, in their order; the one team; the others."""
    if step.organisation in first:
        return first.index(step.organisation)
    return len(first) + (0 if step.leads else 1)


def stop(group: list[Step], case: Case, tables: Tables) -> Stop:
    """One destination out of all steps that lead to it."""
    organisation = group[0].organisation
    led = {step.theme for step in group}
    wijk = case.facts.get("wijk", UNKNOWN)
    return Stop(
        organisation=organisation,
        themes=tuple(theme for theme in case.themes if theme in led),
        wijk=wijk if wijk != UNKNOWN and organisation in tables.per_wijk else None,
        rule=group[0].rule,
        beside=once(name for step in group for name in step.beside if name != organisation),
    )


def once(values: Iterable[H]) -> tuple[H, ...]:
    """Return the values without repeats, in the order in which they first came."""
    return tuple(dict.fromkeys(values))
