"""How many questions Wegwijs asks for each set of themes, beside the fewest that there can be.

The fewest are found here without the search that Wegwijs uses (`search.py`): from the outcomes of `walk` alone, by
trying every order of every question. Answers that no row tells apart are taken as one, with their number as weight.
The first question is for the place, wherever the cities share no outcome: then every way of asking needs it, and what
all ways need can be asked first without loss (drop it further on in each way: none becomes longer).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import product
from typing import NamedTuple

from referral.facts import with_what_follows
from referral.guide import Guide, Tables
from referral.model import PLACE, UNKNOWN, Facts, Follows, Rule
from referral.parts import alike, options, theme_sets, whereabouts
from referral.plan import next_question, table_of
from referral.walk import SHOWN, Case, fits, rules_in_play, walk

Progress = Callable[[int, int], None]
Told = tuple[tuple[str, str], ...]  # facts and values, in order
Outcome = tuple[object, ...]


class Cost(NamedTuple):
    """Questions in the worst case, and on average over all answers but unknown."""

    worst: int
    mean: float


class Line(NamedTuple):
    """One set of themes: the fewest questions there can be, and what Wegwijs asks."""

    themes: tuple[str, ...]
    optimum: Cost
    asked: Cost


class Answer(NamedTuple):
    """What an answer tells, and how many answers it stands for; unknown counts for none."""

    tells: Facts
    weight: int


NOTHING = Cost(0, 0.0)


def questions(guide: Guide, on: date, progress: Progress) -> Iterator[Line]:
    """Yield a line for every set of one, two and three themes, when nothing has been told yet."""
    every = tuple(theme_sets(guide.themes))
    for done, themes in enumerate(every):
        progress(done, len(every))
        yield Line(themes, optimum(themes, guide, on), asked(themes, {}, guide, on))
    progress(len(every), len(every))


def report(guide: Guide, on: date, progress: Progress) -> tuple[list[str], int]:
    """Return the table in plain lines, and for how many sets of themes Wegwijs asks more than it has to."""
    lines = list(questions(guide, on, progress))
    wrong = [line for line in lines if line.optimum != line.asked]
    table = [f"{'themes':60} {'fewest: worst':>13} {'mean':>5} {'asked: worst':>13} {'mean':>5}"]
    table += [in_columns(line) for line in lines]
    for size, name in enumerate(("one theme", "two themes", "three themes"), start=1):
        some = [line.asked for line in lines if len(line.themes) == size]
        if some:
            mean = sum(cost.mean for cost in some) / len(some)
            table.append(f"{name}: {len(some)} sets, worst {max(cost.worst for cost in some)}, mean {mean:.2f}")
    said = f"{len(lines) - len(wrong)} of {len(lines)} sets of themes are asked the fewest questions that there can be."
    return [*table, f"Certified: {said}" if not wrong else f"NOT optimal: {said}"], len(wrong)


def in_columns(line: Line) -> str:
    """Return one set of themes as a line of the table."""
    (fewest_worst, fewest_mean), (worst, mean) = line.optimum, line.asked
    mark = "" if line.optimum == line.asked else "  MORE THAN NEEDED"
    return f"{', '.join(line.themes):60} {fewest_worst:13} {fewest_mean:5.2f} {worst:13} {mean:5.2f}{mark}"


def asked(themes: tuple[str, ...], facts: Facts, guide: Guide, on: date) -> Cost:
    """Return what Wegwijs asks from here, by playing every answer."""
    known = with_what_follows(facts, guide)
    question = next_question(Case(themes, (), known), guide, guide.day(on))
    if question is None:
        return NOTHING
    if question.fact == PLACE:
        answers = places(guide)
    else:
        tables = guide.rules_on(on)[table_of(known.get("city"))]
        answers = answers_to(question.fact, Case(themes, (), known), tables, guide)
    return after([(asked(themes, {**facts, **one.tells}, guide, on), one.weight) for one in answers])


def optimum(themes: tuple[str, ...], guide: Guide, on: date) -> Cost:
    """Return the fewest questions there can be when nothing has been told."""
    ends = {city: outcomes(themes, city, guide, on) for city in guide.rules_on(on)}
    if len({one for some in ends.values() for one in some}) == 1:
        return NOTHING
    if set.intersection(*ends.values()):
        raise ValueError(f"{', '.join(themes)}: not every way of asking needs the place; it cannot be counted first")
    return after([(fewest(themes, one.tells, guide, on), one.weight) for one in places(guide)])


def outcomes(themes: tuple[str, ...], city: str, guide: Guide, on: date) -> set[Outcome]:
    """Return everything that can come out in a city."""
    tables = guide.rules_on(on)[city]
    case = Case(themes, (), {})
    facts = [fact for fact in askable(case, tables, guide) if fact != "wijk"]
    axes = [[one.tells for one in answers_to(fact, case, tables, guide)] for fact in facts]
    told = (dict(pair for one in cells for pair in one.items()) for cells in product(whereabouts(city, guide), *axes))
    return {outcome(case._replace(facts=facts), tables) for facts in told}


def fewest(themes: tuple[str, ...], start: Facts, guide: Guide, on: date) -> Cost:
    """Return the fewest questions there can be within one city."""
    tables = guide.rules_on(on)[table_of(start.get("city"))]
    case = Case(themes, (), {})
    names = askable(case, tables, guide)
    answers = {fact: answers_to(fact, case._replace(facts=start), tables, guide) for fact in names}

    def case_of(told: Told) -> Case:
        return case._replace(facts=with_what_follows(dict(told), guide))

    def then(told: Told, tells: Facts) -> Told:
        return tuple(sorted({**dict(told), **tells}.items()))

    def open_facts(told: Told) -> list[str]:
        known = case_of(told).facts
        return [fact for fact in names if fact not in known]

    @cache
    def ends(told: Told, shut: frozenset[str]) -> frozenset[Outcome]:
        rest = open_facts(told)
        if not rest:
            return frozenset({outcome(case_of(told)._replace(shut=shut), tables)})
        return frozenset().union(*(ends(then(told, one.tells), shut) for one in answers[rest[0]]))

    @cache
    def cost(told: Told) -> Cost:
        shut = frozenset(rule.id for rule in rules if not rule.asked and not fits(rule, case_of(told)))
        if len(ends(told, shut)) == 1:
            return NOTHING
        some = [fact for fact in open_facts(told) if not shut or matters(fact, told, shut)]
        return min(after([(cost(then(told, one.tells)), one.weight) for one in answers[fact]]) for fact in some)

    def matters(fact: str, told: Told, shut: frozenset[str]) -> bool:
        """Tell whether the answer changes the outcome by the rows that are open now, for some other answers."""
        rest = [one for one in open_facts(told) if one != fact]
        others = product(*(answers[one] for one in rest))
        cells = ({key: value for one in chosen for key, value in one.tells.items()} for chosen in others)
        return any(
            len({end for one in answers[fact] for end in ends(then(told, {**cell, **one.tells}), shut)}) > 1
            for cell in cells
        )

    rules = rules_in_play(case, tables)
    return cost(then((), start))


def after(branches: list[tuple[Cost, int]]) -> Cost:
    """Return the cost of a question with these answers."""
    mean = sum(cost.mean * weight for cost, weight in branches) / sum(weight for _, weight in branches)
    return Cost(1 + max(cost.worst for cost, _ in branches), round(1 + mean, 9))


def places(guide: Guide) -> list[Answer]:
    """Return the answers to the question for the place: each city, with a wijk where that matters, and unknown."""
    wijken: Mapping[str, tuple[str, ...]] = {city: guide.areas.wijken_of(city) for city in guide.cities}
    known = [Answer({"city": city, **({"wijk": some[0]} if some else {})}, 1) for city, some in wijken.items()]
    return [*known, Answer({"city": UNKNOWN}, 0)]


def askable(case: Case, tables: Tables, guide: Guide) -> list[str]:
    """Return the facts that may be asked for the sake of a row, and the wijk where somebody works per wijk."""
    rules = rules_in_play(case, tables)
    named = {fact for rule in rules if rule.asked for fact in rule.when}
    if any(name in tables.per_wijk for rule in rules for name in rule.refer_to):
        named.add("wijk")
    return [fact for fact in named if guide.facts[fact].question]


def answers_to(fact: str, case: Case, tables: Tables, guide: Guide) -> list[Answer]:
    """Return the answers to a question, those together that no row tells apart."""
    rules: tuple[Rule | Follows, ...] = (*rules_in_play(case, tables), *guide.follows)
    if fact == "wijk":
        values: list[Facts] = [{"wijk": wijk} for wijk in guide.areas.wijken_of(table_of(case.facts.get("city")))]
        groups = [*alike(values, rules), ({"wijk": UNKNOWN},)]
    else:
        groups = alike(options(fact, guide), rules)
    return [Answer(group[0], sum(one[fact] != UNKNOWN for one in group)) for group in groups]


def outcome(case: Case, tables: Tables) -> Outcome:
    """Return what a resident sees."""
    stops = walk(case, tables)
    shown = tuple((stop.organisation, stop.wijk, stop.themes) for stop in stops[:SHOWN])
    return (shown, tuple(stop.organisation for stop in stops[SHOWN:]))
