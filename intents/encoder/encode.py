"""Text to vector. The int8 file is made at the first start and kept in the user's cache directory."""

import os
from pathlib import Path

import numpy as np
import onnxruntime as ort
from platformdirs import user_cache_path

from intents.encoder.delta import DELTA, fingerprint_of, load_delta
from intents.encoder.pieces import Pieces, load
from intents.encoder.tokens import Tokeniser
from intents.encoder.weights import Floats, Weights
from intents.model import Progress

VERSION = "e5-small-int8-2"  # of the file that graph.py makes; raise it when that changes
PIECES = "e5-small-pieces-1"  # the file of the word pieces; raise it when pieces.py writes another form
QUERY = "query: "  # the model was trained with this before what somebody asks
MOST_TOKENS = 256  # more than a guarded text of 1,000 signs in our languages has


class Encoder:
    """Gives a text its vector of meaning: float32, shape (384,), length 1."""

    def __init__(self, weights: Weights, pieces: Pieces, model: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._weights = weights
        self._tokeniser = Tokeniser(pieces)

    def tokens(self, text: str) -> list[int]:
        """Return the numbers of the word pieces of a guarded text, as the encoder reads it."""
        return self._tokeniser.ids(QUERY + text, MOST_TOKENS)

    def encode(self, text: str) -> Floats:
        """Return the vector of a guarded text (see normalise.guard)."""
        rows = self._weights.rows("emb.word", self.tokens(text), self._weights.sizes.hidden)
        (vector,) = self._session.run(None, {"rows": rows})
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def cache() -> Path:
    """Return the directory of what is made at the first start."""
    home = os.environ.get("WEGWIJS_CACHE")
    return Path(home) if home else user_cache_path("wegwijs")


def cached_model(delta: Path = DELTA) -> Path:
    """Return where the int8 file lies, or will lie after the first start with this tuning."""
    return cache() / f"{VERSION}-{fingerprint_of(delta)}.onnx"


def load_encoder(progress: Progress = lambda _share, _what: None, delta: Path = DELTA) -> Encoder:
    """Return the encoder as it was tuned, building its file first when it is not there yet."""
    weights, model = Weights(), cached_model(delta)
    if not model.exists():
        from intents.encoder.graph import build  # noqa: PLC0415 -- 100 MB that only the first start needs

        build(Weights(changes=load_delta(delta)), model, progress)
    return Encoder(weights, load_pieces(weights), model)


def load_pieces(weights: Weights) -> Pieces:
    """Return the word pieces, kept in a file after the first time."""
    path = cache() / f"{PIECES}.npz"
    if not path.exists():
        weights.pieces().save(path)
    return load(path)
