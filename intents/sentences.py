"""Held-out files to sentences: messages with what a careful reader finds in them, never learned from."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from intents.model import Value

HELD_OUT = Path(__file__).parents[1] / "tests" / "intents" / "sentences"
_LANGUAGE = re.compile(r"[a-z]{2,3}")  # the name of a file that holds one language: nl, uk, pap
_TEXT = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every value stays the text it is


class Sentence(Value):
    """A message with what a careful reader finds in it."""

    text: str
    language: str
    style: str = "short"
    themes: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    act: str | None = None
    facts: Mapping[str, str] | None = None


def load_sentences(folder: Path) -> tuple[Sentence, ...]:
    """Return the held-out sentences of the files right in a folder, each named after its language or its kind.

    What lies in a folder below it (`dev/`, to tune with) does not count.
    """
    return tuple(_sentence(entry, path.stem) for path in sorted(folder.glob("*.yaml")) for entry in _entries(path))


def _entries(path: Path) -> Iterator[Mapping[str, Any]]:
    content = yaml.load(path.read_text("utf-8"), Loader=_TEXT) or {}  # noqa: S506 -- makes text of everything
    yield from content.get("messages") or ()


def _sentence(entry: Mapping[str, Any], name: str) -> Sentence:
    return Sentence(
        text=entry["text"],
        language=name if _LANGUAGE.fullmatch(name) else entry.get("language", "nl"),
        style=entry.get("style", "short"),
        themes=tuple(entry.get("themes", ())),
        signals=tuple(entry.get("signals", ())),
        act=entry.get("act"),
        facts=entry.get("facts"),
    )
