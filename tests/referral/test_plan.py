"""The questions against a brute force that knows only the outcomes: no useless one, and never one too many."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import combinations, permutations, product

import pytest

from referral.decide import decide
from referral.guide import Guide
from referral.model import Ask, Decision, Refer, Situation
from referral.plan import plan_ahead

HANGS_ON = {  # by the policy: the facts that a theme in Utrecht can hang on, besides the wijk
    "geldzorgen": ("home_or_utilities_at_risk", "children_at_home"),
    "wonen": ("home_or_utilities_at_risk", "children_at_home"),
    "zorg_thuis": ("age",),
    "school": ("education",),
    "relatie": ("children_at_home",),
    "psychisch": ("age",),
    "eenzaamheid": ("able_to_go",),
    "verslaving": ("age",),
    "huiselijk_geweld": ("children_at_home",),
    "overlast": ("nuisance",),
    "taal_inburgering": ("integration_duty",),
}
FAMILY = {"geldzorgen", "wonen", "psychisch", "verslaving", "relatie", "opvoeden", "huiselijk_geweld"}
TODAY = date(2026, 11, 21)
PLACES = (
    {"city": "utrecht", "wijk": "utrecht-oost"},
    {"city": "amersfoort"},
    {"city": "elsewhere"},
    {"city": "unknown"},
)


def theme_sets(guide: Guide) -> Iterator[tuple[str, ...]]:
    yield from combinations(guide.themes, 1)
    yield from combinations(guide.themes, 2)


def facts_of(themes: tuple[str, ...]) -> tuple[str, ...]:
    """The facts that the policy lets these themes hang on."""
    facts = [fact for theme in themes for fact in HANGS_ON.get(theme, ())]
    if len(FAMILY & set(themes)) > 1:
        facts += ["children_at_home", "age"]
    return tuple(dict.fromkeys(facts))


def answers(ask: Ask, guide: Guide) -> list[tuple[dict[str, str], int]]:
    """Each answer as the facts it gives, and its weight in the average: none for unknown."""
    if ask.fact == "place":
        return [(facts, int(facts["city"] != "unknown")) for facts in PLACES]
    values = list(guide.facts[ask.fact].values)[: 2 if ask.fact == "wijk" else None]
    return [*(({ask.fact: value}, 1) for value in values), ({ask.fact: "unknown"}, 0)]


def seen(decision: Decision) -> tuple[object, ...]:
    """What a resident sees of a referral."""
    assert isinstance(decision, Refer)
    return (*((one.organisation, one.wijk, one.themes) for one in decision.referrals), decision.left_over)


def play(themes: tuple[str, ...], facts: dict[str, str], guide: Guide) -> tuple[int, float, set[tuple[object, ...]]]:
    """The questions that Wegwijs asks, worst and on average, and where they end; no question is useless."""
    decision = decide(Situation(themes=themes, facts=facts), guide, TODAY)
    if isinstance(decision, Refer):
        return 0, 0.0, {seen(decision)}
    assert decision.fact not in facts
    branches = [(*play(themes, facts | given, guide), weight) for given, weight in answers(decision, guide)]
    ends = set.union(*(branch[2] for branch in branches))
    assert len(ends) > 1, f"{themes} {facts}: {decision.fact} changes nothing"
    mean = sum(branch[1] * branch[3] for branch in branches) / sum(branch[3] for branch in branches)
    return 1 + max(branch[0] for branch in branches), 1 + mean, ends


def optimum(themes: tuple[str, ...], start: dict[str, str], guide: Guide) -> tuple[int, float]:
    """The fewest questions there can be in a city, by trying every order of every fact."""
    names = facts_of(themes)
    choices = {name: (*guide.facts[name].values, "unknown") for name in names}

    @cache
    def outcomes(state: tuple[str | None, ...]) -> frozenset[tuple[object, ...]]:
        if None not in state:
            facts = start | {name: value for name, value in zip(names, state, strict=True) if value}
            return frozenset({seen(decide(Situation(themes=themes, facts=facts), guide, TODAY))})
        place = state.index(None)
        after = (outcomes((*state[:place], value, *state[place + 1 :])) for value in choices[names[place]])
        return frozenset.union(*after)

    @cache
    def cost(state: tuple[str | None, ...]) -> tuple[int, float]:
        if len(outcomes(state)) == 1:
            return 0, 0.0
        return min(asking(state, place) for place, value in enumerate(state) if value is None)

    def asking(state: tuple[str | None, ...], place: int) -> tuple[int, float]:
        values = choices[names[place]]
        after = [cost((*state[:place], value, *state[place + 1 :])) for value in values]
        return 1 + max(worst for worst, _ in after), round(1 + sum(mean for _, mean in after[:-1]) / len(after[:-1]), 9)

    return cost((None,) * len(names))


def test_no_question_is_useless_and_none_is_too_many(guide):
    """In the one wijk that is known, for every theme and pair."""
    start = {"city": "utrecht", "wijk": "utrecht-oost"}
    wrong = {}
    for themes in theme_sets(guide):
        worst, mean, _ = play(themes, start, guide)
        best = optimum(themes, start, guide)
        if (worst, round(mean, 9)) != best:
            wrong[themes] = (worst, mean, best)

    assert wrong == {}


@pytest.mark.parametrize("start", [{}, {"city": "utrecht"}, {"city": "amersfoort"}, {"city": "unknown"}])
def test_no_question_is_useless_wherever_the_conversation_begins(start, guide):
    for themes in theme_sets(guide):
        play(themes, start, guide)


@pytest.mark.parametrize("start", [{"city": "amersfoort"}, {"city": "elsewhere"}, {"city": "unknown"}])
def test_outside_utrecht_nothing_is_asked(start, guide):
    for themes in theme_sets(guide):
        assert play(themes, start, guide)[0] == 0


def test_where_the_city_is_open_the_place_is_asked_first_and_once(guide):
    for themes in theme_sets(guide):
        decision = decide(Situation(themes=themes), guide, TODAY)
        assert isinstance(decision, Refer) is (themes == ("medisch",))
        assert isinstance(decision, Refer) or decision.fact == "place"


def test_the_wijk_is_asked_last_when_another_answer_can_spare_it(guide):
    """At a secondary school the team is of the whole city, so that the wijk is not needed."""
    assert play(("school",), {"city": "utrecht"}, guide)[:2] == (2, 1 + 3 / 5)


def test_told_facts_ask_the_same_as_answered_ones(guide):
    """The order in which facts became known changes nothing."""
    for themes in combinations(HANGS_ON, 2):
        names = facts_of(themes)
        for values in product(*(tuple(guide.facts[name].values)[:2] for name in names)):
            facts = {"city": "utrecht", "wijk": "utrecht-oost", **dict(zip(names, values, strict=True))}
            assert isinstance(decide(Situation(themes=themes, facts=facts), guide, TODAY), Refer)


def test_after_planning_ahead_no_theme_and_no_pair_has_to_be_planned_again(guide):
    day = guide.day(TODAY)
    planned = plan_ahead(guide, TODAY)
    before = set(day.searches)

    for themes in permutations(guide.themes, 2):
        for place in PLACES:
            decide(Situation(themes=themes, facts=place), guide, TODAY)

    assert planned == len(guide.themes) ** 2
    assert set(day.searches) == before
