"""The reader of places, measured on places.txt: never a wrong wijk, and seldom asked again.

`python bench/places.py` prints the figures and what was asked again.
"""

from pathlib import Path

import pytest

from referral.score import Expected, Score, expected_in, measure


@pytest.fixture(scope="module")
def places() -> tuple[Expected, ...]:
    return expected_in(Path(__file__).with_name("places.txt"))


@pytest.fixture(scope="module")
def score(guide, places) -> Score:
    return measure(places, guide.areas)


def test_there_are_at_least_three_hundred_places_each_of_which_exists(guide, places):
    known = {*guide.facts["wijk"].values, *guide.facts["city"].values}

    assert len({one.text for one in places}) == len(places) >= 300
    assert {place for one in places for place in one.places} <= known


def test_every_wijk_is_among_them(guide, places):
    assert set(guide.facts["wijk"].values) <= {place for one in places for place in one.places}


def test_no_place_gives_a_wrong_wijk_or_city(score):
    assert score.wrong == ()


def test_fewer_than_one_in_twenty_is_asked_again(score):
    assert len(score.again) < 0.05 * score.sure


def test_what_can_be_several_places_is_asked_with_exactly_these(score):
    assert score.not_asked == ()


def test_the_measure_tells_wrong_from_asked_again(guide):
    expected = (
        Expected("lunetten", frozenset({"utrecht-oost"})),
        Expected("3521", frozenset({"utrecht-zuidwest"})),
        Expected("lombok", frozenset({"utrecht-west", "amersfoort"})),
    )

    assert measure(expected, guide.areas) == Score(
        sure=2,
        several=1,
        wrong=("lunetten: utrecht-zuid, expected utrecht-oost",),
        again=("3521: utrecht-binnenstad | utrecht-zuidwest, expected utrecht-zuidwest",),
        not_asked=("lombok: utrecht-west, expected amersfoort | utrecht-west",),
    )
