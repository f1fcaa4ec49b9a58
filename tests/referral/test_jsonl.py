"""The interface `wegwijs refer --jsonl`: one line in, one line out, also for a bad line."""

import json

import pytest

from referral.jsonl import answer
from referral.load import load_guide

HOURS = "ma, di en do 9.00-17.00; wo en vr 9.00-13.00"


def test_a_referral_is_told_whole(guide, today):
    line = json.dumps(
        {
            "id": "x",
            "themes": ["overlast", "eenzaamheid"],
            "signals": ["suicide"],
            "facts": {"city": "utrecht", "wijk": "utrecht-overvecht", "nuisance": "street", "able_to_go": "yes"},
            "on": "2026-11-21",
        }
    )

    assert answer(line, guide, today) == {
        "id": "x",
        "status": "refer",
        "ask": None,
        "say_first": ["113"],
        "referrals": [
            {
                "organisation": "utrecht-wijkbureaus",
                "themes": ["overlast"],
                "wijk": "utrecht-overvecht",
                "rule": "utrecht-overlast-straat",
                "beside": [],
                "contacts": [
                    {"kind": "phone", "value": "14 030", "hours": HOURS},
                    {
                        "kind": "address",
                        "value": "Zamenhofdreef 17",
                        "hours": "ma 11.00-17.00, di tot en met vr 9.00-17.00",
                    },
                ],
            },
            {
                "organisation": "utrecht-dock",
                "themes": ["eenzaamheid"],
                "wijk": "utrecht-overvecht",
                "rule": "utrecht-eenzaamheid-erop-uit",
                "beside": ["luisterlijn"],
                "contacts": [{"kind": "web", "value": "https://www.dock.nl", "hours": None}],
            },
        ],
        "left_over": [],
        "urgent": True,
    }


def test_a_question_is_told_whole(guide, today):
    line = '{"id": 7, "themes": ["zorg_thuis"], "facts": {"city": "utrecht"}}'

    assert answer(line, guide, today) == {
        "id": 7,
        "status": "ask",
        "ask": "age",
        "say_first": [],
        "referrals": [],
        "left_over": [],
        "urgent": False,
    }


@pytest.mark.parametrize(
    ("place", "asks", "organisation", "wijk"),
    [
        ("kanaleiland", None, "utrecht-dock", "utrecht-zuidwest"),
        ("3561ab", None, "utrecht-dock", "utrecht-overvecht"),
        ("Vathorst", None, "amersfoort-indebuurt033", None),
        ("Rotterdam", None, "own-municipality", None),
        ("unknown", None, "own-municipality", None),
        ("3521", "wijk", None, None),
        ("Utrecht", "wijk", None, None),
        ("Staatsliedenbuurt", "place", None, None),
        ("weet ik niet", "place", None, None),
        ("", "place", None, None),
    ],
)
def test_a_place_in_free_text_gives_city_and_wijk(place, asks, organisation, wijk, guide, today):
    told = answer(json.dumps({"id": "p", "themes": ["ontmoeting"], "facts": {"place": place}}), guide, today)

    assert told["ask"] == asks
    assert [(one["organisation"], one["wijk"]) for one in told["referrals"]] == (
        [(organisation, wijk)] if organisation else []
    )


def test_another_day_is_answered_for_that_day(guide, today):
    line = {"id": "d", "themes": ["ontmoeting"], "facts": {"city": "utrecht"}, "on": "2018-03-01"}

    told = answer(json.dumps(line), guide, today)

    assert [one["organisation"] for one in told["referrals"]] == ["utrecht-sociaal-makelaars-2018"]


@pytest.mark.parametrize(
    ("line", "name", "sentence"),
    [
        ("", None, "not JSON"),
        ("{", None, "not JSON"),
        ("[1]", None, "JSON object"),
        ("null", None, "JSON object"),
        ("[" * 100_000, None, "not JSON"),
        ('{"id": "a", "themes": "wonen"}', "a", "'themes' must be a list"),
        ('{"id": "a", "themes": [1]}', "a", "'themes' must be a list"),
        ('{"id": "a", "themes": ["huizen"]}', "a", "theme 'huizen' does not exist"),
        ('{"id": "a", "signals": ["vuur"]}', "a", "signal 'vuur' does not exist"),
        ('{"id": "a", "facts": []}', "a", "'facts' must be an object"),
        ('{"id": "a", "facts": {"age": 12}}', "a", "fact 'age' is 12"),
        ('{"id": "a", "facts": {"age": "12"}}', "a", "fact 'age' cannot be '12'"),
        ('{"id": "a", "facts": {"leeftijd": "0-11"}}', "a", "fact 'leeftijd' does not exist"),
        ('{"id": "a", "facts": {"children_at_home": false}}', "a", "fact 'children_at_home' is false"),
        ('{"id": "a", "on": "2026-02-30"}', "a", "not a date that exists"),
        ('{"id": "a", "on": 2026}', "a", "not a date that exists"),
        ('{"id": "a", "theme": ["wonen"]}', "a", "'theme' is not a part of a case"),
    ],
)
def test_a_bad_line_gives_an_error_that_says_what_is_wrong(line, name, sentence, guide, today):
    told = answer(line, guide, today)

    assert set(told) == {"id", "error"}
    assert told["id"] == name
    assert sentence in told["error"]


def test_every_answer_is_json(guide, today):
    for theme in guide.themes:
        for city in ("utrecht", "amersfoort", "elsewhere", "unknown"):
            json.dumps(answer(json.dumps({"themes": [theme], "facts": {"city": city}}), guide, today))


def test_what_is_remembered_of_one_case_never_answers_another(guide, today):
    """Cases that differ in a fact, a wijk, the order of themes, a signal or the day, asked twice in another order."""
    cases = [
        {"themes": themes, "signals": signals, "facts": {"city": "utrecht", **facts}, "on": on}
        for themes in (["school"], ["overlast", "school"], ["school", "overlast"], ["ontmoeting"])
        for signals in ([], ["suicide"])
        for facts in ({}, {"education": "mbo"}, {"wijk": "utrecht-oost"}, {"wijk": "utrecht-west", "education": "none"})
        for on in ("2018-03-01", "2026-11-21")
    ]
    lines = [json.dumps(case) for case in cases]
    alone = [answer(line, load_guide(), today) for line in lines]

    assert [answer(line, guide, today) for line in lines] == alone
    assert [answer(line, guide, today) for line in reversed(lines)] == alone[::-1]
