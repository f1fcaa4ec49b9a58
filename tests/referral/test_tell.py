"""The explanation, twice from one trace: two sentences for the resident, and everything for staff."""

import pytest

from referral.decide import case_of, decide, destinations
from referral.explain import explain
from referral.load import load_guide
from referral.model import UNKNOWN, Ask, Situation
from referral.tell import why_asked, why_here

GEZIN = {
    "city": "utrecht",
    "wijk": "utrecht-west",
    "home_or_utilities_at_risk": "no",
    "children_at_home": "yes",
    "nuisance": "street",
}


def test_the_resident_reads_two_sentences(guide, today):
    told = explain(Situation(themes=("geldzorgen",), facts=GEZIN), guide, today)

    assert why_here(told, guide, "nl") == (
        "Wij keken naar wat u vertelde: u woont in de wijk West, er is geen ontruiming of afsluiting "
        "en er wonen kinderen in huis.",
        "Dit buurtteam helpt gezinnen met kinderen, ook als er zorgen over geld zijn.",
    )
    assert why_here(told, guide, "en")[0] == (
        "We looked at what you told us: you live in the district West, there is no eviction or cut-off "
        "and children live in the home."
    )


def test_each_referral_has_its_own_reasons(guide, today):
    facts = {**GEZIN, "nuisance": "street"}
    told = explain(Situation(themes=("geldzorgen", "overlast"), facts=facts), guide, today)

    assert "kinderen" in why_here(told, guide, "nl", place=0)[0]
    assert why_here(told, guide, "nl", place=1)[0] == (
        "Wij keken naar wat u vertelde: u woont in de wijk West en de overlast komt van mensen op straat."
    )


def test_what_was_not_told_is_not_named(guide, today):
    told = explain(Situation(themes=("medisch",)), guide, today)
    unknown = explain(Situation(themes=("regelingen",), facts={"city": UNKNOWN}), guide, today)

    assert why_here(told, guide, "nl")[0] == "Dit geldt voor iedereen met deze vraag."
    assert why_here(unknown, guide, "en")[0] == "This holds for everyone with this question."


def test_a_question_is_not_explained_as_a_referral(guide, today):
    told = explain(Situation(themes=("geldzorgen",)), guide, today)

    with pytest.raises(ValueError, match="why_asked"):
        why_here(told, guide, "nl")


def asked(guide, today, theme, **facts):
    decision = decide(Situation(themes=(theme,), facts=facts), guide, today)
    assert isinstance(decision, Ask)
    return why_asked(decision, guide, "nl"), why_asked(decision, guide, "en")


def test_why_we_ask_names_the_destinations_it_chooses_between(guide, today):
    nl, en = asked(guide, today, "overlast", city="utrecht")

    assert nl == (
        "Bij buren helpt een bemiddelaar, voor de straat is er het wijkbureau. "
        "Dan weten we wie u helpt: Buurtbemiddeling of Wijkbureau."
    )
    assert en.endswith("Then we know who helps you: Buurtbemiddeling or Wijkbureau.")


def test_the_wijk_is_asked_for_the_team_of_the_wijk(guide, today):
    nl, en = asked(guide, today, "opvoeden", city="utrecht")

    assert nl.endswith("Dan noemen we het team van uw eigen wijk: Buurtteam Jeugd & Gezin.")
    assert en.endswith("the team of your own district: Buurtteam Jeugd & Gezin.")


def test_many_destinations_are_named_as_examples(guide, today):
    nl, en = asked(guide, today, "geldzorgen")

    assert "bijvoorbeeld" in nl
    assert "for instance" in en
    assert nl.count(" of ") >= 2


def test_every_question_in_the_tables_has_a_reason_that_follows_from_the_tables(guide, today):
    """Along every single theme, with the first answer each time: the names in the reason are those of the Ask."""
    for theme in guide.themes:
        facts = {}
        while isinstance(ask := decide(Situation(themes=(theme,), facts=facts), guide, today), Ask):
            reason = why_asked(ask, guide, "nl")
            names = [guide.organisations[one].name for one in ask.between]
            told = [name if isinstance(name, str) else name["nl"] for name in names]
            assert any(name in reason for name in told)
            facts |= {"city": "utrecht"} if ask.fact == "place" else {ask.fact: UNKNOWN}


