"""What is asked, what is said first, and how several themes become one answer."""

from datetime import date

import pytest

from referral.decide import decide
from referral.facts import WrongWord
from referral.model import Ask, Refer, Situation

JG, SOC = "utrecht-buurtteam-jeugd-gezin", "utrecht-buurtteam-sociaal"
CRISIS = "utrecht-schulddienstverlening"
RISK, KIDS = "home_or_utilities_at_risk", "children_at_home"
IN_WEST = {"city": "utrecht", "wijk": "utrecht-west"}


def told(*themes: str, signals: tuple[str, ...] = (), **facts: str) -> Situation:
    return Situation(themes=themes, signals=signals, facts=facts)


def organisations(decision: Refer | Ask) -> list[str]:
    assert isinstance(decision, Refer)
    return [one.organisation for one in decision.referrals]


# ------------------------------------------------------------------ what is asked


@pytest.mark.parametrize(
    ("situation", "fact"),
    [
        (told("ontmoeting"), "place"),
        (told("geldzorgen", "psychisch"), "place"),
        (told("huiselijk_geweld"), "place"),
        (told("medisch", "werk"), "place"),
        (told("ontmoeting", city="utrecht"), "wijk"),
        (told("opvoeden", city="utrecht"), "wijk"),
        (told("zorg_thuis", city="utrecht"), "age"),
        (told("overlast", city="utrecht"), "nuisance"),
        (told("overlast", city="utrecht", nuisance="street"), "wijk"),
        (told("school", city="utrecht"), "education"),
        (told("school", city="utrecht", education="primary"), "wijk"),
        (told("eenzaamheid", **IN_WEST), "able_to_go"),
        (told("taal_inburgering", **IN_WEST), "integration_duty"),
        (told("geldzorgen", **IN_WEST), RISK),
        (told("geldzorgen", **IN_WEST, **{RISK: "no"}), KIDS),
        (told("wonen", **IN_WEST, **{RISK: "unknown"}), KIDS),
        (told("psychisch", **IN_WEST, for_whom="own_child"), "age"),
    ],
)
def test_a_fact_on_which_the_outcome_hangs_is_asked(situation, fact, guide, today):
    decision = decide(situation, guide, today)

    assert isinstance(decision, Ask)
    assert decision.fact == fact


@pytest.mark.parametrize(
    "situation",
    [
        told("medisch"),
        told("medisch", signals=("minor_speaking",)),
        told("regelingen", city="utrecht"),
        told("mantelzorg", city="utrecht"),
        told("gezond_leven", city="utrecht"),  # DOCK stands only beside it
        told("overlast", city="utrecht", nuisance="neighbours"),
        told("school", city="utrecht", education="vo"),
        told("zorg_thuis", city="utrecht", age="67+"),
        told("wonen", city="utrecht", signals=("roof_tonight",)),
        told("geldzorgen", city="utrecht", **{RISK: "yes"}),  # the buurtteam stands only beside it
        told("ontmoeting", city="utrecht", wijk="unknown"),
        told("geldzorgen", city="amersfoort"),
        told("school", "opvoeden", city="amersfoort"),
        told("school", city="elsewhere"),
        told("wonen", city="unknown"),
        told("ontmoeting", wijk="utrecht-zuid"),  # the wijk tells the city
    ],
)
def test_a_fact_on_which_nothing_hangs_is_not_asked(situation, guide, today):
    assert isinstance(decide(situation, guide, today), Refer)


def test_a_question_names_the_organisations_it_chooses_between(guide, today):
    decision = decide(told("overlast", city="utrecht"), guide, today)

    assert decision == Ask(fact="nuisance", between=("utrecht-buurtbemiddeling", "utrecht-wijkbureaus"))


def test_the_question_for_the_place_names_who_may_help_in_each_city(guide, today):
    decision = decide(told("regelingen"), guide, today)

    assert decision == Ask(
        fact="place", between=("amersfoort-stadsring", "utrecht-sociaal-raadslieden", "own-municipality")
    )


def test_the_question_for_the_wijk_names_who_works_there(guide, today):
    assert decide(told("ontmoeting", city="utrecht"), guide, today) == Ask(fact="wijk", between=("utrecht-dock",))


