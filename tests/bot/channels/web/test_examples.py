"""The sentences to start with: a tap sends the theme itself, in every language."""

import pytest

from bot.channels.web.page import HERE
from bot.channels.web.voice import EXAMPLES
from bot.messages import payload
from bot.phrases import load_phrases

TEXTS = load_phrases(HERE / "texts")


@pytest.mark.parametrize("language", TEXTS.languages)
async def test_whoever_taps_a_sentence_lands_at_its_theme(client, language):
    page = await client.get(f"/?taal={language}")

    for theme in EXAMPLES:
        assert client.text_of(TEXTS(f"examples_of.{theme}", language)) in client.text_of(page.text)
        assert payload("theme", theme=theme).replace('"', "&#34;") in page.text
