"""The sentences of the web chat and of the pages around it, each read once."""

from functools import cache
from pathlib import Path

from bot.phrases import Phrases, load_phrases

_HERE = Path(__file__).parent


@cache
def web_texts() -> Phrases:
    """Return the sentences of the chat; raises ValueError when a language has other keys than Dutch."""
    return load_phrases(_HERE / "texts")


@cache
def paper_texts() -> Phrases:
    """Return those of the pages around it; raises ValueError in the same way."""
    return load_phrases(_HERE / "paper_texts")
