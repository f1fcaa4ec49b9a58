"""Wegwijs on one task: `python -m bench.nlu.by_wegwijs FOLDER (tuned | plain)`. The recipe of `wegwijs train`.

The readers of themes and the mixture that ships, learned from the task alone; what the product reads besides (danger,
acts, facts, language) is left out, as the others do not read it. `plain` takes the encoder as its package has it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.nlu.engine import KEPT, Read, Task, run
from bench.nlu.environments import ENCODERS
from intents.encoder.encode import load_encoder
from intents.heads import Features, Mixture
from intents.learning import SHARES, learn_readers
from intents.model import Catalogue, Example, Theme
from intents.ngrams import learn as learn_grams
from intents.normalise import guard
from intents.train import _LEAST, _rows, _teaching  # the very recipe, not a copy that may come to differ

_HELLO = Example(text="hallo", language="nl", style="short", act="greet")  # the recipe reads acts too and wants one


def learn(task: Task) -> Read:
    """Return a reader of Dutch themes."""
    encoder = load_encoder(delta=ENCODERS[sys.argv[2]])
    catalogue = _catalogue(task)
    *told, _ = catalogue.examples
    raw = np.array([encoder.encode(guard(one.text)) for one in catalogue.examples])
    centre = raw[:-1].mean(axis=0)
    grams = learn_grams((guard(one.text) for one in told), _LEAST)
    readers = learn_readers(_rows(catalogue.examples, raw, centre, grams), _teaching(catalogue, encoder))
    mixture = Mixture(tuple((share, readers[name]) for name, share in SHARES["dutch"].items()), 1.0)
    themes = tuple(task.terms)

    def read(text: str) -> Sequence[str]:
        safe = guard(text)
        centred = encoder.encode(safe) - centre
        features = Features(centred / (np.linalg.norm(centred) or 1.0), *grams.read(safe))
        return [themes[number] for number in np.argsort(-mixture.probabilities(features))[:KEPT]]

    return read


def _catalogue(task: Task) -> Catalogue:
    """Return the task as the recipe knows it; the last of the messages is no part of the task."""
    told = [Example(text=text, language="nl", style="short", themes=(intent,)) for text, intent in task.train]
    return Catalogue(
        themes=tuple(Theme(id=name, name={}, terms=tuple(terms)) for name, terms in task.terms.items()),
        signals=(),
        acts=("greet",),
        examples=(*told, _HELLO),
    )


if __name__ == "__main__":
    run(Path(sys.argv[1]), learn)
