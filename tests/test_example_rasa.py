"""The example of a municipality's own Rasa knows everything that Wegwijs tells or asks."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.channels.rasa.asking import FORM, slot_names
from bot.hearing import ACTS
from referral.guide import Guide
from referral.load import load_guide

EXAMPLE = Path(__file__).parents[1] / "examples" / "rasa"


@pytest.fixture(scope="module")
def domain() -> dict:
    return YAML(typ="safe").load(EXAMPLE / "domain.yml")


@pytest.fixture(scope="module")
def rules() -> list:
    return YAML(typ="safe").load(EXAMPLE / "data" / "rules.yml")["rules"]


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide()


def test_its_intents_are_all_themes_and_acts(domain, guide):
    assert {*guide.themes, *ACTS} <= set(domain["intents"])


def test_its_slots_and_entities_are_all_facts(domain, guide):
    assert set(slot_names(guide)) == set(domain["slots"])
    assert {*guide.facts, "signal", "theme"} == set(domain["entities"])


def test_every_question_has_its_action_and_takes_the_answer_as_it_is_typed(domain, guide):
    asked = {"themes", *(name for name, fact in guide.facts.items() if fact.question)}
    typed = {
        name
        for name, slot in domain["slots"].items()
        if slot["mappings"][0].get("conditions") == [{"active_loop": FORM, "requested_slot": name}]
    }

    assert {f"action_ask_{name}" for name in asked} <= set(domain["actions"])
    assert typed == asked


def test_every_theme_leads_to_the_form(rules, guide):
    [rule] = [one for one in rules if one["steps"][-1] == {"active_loop": FORM} and "or" in one["steps"][0]]

    assert set(guide.themes) <= {one["intent"] for one in rule["steps"][0]["or"]}


def test_every_intent_has_a_rule(domain, rules):
    stories = YAML(typ="safe").load(EXAMPLE / "data" / "stories.yml")["stories"]
    first = [step for one in (*rules, *stories) for step in one["steps"]]
    handled = {step["intent"] for one in first for step in one.get("or", [one]) if "intent" in step}

    assert set(domain["intents"]) - handled == {"inform", "restart"}  # the form reads the one, Rasa itself the other
