"""Every row of the policy, written down from its text: who is named first, and who beside."""

from datetime import date

import pytest

from referral.decide import decide
from referral.guide import Guide
from referral.model import Refer, Situation

YOUNG, ADULT = "12-17", "23-66"
JG, SOC = "utrecht-buurtteam-jeugd-gezin", "utrecht-buurtteam-sociaal"
CRISIS, GP = "utrecht-schulddienstverlening", "huisarts"
MONEY = ("utrecht-u-pas", "utrecht-voedselbank")
RISK, KIDS = "home_or_utilities_at_risk", "children_at_home"

UTRECHT = [
    # theme, facts, organisations in order, beside the first
    ("geldzorgen", {RISK: "yes", KIDS: "yes"}, [CRISIS], (JG,)),
    ("geldzorgen", {RISK: "yes", KIDS: "no"}, [CRISIS], (SOC,)),
    ("geldzorgen", {RISK: "yes"}, [CRISIS], (SOC,)),
    ("geldzorgen", {RISK: "no", "age": "18-22", "education": "mbo"}, ["utrecht-buurtteam-mbo"], ()),
    ("geldzorgen", {RISK: "no", "age": "18-22", "education": "mbo", KIDS: "yes"}, ["utrecht-buurtteam-mbo"], ()),
    ("geldzorgen", {RISK: "no", "age": "18-22", "education": "vo", KIDS: "no"}, [SOC], MONEY),
    ("geldzorgen", {RISK: "no", "age": "unknown", "education": "mbo", KIDS: "no"}, [SOC], MONEY),
    ("geldzorgen", {RISK: "no", KIDS: "yes"}, [JG], MONEY),
    ("geldzorgen", {RISK: "no", KIDS: "no"}, [SOC], MONEY),
    ("geldzorgen", {RISK: "unknown", KIDS: "unknown"}, [SOC], MONEY),
    ("regelingen", {}, ["utrecht-sociaal-raadslieden"], ()),
    ("werk", {}, ["utrecht-werk-en-inkomen"], ()),
    ("wonen", {RISK: "yes", KIDS: "yes"}, [CRISIS], (JG,)),
    ("wonen", {RISK: "yes", KIDS: "unknown"}, [CRISIS], (SOC,)),
    ("wonen", {RISK: "no", KIDS: "yes"}, [JG], ()),
    ("wonen", {RISK: "no", KIDS: "no"}, [SOC], ()),
    ("wonen", {RISK: "unknown", KIDS: "unknown"}, [SOC], ()),
    ("zorg_thuis", {"age": "0-11"}, [JG], ()),
    ("zorg_thuis", {"age": "12-17"}, [JG], ()),
    ("zorg_thuis", {"age": "18-22"}, ["utrecht-wmo-loket"], ("utrecht-clientondersteuning",)),
    ("zorg_thuis", {"age": "67+"}, ["utrecht-wmo-loket"], ("utrecht-clientondersteuning",)),
    ("zorg_thuis", {"age": "unknown"}, ["utrecht-wmo-loket"], ("utrecht-clientondersteuning",)),
    ("mantelzorg", {}, ["utrecht-mantelzorg"], ()),
    ("opvoeden", {}, [JG], ()),
    ("school", {"education": "vo"}, ["utrecht-buurtteam-vo"], ()),
    ("school", {"education": "mbo"}, ["utrecht-buurtteam-mbo"], ()),
    ("school", {"education": "primary"}, [JG], ()),
    ("school", {"education": "unknown"}, [JG], ()),
    ("school", {"education": "higher"}, [SOC], ()),
    ("school", {"education": "none"}, [SOC], ()),
    ("relatie", {KIDS: "yes"}, [JG], ()),
    ("relatie", {KIDS: "no"}, [SOC], ()),
    ("relatie", {KIDS: "unknown"}, [SOC], ()),
    ("jongeren", {}, ["utrecht-jou"], ()),
    ("psychisch", {"age": YOUNG}, [JG], (GP,)),
    ("psychisch", {"age": ADULT}, [SOC], (GP, "mind-hulplijn")),
    ("psychisch", {"age": "unknown"}, [SOC], (GP, "mind-hulplijn")),
    ("eenzaamheid", {"able_to_go": "yes"}, ["utrecht-dock"], ("luisterlijn",)),
    ("eenzaamheid", {"able_to_go": "no"}, [SOC], ("luisterlijn",)),
    ("eenzaamheid", {"able_to_go": "unknown"}, [SOC], ("luisterlijn",)),
    ("verslaving", {"age": YOUNG}, [JG], (GP,)),
    ("verslaving", {"age": ADULT}, [SOC], (GP,)),
    ("verslaving", {"age": "unknown"}, [SOC], (GP,)),
    ("gezond_leven", {}, ["utrecht-sport-utrecht"], ("utrecht-dock",)),
    ("huiselijk_geweld", {KIDS: "yes"}, ["veilig-thuis", JG], ("112",)),
    ("huiselijk_geweld", {KIDS: "no"}, ["veilig-thuis", SOC], ("112",)),
    ("huiselijk_geweld", {KIDS: "unknown"}, ["veilig-thuis", SOC], ("112",)),
    ("overlast", {"nuisance": "neighbours"}, ["utrecht-buurtbemiddeling"], ()),
    ("overlast", {"nuisance": "unknown"}, ["utrecht-buurtbemiddeling"], ()),
    ("overlast", {"nuisance": "street"}, ["utrecht-wijkbureaus"], ()),
    ("buurtinitiatief", {}, ["utrecht-dock"], ()),
    ("ontmoeting", {}, ["utrecht-dock"], ()),
    ("buurtcentrum", {}, ["utrecht-dock"], ()),
    ("vrijwilligerswerk", {}, ["utrecht-dock"], ("utrecht-vrijwilligerscentrale",)),
    ("taal_inburgering", {"integration_duty": "yes"}, ["utrecht-gemeente"], ()),
    ("taal_inburgering", {"integration_duty": "no"}, ["utrecht-sagenn"], ()),
    ("taal_inburgering", {"integration_duty": "unknown"}, ["utrecht-sagenn"], ()),
    ("clientondersteuning", {}, ["utrecht-clientondersteuning"], ()),
    ("gemeentezaken", {}, ["utrecht-gemeente"], ()),
    ("medisch", {}, [GP], ()),
]

