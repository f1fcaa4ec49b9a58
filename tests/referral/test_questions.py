"""The table of questions: what Wegwijs asks is the fewest there can be. `test_plan.py` holds the brute force."""

from itertools import combinations

import pytest

from referral import questions as module
from referral.model import Rule
from referral.plan import Question, next_question
from referral.questions import Cost, asked, optimum, questions
from tests.referral.test_plan import FAMILY, HANGS_ON, PLACES, play

WITHOUT_WIJK = {"city": "utrecht"}


@pytest.mark.parametrize("size", [1, 2])
def test_playing_every_single_answer_agrees_on_every_theme_and_pair(size, guide, today):
    """`play` asks decide() itself and tries every single answer, from the first question for the place on."""
    wrong = {}
    for themes in combinations(guide.themes, size):
        worst, mean, _ = play(themes, {}, guide)
        found = (optimum(themes, guide, today), asked(themes, {}, guide, today))
        if any((cost.worst, round(cost.mean, 6)) != (worst, round(mean, 6)) for cost in found):
            wrong[themes] = (worst, mean, found)

    assert wrong == {}


def test_three_themes_together_ask_the_fewest_too(guide, today):
    """Those on which most hangs; `wegwijs prove --questions` goes through all."""
    for themes in combinations(sorted(FAMILY & set(HANGS_ON)), 3):
        assert asked(themes, {}, guide, today) == optimum(themes, guide, today)


def test_every_set_of_themes_has_a_line(guide, today):
    few = guide.model_copy(update={"themes": {theme: theme for theme in ("medisch", "overlast", "school")}})
    told: list[tuple[int, int]] = []

    lines = list(questions(few, today, lambda done, total: told.append((done, total))))

    assert [len(line.themes) for line in lines] == [1, 1, 1, 2, 2, 2, 3]
    assert lines[0].optimum == lines[0].asked == Cost(0, 0.0)
    assert all(line.optimum == line.asked for line in lines)
    assert told[-1] == (7, 7)


def test_a_worse_first_question_would_show(guide, today, monkeypatch):
    """The certificate is not empty: who asks the wijk first needs more questions at a school, and it is seen."""

    def wijk_first(case, guide, day):
        best = next_question(case, guide, day)
        open_wijk = case.facts.get("city") == "utrecht" and "wijk" not in case.facts
        return Question("wijk", ()) if best and open_wijk and best.fact != "wijk" else best

    best = asked(("school",), WITHOUT_WIJK, guide, today)
    monkeypatch.setattr(module, "next_question", wijk_first)

    assert best < asked(("school",), WITHOUT_WIJK, guide, today)


def test_rows_that_are_never_asked_ask_nothing(guide, today):
    """Without the row for students at the mbo the same questions are asked."""
    tables = {place: dict(some) for place, some in guide.tables.items()}
    money = tables["utrecht"]["geldzorgen"]
    rows: tuple[Rule, ...] = tuple(rule for rule in money.rules if rule.asked)
    tables["utrecht"]["geldzorgen"] = money.model_copy(update={"rules": rows})
    without = type(guide)(**{**{name: getattr(guide, name) for name in type(guide).model_fields}, "tables": tables})

    for start in ({}, WITHOUT_WIJK, PLACES[0]):
        assert asked(("geldzorgen",), start, guide, today) == asked(("geldzorgen",), start, without, today)


def test_the_report_ends_with_the_certificate_and_says_what_is_not_optimal(guide, today, monkeypatch):
    few = guide.model_copy(update={"themes": {"medisch": "medisch", "school": "school"}})
    good = module.report(few, today, lambda done, total: None)
    monkeypatch.setattr(module, "asked", lambda *_: Cost(9, 9.0))
    bad = module.report(few, today, lambda done, total: None)

    assert good[0][-1].startswith("Certified: 3 of 3")
    assert good[1] == 0
    assert bad[0][-1].startswith("NOT optimal: 0 of 3")
    assert bad[1] == 3
