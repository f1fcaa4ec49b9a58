"""A long text is cut so that each sentence is read with its neighbours, and never into more than some pieces."""

import pytest

from intents.normalise import MOST, guard
from intents.stretches import stretches

SENTENCE = "Ik heb al jaren een moestuin achter het station."  # nine words


def test_a_short_text_is_not_cut():
    assert stretches("Ik ga naar de markt. " * 5) == ()


def test_sentences_stay_whole_and_go_together_as_far_as_they_fit():
    text = " ".join([SENTENCE] * 5)

    assert stretches(text) == (f"{SENTENCE} {SENTENCE}", f"{SENTENCE} {SENTENCE}", SENTENCE)


def test_without_full_stops_every_place_stands_well_inside_a_stretch():
    text = " ".join(f"woord{number}" for number in range(67))

    found = [one.split() for one in stretches(text)]

    assert all(len(one) == 20 for one in found)
    for number in range(67 - 9):
        together = {f"woord{number}", f"woord{number + 9}"}
        assert any(together <= set(one) for one in found), number


@pytest.mark.parametrize("text", ["ja. " * 2000, "a " * 2000, "a. b c " * 900, "ik ga naar de stad. " * 200])
def test_a_text_of_any_kind_has_at_most_some_stretches_that_leave_no_word_out(text):
    text = guard(text)

    found = stretches(text)

    assert len(text) <= MOST
    assert 1 < len(found) <= 21
    assert {word for one in found for word in one.split()} == set(text.split())