@pytest.mark.parametrize("age", ["18-22", "unknown"])
def test_a_row_that_is_used_when_told_asks_nothing(age, guide, today):
    decision = decide(told("geldzorgen", **IN_WEST, age=age, **{RISK: "no", KIDS: "no"}), guide, today)

    assert organisations(decision) == [SOC]


def test_a_row_that_is_used_when_told_opens_by_an_answer_to_another_question(guide, today):
    """The education is asked for the school; that it is mbo then also decides who helps with money."""
    facts = {**IN_WEST, "age": "18-22", RISK: "no"}
    question = decide(told("geldzorgen", "school", **facts), guide, today)
    decision = decide(told("geldzorgen", "school", **facts, education="mbo"), guide, today)

    assert isinstance(question, Ask)
    assert question.fact == "education"
    assert organisations(decision) == ["utrecht-buurtteam-mbo"]


@pytest.mark.parametrize(("age", "refers"), [("0-11", JG), ("12-17", JG)])
def test_a_child_of_ones_own_tells_that_children_live_at_home(age, refers, guide, today):
    decision = decide(told("relatie", **IN_WEST, for_whom="own_child", age=age), guide, today)

    assert organisations(decision) == [refers]


@pytest.mark.parametrize(
    "facts",
    [{"for_whom": "self", "age": "12-17"}, {"for_whom": "own_child", "age": "23-66"}, {"for_whom": "own_child"}],
)
def test_nothing_else_tells_that_children_live_at_home(facts, guide, today):
    decision = decide(told("relatie", **IN_WEST, **facts), guide, today)

    assert isinstance(decision, Ask)
    assert decision.fact == KIDS


def test_what_was_told_itself_stands(guide, today):
    facts = {"for_whom": "own_child", "age": "0-11", KIDS: "no"}

    assert organisations(decide(told("relatie", **IN_WEST, **facts), guide, today)) == [SOC]


# ------------------------------------------------------------------ what is said first


@pytest.mark.parametrize(
    ("signals", "city", "first"),
    [
        (("acute_danger",), "utrecht", ("112",)),
        (("medical_emergency",), "utrecht", ("112",)),
        (("threat_to_others",), "utrecht", ("112",)),
        (("suicide",), "utrecht", ("113",)),
        (("violence_at_home",), "utrecht", ("veilig-thuis",)),
        (("child_unsafe",), "utrecht", ("veilig-thuis",)),
        (("sexual_violence",), "utrecht", ("centrum-seksueel-geweld",)),
        (("minor_speaking",), "utrecht", ("kindertelefoon",)),
        (("roof_tonight",), "utrecht", ("utrecht-herstart",)),
        (("roof_tonight",), "amersfoort", ("own-municipality",)),
        (("roof_tonight",), "elsewhere", ("own-municipality",)),
        (("roof_tonight",), "unknown", ("own-municipality",)),
        (("minor_speaking", "suicide"), "utrecht", ("113", "kindertelefoon")),
        (("violence_at_home", "child_unsafe"), "utrecht", ("veilig-thuis",)),
        (
            ("roof_tonight", "minor_speaking", "sexual_violence", "child_unsafe", "suicide", "acute_danger"),
            "utrecht",
            ("112", "113", "veilig-thuis", "centrum-seksueel-geweld", "kindertelefoon", "utrecht-herstart"),
        ),
    ],
)
@pytest.mark.parametrize("theme", ["regelingen", "eenzaamheid"])
def test_danger_is_named_first_with_a_question_and_with_a_referral(signals, city, first, theme, guide, today):
    assert decide(told(theme, signals=signals, city=city), guide, today).say_first == first


def test_danger_without_a_theme_refers_to_nobody_else(guide, today):
    assert decide(told(signals=("suicide",)), guide, today) == Refer(referrals=(), say_first=("113",), urgent=True)


def test_a_signal_takes_no_referral_away(guide, today):
    quiet = decide(told("regelingen", city="utrecht"), guide, today)
    danger = decide(told("regelingen", signals=("suicide",), city="utrecht"), guide, today)

    assert isinstance(quiet, Refer)
    assert isinstance(danger, Refer)
    assert danger.referrals == quiet.referrals