INDEBUURT, WIJKTEAMS, STADSRING = "amersfoort-indebuurt033", "amersfoort-wijkteams", "amersfoort-stadsring"
AMERSFOORT = [
    ("geldzorgen", [STADSRING], ()),
    ("regelingen", [STADSRING], ()),
    ("werk", ["amersfoort-gemeente"], ()),
    ("gemeentezaken", ["amersfoort-gemeente"], ()),
    ("overlast", ["amersfoort-gemeente"], ()),
    ("wonen", [INDEBUURT], ()),
    ("zorg_thuis", [WIJKTEAMS], ()),
    ("psychisch", [WIJKTEAMS], (GP,)),
    ("verslaving", [WIJKTEAMS], (GP,)),
    ("opvoeden", [INDEBUURT], ()),
    ("school", [INDEBUURT], ()),
    ("relatie", [INDEBUURT], ()),
    ("mantelzorg", [INDEBUURT], ()),
    ("jongeren", [INDEBUURT], ("amersfoort-jip",)),
    ("eenzaamheid", [INDEBUURT], ()),
    ("gezond_leven", [INDEBUURT], ()),
    ("buurtinitiatief", [INDEBUURT], ()),
    ("ontmoeting", [INDEBUURT], ()),
    ("buurtcentrum", [INDEBUURT], ()),
    ("vrijwilligerswerk", [INDEBUURT], ()),
    ("taal_inburgering", [INDEBUURT], ()),
    ("clientondersteuning", [INDEBUURT], ()),
    ("huiselijk_geweld", ["veilig-thuis", WIJKTEAMS], ()),
    ("medisch", [GP], ()),
]

ELSEWHERE = [
    ("medisch", [GP], ()),
    ("huiselijk_geweld", ["veilig-thuis", "own-municipality"], ()),
    ("eenzaamheid", ["own-municipality"], ("luisterlijn",)),
    ("psychisch", ["own-municipality"], ("mind-hulplijn",)),
    ("geldzorgen", ["own-municipality"], ("geldfit",)),
    ("regelingen", ["own-municipality"], ("juridisch-loket",)),
    ("verslaving", ["own-municipality"], ("drugsinfo",)),
    *(
        (theme, ["own-municipality"], ())
        for theme in [
            "werk",
            "wonen",
            "zorg_thuis",
            "mantelzorg",
            "opvoeden",
            "school",
            "relatie",
            "jongeren",
            "gezond_leven",
            "overlast",
            "buurtinitiatief",
            "ontmoeting",
            "vrijwilligerswerk",
            "buurtcentrum",
            "taal_inburgering",
            "clientondersteuning",
            "gemeentezaken",
        ]
    ),
]
PER_WIJK = {JG, SOC, "utrecht-dock", "utrecht-wijkbureaus"}


def refer(guide: Guide, on: date, theme: str, facts: dict[str, str], signals: tuple[str, ...] = ()) -> Refer:
    decision = decide(Situation(themes=(theme,), signals=signals, facts=facts), guide, on)
    assert isinstance(decision, Refer)
    return decision