def test_staff_see_rules_inputs_day_version_and_what_would_change_it(guide, today):
    told = explain(Situation(themes=("geldzorgen",), facts=GEZIN), guide, today)

    assert (told.on, told.version, told.place) == (today, guide.version, "utrecht")
    assert told.traces[0].rows[-1].rule == "utrecht-geldzorgen-gezin"
    assert {row.checked_on for row in told.traces[0].rows} == {today}
    assert told.used == ("city", "wijk", "home_or_utilities_at_risk", "children_at_home")
    assert [(change.facts, change.organisations) for change in told.would_change] == [
        ({"home_or_utilities_at_risk": "yes"}, ("utrecht-schulddienstverlening",)),
        ({"children_at_home": "no"}, ("utrecht-buurtteam-sociaal",)),
    ]


def test_staff_see_until_when_the_row_holds(guide, today):
    told = explain(Situation(themes=("jongeren",), facts={"city": "utrecht"}), guide, today)

    assert [(row.rule, str(row.valid_until)) for row in told.traces[0].rows] == [("utrecht-jongeren-jou", "2026-12-31")]


def test_two_facts_are_named_where_one_is_not_enough(copy, today):
    """In this copy only a student of 18 to 22 at the mbo goes elsewhere: both facts together change it."""
    (copy / "municipalities/utrecht/rules/werk.yaml").write_text(WERK, "utf-8")

    told = explain(Situation(themes=("werk",), facts={"city": "utrecht"}), load_guide(copy), today)

    assert [(change.facts, change.organisations) for change in told.would_change] == [
        ({"age": "18-22", "education": "mbo"}, ("utrecht-buurtteam-mbo",))
    ]


WERK = """
theme: werk
source: test
checked_on: 2026-11-21
rules:
  - id: werk-mbo
    when: {age: 18-22, education: mbo}
    refer_to: [utrecht-buurtteam-mbo]
    because: {nl: Voor het mbo., en: For the mbo.}
  - id: werk-iedereen
    when: {}
    refer_to: [utrecht-werk-en-inkomen]
    because: {nl: Voor iedereen., en: For everyone.}
"""


def test_where_no_fact_changes_it_another_city_does(guide, today):
    told = explain(Situation(themes=("werk",), facts={"city": "amersfoort"}), guide, today)

    assert [(change.facts["city"], change.organisations) for change in told.would_change] == [
        ("utrecht", ("utrecht-werk-en-inkomen",)),
        ("elsewhere", ("own-municipality",)),
    ]


def test_what_nothing_changes_has_no_change(guide, today):
    assert explain(Situation(themes=("medisch",), facts={"city": "utrecht"}), guide, today).would_change == ()


def test_every_change_leads_where_it_says_and_no_smaller_one_does(guide, today):
    day = guide.day(today)
    for theme in guide.themes:
        facts = {"city": "utrecht", "wijk": "utrecht-oost", "age": "23-66"}
        situation = Situation(themes=(theme,), facts=facts)
        changes = explain(situation, guide, today).would_change
        assert len({len(change.facts) for change in changes}) <= 1
        for change in changes:
            changed = {**facts, **change.facts}
            if "city" in change.facts:
                del changed["wijk"]
            stops = destinations(case_of(Situation(themes=(theme,), facts=changed), guide), day)
            assert tuple(stop.organisation for stop in stops[:3]) == change.organisations


def test_a_fact_without_words_for_what_was_told_is_told_by_its_question(copy, today):
    file = copy / "facts.yaml"
    text = file.read_text("utf-8")
    told = next(line for line in text.splitlines(keepends=True) if 'street: {nl: "de overlast' in line)
    file.write_text(text.replace(told, ""), "utf-8")
    guide = load_guide(copy)

    explained = explain(Situation(themes=("overlast",), facts={**GEZIN, "nuisance": "street"}), guide, today)

    assert why_here(explained, guide, "nl")[0].endswith(
        "en op “Van wie of wat komt de overlast?” zei u “Van mensen op straat”."
    )


def test_words_for_a_value_that_does_not_exist_are_a_fault(spoil):
    faults = spoil("facts.yaml", 'street: {nl: "de overlast', 'streets: {nl: "de overlast')

    assert [fault.what for fault in faults] == ["value of nuisance 'streets' does not exist."]
