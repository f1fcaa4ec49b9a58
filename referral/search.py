"""The exact search for the cheapest decision tree in one city, remembering every state it has weighed.

A state is what is known of each fact in play, None where it is open. Answers that no row tells apart are one
answer with a weight, so that a state space is a few hundred at most.

A row that is used "when told, never asked" is shut as long as it does not fit what is told: no question is
asked for its sake, and it opens when an answer to another question makes it fit.
"""

from collections.abc import Iterable, Mapping
from math import prod
from typing import NamedTuple

from referral.guide import Guide, Tables
from referral.model import UNKNOWN, Facts, Follows, Rule
from referral.walk import SHOWN, Case, fits, once, rules_in_play, walk

State = tuple[str | None, ...]
Shut = frozenset[str]


class Outcome(NamedTuple):
    """What comes out: organisation, wijk and themes of each referral, and what is left over."""

    shown: tuple[tuple[str, str | None, tuple[str, ...]], ...]
    left_over: tuple[str, ...]


class Answer(NamedTuple):
    """Answers that no row tells apart: the first of them stands for all; unknown has no weight."""

    value: str
    values: tuple[str, ...]
    weight: int


class Best(NamedTuple):
    """The best question in a state (None: nothing hangs on any), and how many are still to come."""

    worst: int
    mean: float
    fact: str | None


DONE = Best(0, 0.0, None)
EXACT = 3_000  # states that are weighed one by one; three themes make 540 at most, four 1,620


