"""The one task of all engines: a sample of the training messages, and all held-out messages, in a folder."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from intents.load import load_catalogue
from intents.model import Catalogue, Example
from intents.rasa import rasa_files
from intents.sentences import HELD_OUT, Sentence, load_sentences

SEED = 1
Message = TypeVar("Message", Example, Sentence)


@dataclass(frozen=True)
class Data:
    """What is learned from, `of` how many there are; what is read; and the themes with their defining phrases."""

    train: Sequence[Example]
    of: int
    test: Sequence[Sentence]
    catalogue: Catalogue


def load_data(messages: int, tests: int | None) -> Data:
    """Return a sample of so many of the Dutch training messages with a theme, and (a sample of) the held-out ones."""
    catalogue = load_catalogue()
    learned = [one for one in catalogue.examples if one.language == "nl" and one.themes]
    held_out = [one for one in load_sentences(HELD_OUT) if one.language == "nl" and one.themes and one.facts is None]
    return Data(sample(learned, messages), len(learned), sample(held_out, tests or len(held_out)), catalogue)


def sample(some: Sequence[Message], many: int) -> list[Message]:
    """Return so many of the messages, each theme and within it each style by its share. Same messages, same sample.

    They come in a mixed order: nlp.js learns message by message and does far worse when a theme comes all at once.
    """
    mixed = Random(SEED).sample(some, len(some))
    ordered = sorted(mixed, key=lambda one: (one.themes[0], one.style))
    many = min(many, len(ordered))
    chosen = [ordered[int((number + 0.5) * len(ordered) / many)] for number in range(many)]
    return Random(SEED).sample(chosen, many)


def write_task(data: Data, folder: Path) -> None:
    """Write the task for every engine, and the same messages in Rasa's own form."""
    task = {
        "train": [(one.text, one.themes[0]) for one in data.train],
        "test": [one.text for one in data.test],
        "terms": {theme.id: theme.terms for theme in data.catalogue.themes},
    }
    (folder / "task.json").write_text(json.dumps(task), "utf-8")
    (folder / "nlu.yml").write_text(rasa_files(data.train)["nlu.yml"], "utf-8")