@pytest.mark.parametrize(
    ("signal", "urgent"),
    [
        ("suicide", True),
        ("acute_danger", True),
        ("violence_at_home", True),
        ("child_unsafe", True),
        ("sexual_violence", True),
        ("medical_emergency", True),
        ("roof_tonight", True),
        ("threat_to_others", True),
        ("minor_speaking", False),
    ],
)
def test_danger_makes_it_urgent(signal, urgent, guide, today):
    assert decide(told("werk", signals=(signal,)), guide, today).urgent is urgent
    assert decide(told("medisch", signals=(signal,)), guide, today).urgent is urgent


# ------------------------------------------------------------------ more than one theme

PLANS = [
    # themes, facts, signals, organisations in order
    (("geldzorgen", "relatie"), {RISK: "no", KIDS: "no"}, (), [SOC]),
    (("geldzorgen", "relatie"), {RISK: "no", KIDS: "yes"}, (), [JG]),
    (("geldzorgen", "opvoeden"), {RISK: "no"}, (), [JG]),
    (("psychisch", "verslaving"), {"age": "12-17"}, (), [JG]),
    (("psychisch", "verslaving"), {"age": "23-66", KIDS: "no"}, (), [SOC]),
    (("psychisch", "verslaving"), {"age": "unknown", KIDS: "unknown"}, (), [SOC]),
    (("relatie", "geldzorgen"), {RISK: "yes", KIDS: "no"}, (), [CRISIS, SOC]),
    (("opvoeden", "huiselijk_geweld"), {}, (), ["veilig-thuis", JG]),
    (("geldzorgen", "huiselijk_geweld"), {RISK: "yes", KIDS: "yes"}, (), ["veilig-thuis", CRISIS, JG]),
    (("wonen", "huiselijk_geweld"), {KIDS: "yes"}, ("roof_tonight",), ["utrecht-herstart", "veilig-thuis", JG]),
    (("school", "psychisch", "geldzorgen"), {RISK: "no", "age": "12-17", "education": "vo"}, (),
     [JG, "utrecht-buurtteam-vo"]),
    (("werk", "relatie", "wonen"), {RISK: "no", KIDS: "no"}, (), [SOC, "utrecht-werk-en-inkomen"]),
    (("geldzorgen", "wonen"), {RISK: "yes", KIDS: "yes"}, (), [CRISIS, JG]),
]  # fmt: skip


@pytest.mark.parametrize(("themes", "facts", "signals", "expected"), PLANS)
def test_one_family_gets_one_plan(themes, facts, signals, expected, guide, today):
    decision = decide(told(*themes, signals=signals, **IN_WEST, **{"age": "23-66", KIDS: "no", **facts}), guide, today)

    assert organisations(decision) == expected


def test_the_team_of_a_family_takes_all_its_themes(guide, today):
    decision = decide(told("werk", "relatie", "geldzorgen", **IN_WEST, **{RISK: "yes", KIDS: "yes"}), guide, today)

    assert isinstance(decision, Refer)
    assert [(one.organisation, one.themes, one.rule) for one in decision.referrals] == [
        (CRISIS, ("geldzorgen",), "utrecht-geldzorgen-crisis"),
        (JG, ("relatie", "geldzorgen"), "utrecht-plan-gezin"),
        ("utrecht-werk-en-inkomen", ("werk",), "utrecht-werk-iedereen"),
    ]
    assert decision.referrals[0].beside == (JG,)


def test_who_stands_beside_a_theme_stands_beside_the_team(guide, today):
    decision = decide(told("psychisch", "geldzorgen", **IN_WEST, age="23-66", **{RISK: "no", KIDS: "no"}), guide, today)

    assert isinstance(decision, Refer)
    assert decision.referrals[0].beside == ("huisarts", "mind-hulplijn", "utrecht-u-pas", "utrecht-voedselbank")


def test_a_family_in_amersfoort_gets_the_wijkteam(guide, today):
    decision = decide(told("wonen", "opvoeden", "huiselijk_geweld", "werk", city="amersfoort"), guide, today)

    assert organisations(decision) == ["veilig-thuis", "amersfoort-wijkteams", "amersfoort-gemeente"]


def test_one_theme_of_the_seven_is_no_family_plan(guide, today):
    decision = decide(told("opvoeden", "werk", city="amersfoort"), guide, today)

    assert organisations(decision) == ["amersfoort-indebuurt033", "amersfoort-gemeente"]