class Search:
    """The decision tree for these themes and signals by the tables of one city."""

    def __init__(self, case: Case, city: str, tables: Tables, guide: Guide) -> None:
        self.case, self.tables, self.guide = case, tables, guide
        self.rules = rules_in_play(case, tables)
        self.never_asked = tuple(rule for rule in self.rules if not rule.asked)
        self.wijken = guide.areas.wijken_of(city) if works_per_wijk(self.rules, tables) else ()
        self.asked = self._asked()
        self.follows = tuple(one for one in guide.follows if set(one.then) & set(self.asked))
        self.names = once([*self.asked, *mentioned(self.never_asked), *mentioned(self.follows)])
        self.answers = {fact: self._answers(fact) for fact in self.names}
        self._at = {fact: place for place, fact in enumerate(self.names)}
        self.size = prod(len(self.answers[fact]) + 1 for fact in self.asked)
        self._best: dict[State, Best] = {}
        self._ends: dict[tuple[State, Shut], int] = {}
        self._numbers: dict[Outcome, int] = {}

    def state(self, facts: Facts) -> State:
        """Return what is known of the facts in play, each as the first of the values no row tells apart."""
        return tuple(self._alike(fact, facts[fact]) if fact in facts else None for fact in self.names)

    def best(self, state: State) -> Best:
        """Return the best question in this state. Ties go to the fact that stands first in facts.yaml."""
        if self.size > EXACT:
            return self._first_that_matters(state)
        if state not in self._best:
            choices = [self._asking(fact, state) for fact in self._worth_asking(state)]
            self._best[state] = min(choices, key=lambda one: (one.worst, one.mean), default=DONE)
        return self._best[state]

    def answered(self, state: State, fact: str) -> tuple[State, ...]:
        """Return the states that the answers to this question lead to."""
        return tuple(self._after(state, fact, answer.value) for answer in self.answers[fact])

    def outcomes(self, state: State) -> tuple[Outcome, ...]:
        """Return every outcome that is still possible; one means that nothing is left to ask."""
        ends = self._possible(state, self._shut(state))
        return tuple(outcome for outcome, number in self._numbers.items() if ends & number)

    def _asked(self) -> tuple[str, ...]:
        """Return the facts that may be asked, in the order of facts.yaml."""
        named = {*mentioned(rule for rule in self.rules if rule.asked), *(["wijk"] if self.wijken else [])}
        return tuple(name for name, fact in self.guide.facts.items() if fact.question and name in named)

    def _answers(self, fact: str) -> tuple[Answer, ...]:
        """Return the values of a fact and unknown, those together that no row tells apart."""
        if fact == "wijk":
            return (Answer(self.wijken[0], self.wijken, len(self.wijken)), Answer(UNKNOWN, (UNKNOWN,), 0))
        cells = [when[fact] for when in self._cells() if fact in when]
        groups: dict[tuple[bool, ...], list[str]] = {}
        for value in (*self.guide.facts[fact].values, UNKNOWN):
            groups.setdefault(tuple(value in cell for cell in cells), []).append(value)
        return tuple(answer_of(values) for values in groups.values())

    def _cells(self) -> list[Mapping[str, tuple[str, ...]]]:
        return [*(rule.when for rule in self.rules), *(follows.when for follows in self.follows)]

    def _first_that_matters(self, state: State) -> Best:
        """Return a question that is not useless, for more themes than a conversation ever has."""
        shut = self._shut(state)
        open_facts = (fact for fact in self._open(state) if self._matters(fact, (state,), shut))
        return next((Best(1, 1.0, fact) for fact in open_facts), DONE)

    def _asking(self, fact: str, state: State) -> Best:
        """Return what it costs to ask this fact first."""
        after = [(self.best(self._after(state, fact, one.value)), one.weight) for one in self.answers[fact]]
        mean = sum(best.mean * weight for best, weight in after) / sum(weight for _, weight in after)
        return Best(1 + max(best.worst for best, _ in after), round(1 + mean, 9), fact)

    def _worth_asking(self, state: State) -> tuple[str, ...]:
        """Return the facts worth asking, none when one outcome is left.

        A question that changes nothing costs one and saves none, so that it is never the best. Only where an
        answer may open a row that is never asked could it pay; there the useless ones are left out.
        """
        shut = self._shut(state)
        if is_one(self._possible(state, shut)):
            return ()
        asked = self._open(state)
        if not any(self._may_open(rule, state) for rule in self.never_asked if rule.id in shut):
            return asked
        return tuple(fact for fact in asked if self._matters(fact, (state,), shut))

    def _open(self, state: State) -> tuple[str, ...]:
        return tuple(fact for fact in self.asked if state[self._at[fact]] is None)

    def _shut(self, state: State) -> Shut:
        """Return the never-asked rows that do not fit what is known now."""
        if not self.never_asked:
            return frozenset()
        case = self._case(state)
        return frozenset(rule.id for rule in self.never_asked if not fits(rule, case))

    def _may_open(self, rule: Rule, state: State) -> bool:
        """Tell whether answers to questions can still make a shut row fit."""
        return all(
            fact in self.asked if state[self._at[fact]] is None else state[self._at[fact]] in values
            for fact, values in rule.when.items()
        )

    def _matters(self, fact: str, states: tuple[State, ...], shut: Shut) -> bool:
        """Tell whether the answer can change the outcome by the rows that are open now, whatever the rest is.

        `states` are alike but for the fact, one for each of its answers.
        """
        if states[0][self._at[fact]] is None:
            states = tuple(self._put(states[0], fact, answer.value) for answer in self.answers[fact])
        ends = {self._possible(state, shut) for state in states}
        if len(ends) == 1 and is_one(min(ends)):
            return False
        rest = self._open(states[0])
        return not rest or any(
            self._matters(fact, tuple(self._put(state, rest[0], answer.value) for state in states), shut)
            for answer in self.answers[rest[0]]
        )

    def _possible(self, state: State, shut: Shut) -> int:
        """Return the outcomes that are still possible, each as one bit."""
        key = (state, shut)
        if key not in self._ends:
            self._ends[key] = self._reachable(state, shut)
        return self._ends[key]

    def _reachable(self, state: State, shut: Shut) -> int:
        asked = self._open(state)
        if not asked:
            return self._numbers.setdefault(self._outcome(state, shut), 1 << len(self._numbers))
        ends = 0
        for answer in self.answers[asked[0]]:
            ends |= self._possible(self._after(state, asked[0], answer.value), shut)
        return ends

    def _outcome(self, state: State, shut: Shut) -> Outcome:
        stops = walk(self._case(state)._replace(shut=shut), self.tables)
        shown = tuple((stop.organisation, stop.wijk, stop.themes) for stop in stops[:SHOWN])
        return Outcome(shown, tuple(stop.organisation for stop in stops[SHOWN:]))

    def _case(self, state: State) -> Case:
        facts = {fact: value for fact, value in zip(self.names, state, strict=True) if value is not None}
        return self.case._replace(facts=facts)

    def _after(self, state: State, fact: str, value: str) -> State:
        """Return the state after an answer, with what follows from it."""
        after = self._put(state, fact, value)
        for follows in self.follows:
            if all(after[self._at[one]] in values for one, values in follows.when.items()):
                for one, then in follows.then.items():
                    after = after if after[self._at[one]] else self._put(after, one, then)
        return after

    def _put(self, state: State, fact: str, value: str) -> State:
        place = self._at[fact]
        return (*state[:place], value, *state[place + 1 :])

    def _alike(self, fact: str, value: str) -> str:
        return next(one.value for one in self.answers[fact] if value in one.values)


def is_one(ends: int) -> bool:
    """Tell whether one bit is set."""
    return ends & (ends - 1) == 0


def answer_of(values: list[str]) -> Answer:
    """Return one answer for all these values."""
    return Answer(values[0], tuple(values), sum(value != UNKNOWN for value in values))


def mentioned(rows: Iterable[Rule | Follows]) -> tuple[str, ...]:
    """Return the facts that these rows look at."""
    return once(fact for row in rows for fact in row.when)


def works_per_wijk(rules: Iterable[Rule], tables: Tables) -> bool:
    """Tell whether one of the organisations that the rules refer to works per wijk."""
    return any(organisation in tables.per_wijk for rule in rules for organisation in rule.refer_to)