@pytest.mark.parametrize(("theme", "facts", "organisations", "beside"), UTRECHT)
def test_utrecht_refers_as_the_policy_says(theme, facts, organisations, beside, guide, today):
    decision = refer(guide, today, theme, {"city": "utrecht", "wijk": "utrecht-overvecht", **facts})

    assert [one.organisation for one in decision.referrals] == organisations
    assert decision.referrals[0].beside == beside
    assert all(one.beside == () for one in decision.referrals[1:])
    assert all(one.themes == (theme,) for one in decision.referrals)
    assert [one.wijk for one in decision.referrals] == [
        "utrecht-overvecht" if name in PER_WIJK else None for name in organisations
    ]


def test_nowhere_to_sleep_in_utrecht_goes_to_herstart_with_14_030_beside_it(guide, today):
    decision = refer(guide, today, "wonen", {"city": "utrecht"}, ("roof_tonight",))

    assert [(one.organisation, one.beside) for one in decision.referrals] == [
        ("utrecht-herstart", ("utrecht-gemeente",))
    ]
    assert guide.contacts("utrecht-gemeente", today)[0].value == "14 030"


@pytest.mark.parametrize(("theme", "organisations", "beside"), AMERSFOORT)
@pytest.mark.parametrize("signals", [(), ("roof_tonight",)])
def test_amersfoort_refers_as_the_policy_says(theme, organisations, beside, signals, guide, today):
    decision = refer(guide, today, theme, {"city": "amersfoort"}, signals)

    assert [one.organisation for one in decision.referrals] == organisations
    assert decision.referrals[0].beside == beside


@pytest.mark.parametrize(("theme", "organisations", "beside"), ELSEWHERE)
@pytest.mark.parametrize("city", ["elsewhere", "unknown"])
@pytest.mark.parametrize("signals", [(), ("roof_tonight",)])
def test_elsewhere_refers_as_the_policy_says(theme, organisations, beside, city, signals, guide, today):
    decision = refer(guide, today, theme, {"city": city}, signals)

    assert [one.organisation for one in decision.referrals] == organisations
    assert decision.referrals[0].beside == beside


def test_the_cases_above_cover_every_theme(guide):
    for table in (UTRECHT, AMERSFOORT, ELSEWHERE):
        assert {row[0] for row in table} == set(guide.themes)


def test_amersfoort_never_names_an_organisation_of_utrecht(guide, today):
    named = {
        name
        for rows in guide.rules_on(today)["amersfoort"].rows.values()
        for rule in rows
        for name in (*rule.refer_to, *rule.beside)
    }

    assert not {name for name in named if name.startswith("utrecht-")}


ON_OTHER_DAYS = [
    # theme, facts, day, organisation, beside
    *(
        (theme, {}, "2018-03-01", "utrecht-sociaal-makelaars-2018", beside)
        for theme, beside in [
            ("buurtinitiatief", ()),
            ("ontmoeting", ()),
            ("buurtcentrum", ()),
            ("vrijwilligerswerk", ("utrecht-vrijwilligerscentrale",)),
        ]
    ),
    ("ontmoeting", {}, "2018-12-31", "utrecht-sociaal-makelaars-2018", ()),
    ("ontmoeting", {}, "2019-01-01", "utrecht-dock", ()),
    ("eenzaamheid", {"able_to_go": "yes"}, "2018-03-01", "utrecht-sociaal-makelaars-2018", ("luisterlijn",)),
    ("eenzaamheid", {"able_to_go": "no"}, "2018-03-01", SOC, ("luisterlijn",)),
    ("gezond_leven", {}, "2018-03-01", "utrecht-sport-utrecht", ("utrecht-sociaal-makelaars-2018",)),
    ("jongeren", {}, "2026-12-31", "utrecht-jou", ()),
    ("jongeren", {}, "2027-01-01", "utrecht-gemeente", ()),
    ("taal_inburgering", {"integration_duty": "no"}, "2024-12-31", "utrecht-nltraining", ()),
    ("taal_inburgering", {"integration_duty": "no"}, "2025-01-01", "utrecht-sagenn", ()),
]


@pytest.mark.parametrize(("theme", "facts", "day", "organisation", "beside"), ON_OTHER_DAYS)
def test_another_day_gives_who_helped_then(theme, facts, day, organisation, beside, guide):
    told = {"city": "utrecht", "wijk": "utrecht-west", **facts}
    decision = refer(guide, date.fromisoformat(day), theme, told)

    assert [(one.organisation, one.beside) for one in decision.referrals] == [(organisation, beside)]


def test_who_held_a_wijk_in_2018_is_said_to_be_unknown(guide):
    does = guide.organisations["utrecht-sociaal-makelaars-2018"].does["nl"]

    for name in ("Doenja", "Me'kaar", "Vooruit", "Welzaam", "Wijk&co", "niet bekend"):
        assert name in does


@pytest.mark.parametrize("theme", ["wonen", "mantelzorg", "jongeren"])
def test_before_indebuurt033_the_own_municipality_answers(theme, guide):
    decision = refer(guide, date(2016, 12, 31), theme, {"city": "amersfoort"})

    assert [one.organisation for one in decision.referrals] == ["own-municipality"]