def test_themes_with_the_same_destination_are_one_referral(guide, today):
    decision = decide(told("ontmoeting", "werk", "buurtcentrum", **IN_WEST), guide, today)

    assert isinstance(decision, Refer)
    assert [(one.organisation, one.themes) for one in decision.referrals] == [
        ("utrecht-dock", ("ontmoeting", "buurtcentrum")),
        ("utrecht-werk-en-inkomen", ("werk",)),
    ]


def test_elsewhere_the_municipality_is_named_once_and_veilig_thuis_first(guide, today):
    decision = decide(told("werk", "huiselijk_geweld", "geldzorgen", city="elsewhere"), guide, today)

    assert isinstance(decision, Refer)
    assert [(one.organisation, one.themes, one.beside) for one in decision.referrals] == [
        ("veilig-thuis", ("huiselijk_geweld",), ()),
        ("own-municipality", ("werk", "huiselijk_geweld", "geldzorgen"), ("geldfit",)),
    ]


def test_referrals_come_in_the_order_told(guide, today):
    assert organisations(decide(told("werk", "regelingen", city="utrecht"), guide, today)) == [
        "utrecht-werk-en-inkomen",
        "utrecht-sociaal-raadslieden",
    ]
    assert organisations(decide(told("regelingen", "werk", city="utrecht"), guide, today)) == [
        "utrecht-sociaal-raadslieden",
        "utrecht-werk-en-inkomen",
    ]


def test_who_stands_before_comes_first_however_it_was_told(guide, today):
    facts = {**IN_WEST, RISK: "yes"}
    decision = decide(told("werk", "geldzorgen", **facts), guide, today)

    assert organisations(decision) == [CRISIS, "utrecht-werk-en-inkomen"]


def test_three_referrals_at_most_and_the_rest_is_left_over(guide, today):
    decision = decide(
        told("werk", "regelingen", "mantelzorg", "gezond_leven", "ontmoeting", city="utrecht"), guide, today
    )

    assert organisations(decision) == ["utrecht-werk-en-inkomen", "utrecht-sociaal-raadslieden", "utrecht-mantelzorg"]
    assert isinstance(decision, Refer)
    assert decision.left_over == ("utrecht-sport-utrecht", "utrecht-dock")


def test_a_theme_told_twice_counts_once(guide, today):
    once = decide(told("werk", city="utrecht"), guide, today)

    assert decide(told("werk", "werk", city="utrecht"), guide, today) == once


# ------------------------------------------------------------------ the wijk


def test_who_works_per_wijk_is_named_with_the_wijk(guide, today):
    decision = decide(told("ontmoeting", "werk", **IN_WEST), guide, today)

    assert isinstance(decision, Refer)
    assert [one.wijk for one in decision.referrals] == ["utrecht-west", None]


def test_an_unknown_wijk_gives_the_general_way(guide, today):
    decision = decide(told("ontmoeting", city="utrecht", wijk="unknown"), guide, today)

    assert isinstance(decision, Refer)
    assert decision.referrals[0].wijk is None
    assert guide.contacts("utrecht-dock", today)


# ------------------------------------------------------------------ words that do not exist


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        (told("geld"), "theme 'geld' does not exist"),
        (told("werk", signals=("fire",)), "signal 'fire' does not exist"),
        (told("werk", shoe_size="43"), "fact 'shoe_size' does not exist"),
        (told("werk", age="26"), "fact 'age' cannot be '26'"),
        (told("werk", children_at_home="nee"), "fact 'children_at_home' cannot be 'nee'"),
        (told("werk", city="Utrecht"), "fact 'city' cannot be 'Utrecht'"),
        (told("werk", wijk="amersfoort-kruiskamp"), "fact 'wijk' cannot be 'amersfoort-kruiskamp'"),
        (told("werk", place="Zuilen"), "fact 'place' is free text"),
        (told("werk", city="amersfoort", wijk="utrecht-west"), "lies in 'utrecht', but 'city' is 'amersfoort'"),
    ],
)
def test_a_word_that_does_not_exist_is_named(situation, sentence, guide, today):
    with pytest.raises(WrongWord, match=sentence):
        decide(situation, guide, today)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 12, 31), date(2018, 3, 1), date(9999, 12, 31)])
def test_every_day_has_an_answer(day, guide):
    for city in ("utrecht", "amersfoort", "elsewhere"):
        for theme in guide.themes:
            assert decide(told(theme, city=city), guide, day)
