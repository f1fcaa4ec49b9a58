"""A message that was written twice is refused, with the places where it stands."""

import random

import pytest
from rapidfuzz import fuzz

from intents.check import check
from intents.duplicates import LEARNED_TWICE, NOT_HELD_OUT, alike
from intents.load import DATA

LETTER = "Ik kreeg een brief van de gemeente over mijn uitkering."
COPY = "ik kreeg een brief v/d gemeente over mijn uitkering"  # 94% the same
COUSIN = "Ik kreeg een brief van mijn gemeente over de uitkering!"  # 87%


@pytest.fixture
def told(tmp_path):
    """Write messages by file, as {file: texts}, and return what the check finds of them, without the model's age."""
    data, held_out = tmp_path / "data", tmp_path / "sentences"

    def of(learned, tested=()):
        for folder in (data, held_out):
            folder.mkdir()
        (data / "themes.yaml").write_text((DATA / "themes.yaml").read_text("utf-8"), "utf-8")
        for name, texts in learned.items():
            path = data / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = [f"    - {text!r}" for text in texts]
            path.write_text("about: {themes: [werk]}\nmessages:\n  short:\n" + "\n".join(lines) + "\n", "utf-8")
        lines = [f"  - text: {text!r}\n    themes: [werk]\n" for text in tested]
        (held_out / "nl.yaml").write_text("messages:\n" + "".join(lines), "utf-8")
        found = [str(fault).replace(f"{tmp_path}/", "") for fault in check(data, held_out)]
        return [fault for fault in found if "there is no model" not in fault]

    return of


def test_the_examples_lie_where_the_limits_are():
    assert fuzz.ratio(LETTER.lower(), COPY.lower()) >= LEARNED_TWICE
    assert LEARNED_TWICE > fuzz.ratio(LETTER.lower(), COUSIN.lower()) >= NOT_HELD_OUT


def test_a_near_copy_is_refused_with_its_place_and_that_of_the_other(told):
    assert told({"nl/themes/werk": ["iets anders om te vertellen", LETTER], "nl/themes/wonen": [COPY]}) == [
        f'data/nl/themes/wonen.yaml:4: "{COPY}" is nearly the same (94%) as "{LETTER}"'
        " (data/nl/themes/werk.yaml:5). Write it anew with another person in mind, or remove it."
    ]


def test_what_differs_enough_or_is_short_or_in_another_language_may_stay(told):
    short = "brief van gemeente"  # 18 characters
    assert told({"nl/themes/werk": [LETTER, COUSIN, short, short], "en/themes/werk": [COPY]}) == []


def test_each_of_three_copies_but_the_first_is_told_once(told):
    faults = told({"nl/themes/werk": [LETTER, LETTER, "iets anders om te vertellen", LETTER.upper()]})

    assert [fault.split(": ")[0] for fault in faults] == [f"data/nl/themes/werk.yaml:{line}" for line in (5, 7)]


def test_a_held_out_message_that_was_nearly_learned_is_refused_in_any_language(told):
    faults = told({"en/themes/werk": ["iets anders om te vertellen", LETTER]}, [COUSIN, "brief van gemeente"])

    assert faults == [
        f'sentences/nl.yaml:2: "{COUSIN}" is held out, and nearly the same (87%) as "{LETTER}"'
        " (data/en/themes/werk.yaml:5). Remove one of the two."
    ]


def test_without_held_out_messages_there_is_nothing_to_say_about_them(told, tmp_path):
    told({"nl/themes/werk": [LETTER]}, [LETTER])

    assert [fault.what for fault in check(tmp_path / "data", tmp_path / "nowhere")] == ["there is no model."]


@pytest.mark.parametrize("least", [85, 92])
def test_the_quick_way_finds_what_comparing_all_with_all_finds(least):
    draw = random.Random(5)
    texts = ["".join(draw.choices("abc деه", k=draw.randint(15, 140))).strip() for _ in range(150)]
    for text in texts[:150]:
        slips = [letter for letter in text if draw.random() > draw.choice([0.02, 0.08, 0.15])]
        texts.append("".join(slips).strip())

    # space, which a guarded text has once, is the one thing that comparing by hand must do too
    texts = [" ".join(text.split()) for text in texts]
    everything = {
        (i, j)
        for i, one in enumerate(texts)
        for j, other in enumerate(texts)
        if min(len(one), len(other)) >= 20 and fuzz.ratio(one, other) >= least
    }

    assert {(i, j) for i, j, _ in alike(texts, texts, least)} == everything
    assert len(everything) > 300


def test_nothing_is_alike_where_there_is_nothing():
    assert list(alike([], [LETTER], 85)) == list(alike([LETTER], [], 85)) == []
