"""The sentences to start with, read by the real understanding: whoever taps one lands where it says."""

import pytest

from bot.channels.web.page import EXAMPLES, HERE
from bot.phrases import load_phrases
from intents.understand import Reader, load_reader

TEXTS = load_phrases(HERE / "texts")
SENTENCES = [(language, theme) for language in TEXTS.languages for theme in EXAMPLES]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


@pytest.mark.parametrize(("language", "theme"), SENTENCES, ids=lambda one: one)
def test_an_example_is_understood_as_its_theme_and_raises_no_alarm(reader, language, theme):
    understood = reader.understand(TEXTS(f"examples_of.{theme}", language), None, None)

    assert [reading.theme for reading in understood.themes] == [theme]
    assert (understood.signals, understood.act, understood.language) == ((), None, language)
