"""The explanation for staff: the same decision, row by row."""

from referral.decide import decide
from referral.explain import explain
from referral.model import Situation


def test_the_rows_that_were_passed_by_tell_why(guide, today):
    facts = {"city": "utrecht", "wijk": "utrecht-west", "education": "primary", "age": "0-11"}
    situation = Situation(themes=("school",), facts=facts)

    told = explain(situation, guide, today)

    assert told.decision == decide(situation, guide, today)
    assert (told.place, told.on) == ("utrecht", today)
    assert told.used == ("city", "wijk", "education")
    assert [(row.rule, row.fitted, row.passed_by) for row in told.traces[0].rows] == [
        ("utrecht-school-vo", False, {"education": "primary"}),
        ("utrecht-school-mbo", False, {"education": "primary"}),
        ("utrecht-school-volwassen", False, {"education": "primary"}),
        ("utrecht-school-basis", True, {}),
    ]
    assert all(row.source and row.because["nl"] for row in told.traces[0].rows)


def test_the_plan_of_a_family_stands_first(guide, today):
    situation = Situation(themes=("geldzorgen", "relatie"), facts={"city": "utrecht", "children_at_home": "yes"})

    told = explain(situation, guide, today)

    assert [(trace.theme, trace.rows[-1].rule) for trace in told.traces] == [
        (None, "utrecht-plan-gezin"),
        ("geldzorgen", "utrecht-geldzorgen-gezin"),
        ("relatie", "utrecht-relatie-gezin"),
    ]
    assert told.traces[0].rows[0].passed_by == {"themes": "none of: opvoeden"}


def test_a_signal_that_was_not_told_is_a_reason(guide, today):
    told = explain(Situation(themes=("wonen",), facts={"city": "utrecht"}), guide, today)

    assert told.traces[0].rows[0].passed_by == {"signals": "none of: roof_tonight"}


def test_the_row_that_fitted_is_the_row_of_the_referral(guide, today):
    for city in guide.cities:
        for theme in guide.themes:
            told = explain(Situation(themes=(theme,), facts={"city": city, "wijk": "unknown"}), guide, today)
            if hasattr(told.decision, "referrals"):
                assert told.traces[0].rows[-1].rule == told.decision.referrals[0].rule
