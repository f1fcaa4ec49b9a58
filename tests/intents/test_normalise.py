"""No text makes a reader stumble."""

from hypothesis import given
from hypothesis.strategies import text

from intents.normalise import MOST, guard, plain, words


@given(text(max_size=3000))
def test_a_guarded_text_is_short_valid_and_stays_as_it_is(typed):
    guarded = guard(typed)

    assert len(guarded) <= MOST
    assert "\x00" not in guarded
    assert guard(guarded) == guarded
    guarded.encode("utf-8")


def test_lone_surrogates_and_invisible_signs_go():
    assert guard("a\ud800b\u200bc\x00d") == "a?b c d"


def test_the_ligature_that_overflows_the_engine_is_spelled_out_and_cut():
    assert len(guard("\ufdfa" * 500)) <= MOST


def test_of_a_long_story_the_end_is_read_too():
    story = guard("begin " + "woord " * 1000 + "einde")

    assert story.startswith("begin")
    assert story.endswith("einde")


def test_apostrophes_capitals_and_accents_compare_alike():
    assert plain("Café’s ÉÉN") == plain("cafe's een")
    assert words(plain("'t is zo'n dag")) == ["'t", "is", "zo'n", "dag"]


def test_letters_that_are_no_accents_stay():
    assert plain("Київ") == "київ"
