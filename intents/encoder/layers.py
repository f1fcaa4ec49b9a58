"""The encoder's layers in torch, to be tuned; for `train` only. The running product uses graph.py."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from intents.encoder.weights import Floats, Weights

_NEVER = -1e9  # the likeness of what may not be looked at


class Layer(nn.Module):
    """One layer of the encoder (post-norm, as BERT's), with the weights of the package."""

    def __init__(self, weights: Weights, number: int) -> None:
        super().__init__()
        self.heads = weights.sizes.heads
        hidden, name = weights.sizes.hidden, f"l{number}."
        self.q, self.k, self.v, self.ao, self.fi = (
            _linear(weights, name + part, hidden) for part in ("q", "k", "v", "ao", "fi")
        )
        self.fo = _linear(weights, name + "fo", weights.sizes.inner)
        self.aln, self.oln = _norm(weights, name + "aln"), _norm(weights, name + "oln")

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """Return what the layer makes of x (texts, tokens, hidden); `seen` (texts, tokens) masks its keys."""
        texts, tokens, hidden = x.shape
        split = (texts, tokens, self.heads, hidden // self.heads)
        query, key, value = (part(x).view(split).transpose(1, 2) for part in (self.q, self.k, self.v))
        mixed = _attended(query, key, value, seen[:, None, None, :])
        x = self.aln(x + self.ao(mixed.transpose(1, 2).reshape(texts, tokens, hidden)))
        made: Tensor = self.oln(x + self.fo(functional.gelu(self.fi(x))))
        return made


def _attended(query: Tensor, key: Tensor, value: Tensor, seen: Tensor) -> Tensor:
    """Return the values as each token attends to them. In parts: torch's own attention learns slowly on a CPU."""
    alike = (query @ key.transpose(-1, -2)).float() / math.sqrt(query.shape[-1])
    return functional.softmax(alike.masked_fill(~seen, _NEVER), -1).to(value.dtype) @ value


def embed(weights: Weights, texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return the token vectors of the texts, padded to (texts, tokens, hidden), and which of them are there."""
    hidden, longest = weights.sizes.hidden, max(map(len, texts))
    where = weights.floats("emb.pos").reshape(-1, hidden) + weights.floats("emb.type")[:hidden]
    x = np.zeros((len(texts), longest, hidden), np.float32)
    there = np.zeros((len(texts), longest), bool)
    for row, ids in enumerate(texts):
        x[row, : len(ids)] = weights.rows("emb.word", list(ids), hidden) + where[: len(ids)]
        there[row, : len(ids)] = True
    norm = _norm(weights, "emb.ln")
    with torch.no_grad():
        return norm(torch.from_numpy(x)), torch.from_numpy(there)


def pooled(x: Tensor, there: Tensor) -> Tensor:
    """Return the mean of the tokens that are there, at length 1: (texts, hidden)."""
    kept = there.float()[..., None]
    return functional.normalize((x.float() * kept).sum(1) / kept.sum(1))


def tensors_of(layers: Mapping[int, Layer]) -> dict[str, Floats]:
    """Return the weights of the layers by the names of the package's file."""
    return {
        f"l{number}.{part}.{'w' if kind == 'weight' else 'b'}": tensor.detach().float().numpy()
        for number, layer in layers.items()
        for name, tensor in layer.named_parameters()
        for part, kind in [name.split(".")]
    }


def _linear(weights: Weights, name: str, width: int) -> nn.Linear:
    matrix, bias = weights.matrix(f"{name}.w", width), weights.floats(f"{name}.b")
    made = nn.Linear(width, len(bias))
    made.load_state_dict({"weight": torch.from_numpy(matrix), "bias": torch.from_numpy(bias)})
    return made


def _norm(weights: Weights, name: str) -> nn.LayerNorm:
    scale, bias = weights.floats(f"{name}.w"), weights.floats(f"{name}.b")
    made = nn.LayerNorm(len(bias), eps=weights.sizes.epsilon)
    made.load_state_dict({"weight": torch.from_numpy(scale), "bias": torch.from_numpy(bias)})
    return made
