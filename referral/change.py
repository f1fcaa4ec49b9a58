"""What would change this: the smallest change of facts that gives another destination."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations, product

from referral.decide import case_of, destinations
from referral.facts import WrongWord
from referral.guide import Day, Guide
from referral.model import UNKNOWN, Facts, Situation, Value
from referral.plan import table_of
from referral.walk import SHOWN, once, rules_in_play

PLACES = ("city", "wijk")


class Change(Value):
    """Facts that would have to be different, and to whom it would then go."""

    facts: Facts
    organisations: tuple[str, ...]


def what_would_change(situation: Situation, guide: Guide, on: date) -> tuple[Change, ...]:
    """Return every smallest change of facts that leads to other organisations; none when no fact does.

    A fact that was not told counts as unknown. Another city is named only where nothing within the city changes it.
    """
    day = guide.day(on)
    now = leads_to(situation, guide, day)
    within = facts_in_play(situation, guide, day)
    for facts in (within, ("city",)):
        for size in range(1, len(facts) + 1):
            found = [change for change in changes(situation, facts, size, guide, day) if change.organisations != now]
            if found:
                return tuple(found)
    return ()


def leads_to(situation: Situation, guide: Guide, day: Day) -> tuple[str, ...]:
    """Return the organisations that are shown."""
    return tuple(stop.organisation for stop in destinations(case_of(situation, guide), day)[:SHOWN])


def facts_in_play(situation: Situation, guide: Guide, day: Day) -> tuple[str, ...]:
    """Return the facts that a row for these themes looks at."""
    case = case_of(situation, guide)
    rules = rules_in_play(case, day.tables[table_of(case.facts.get("city"))])
    return once(fact for rule in rules for fact in rule.when if fact not in PLACES)


def changes(situation: Situation, facts: tuple[str, ...], size: int, guide: Guide, day: Day) -> Iterator[Change]:
    """Yield every change of so many facts, with where it leads."""
    told = case_of(situation, guide).facts
    for some in combinations(facts, size):
        others = [[value for value in guide.facts[fact].values if value != told.get(fact, UNKNOWN)] for fact in some]
        for values in product(*others):
            changed = dict(zip(some, values, strict=True))
            try:
                yield Change(facts=changed, organisations=leads_to(with_facts(situation, changed), guide, day))
            except WrongWord:  # what was told otherwise does not allow it
                continue


def with_facts(situation: Situation, changed: Facts) -> Situation:
    """Return the situation with these facts instead; with another city the wijk is gone."""
    kept = {fact: value for fact, value in situation.facts.items() if "city" not in changed or fact != "wijk"}
    return situation.model_copy(update={"facts": {**kept, **changed}})
