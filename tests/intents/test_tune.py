"""Tuning the encoder: it learns, it is repeatable, and what is shipped is what was learned."""

import os

import numpy as np
import pytest

from intents.encoder.delta import fingerprint_of, load_delta, save_delta
from intents.encoder.encode import load_encoder
from intents.encoder.weights import Weights
from intents.model import Catalogue, Example, Theme

if os.environ.get("CI"):
    import torch
else:
    torch = pytest.importorskip("torch", reason="tuning needs torch: pip install torch==2.13.0")

from intents.encoder.layers import Layer, embed, pooled
from intents.tune import TUNED, tune

MONEY = [
    "ik kan de huur niet betalen", "deurwaarder aan de deur", "mijn rekening staat rood", "aanmaning van de energie",
    "ik durf de brief niet open te maken", "geen geld voor boodschappen", "loonbeslag", "ik leen van mijn zus",
]  # fmt: skip
NOISE = [
    "de buren draaien nachten muziek", "blaffende hond hiernaast", "hangjongeren voor de deur", "ruzie in het portiek",
    "stampen boven mijn hoofd", "vuurwerk in de straat", "ik durf niet over het plein", "geschreeuw in de gang",
]  # fmt: skip


def example(text, theme):
    return Example(text=text, language="nl", style="short", themes=(theme,))


@pytest.fixture(scope="module")
def catalogue():
    themes = [("geldzorgen", ("schulden", "te weinig geld")), ("overlast", ("herrie van de buren", "last in de buurt"))]
    return Catalogue(
        themes=tuple(Theme(id=name, name={"nl": name}, terms=terms) for name, terms in themes),
        signals=("acute_danger",),
        acts=("greet",),
        examples=(
            *(example(text, "geldzorgen") for text in MONEY),
            *(example(text, "overlast") for text in NOISE),
            Example(text="hallo daar", language="nl", style="short", act="greet"),
            Example(text="er wordt nu ingebroken", language="nl", style="short", signals=("acute_danger",)),
        ),
    )


@pytest.fixture(scope="module")
def weights():
    return Weights()


@pytest.fixture(scope="module")
def tuned(catalogue, weights):
    return tune(catalogue, weights, lambda _share, _what: None, epochs=12)


def nothing(_share, _what):
    pass


def vectors(encoder, texts):
    return np.array([encoder.encode(text) for text in texts])


def test_only_the_upper_layers_change(tuned, weights):
    assert {name.split(".")[0] for name in tuned} == {f"l{number}" for number in TUNED}
    assert all(tensor.size == weights.floats(name).size for name, tensor in tuned.items() if tensor.ndim == 1)


def test_the_same_messages_give_the_same_differences(catalogue, weights):
    first, second = (tune(catalogue, weights, nothing, epochs=1) for _ in range(2))

    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_messages_of_one_theme_come_to_lie_together(tuned, tmp_path):
    path = tmp_path / "encoder.npz"
    save_delta(tuned, path)
    plain, better = load_encoder(delta=tmp_path / "none.npz"), load_encoder(delta=path)

    def gap(encoder):
        money, noise = vectors(encoder, MONEY), vectors(encoder, NOISE)
        own = (money @ money.T).mean() + (noise @ noise.T).mean()
        return own / 2 - (money @ noise.T).mean()

    assert gap(better) > 2 * gap(plain)


def test_what_is_kept_of_the_differences_is_nearly_what_was_learned(tuned, tmp_path):
    path = tmp_path / "encoder.npz"
    save_delta(tuned, path)

    kept = load_delta(path)

    assert kept.keys() == tuned.keys()
    for name, tensor in tuned.items():
        assert np.linalg.norm(kept[name] - tensor) <= 0.2 * np.linalg.norm(tensor) + 1e-6


def test_the_file_is_the_same_for_the_same_differences(tuned, tmp_path):
    for name in ("one.npz", "two.npz"):
        save_delta(tuned, tmp_path / name)

    assert fingerprint_of(tmp_path / "one.npz") == fingerprint_of(tmp_path / "two.npz")
    assert fingerprint_of(tmp_path / "none.npz") == "plain"


def test_the_encoder_that_runs_gives_what_was_tuned(tuned, weights, tmp_path):
    """The int8 file, made without torch, against the tuned layers in torch."""
    path = tmp_path / "encoder.npz"
    save_delta(tuned, path)
    running = load_encoder(delta=path)
    changed = Weights(changes=load_delta(path))
    layers = [Layer(changed, number) for number in range(weights.sizes.layers)]

    for text in (MONEY[0], NOISE[0]):
        x, there = embed(changed, [running.tokens(text)])
        with torch.no_grad():
            for layer in layers:
                x = layer(x, there)
            expected = pooled(x, there)[0].numpy()

        assert running.encode(text) @ expected > 0.97
