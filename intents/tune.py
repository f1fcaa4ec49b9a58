"""Tunes the last layers of the encoder on the messages (torch, so only for `train`).

The lower layers stay and are run once. The upper ones learn three things at once: messages that share a theme lie
together (supervised contrast within a batch, after Khosla and others, 2020), a linear reader can tell themes and acts
apart, and another one the signals. What comes out are differences to the weights of the package.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from intents.encoder.encode import QUERY, load_pieces
from intents.encoder.layers import Layer, embed, pooled, tensors_of
from intents.encoder.tokens import Tokeniser
from intents.encoder.weights import Floats, Weights
from intents.model import Catalogue, Example, Progress
from intents.normalise import guard

TUNED = (8, 9, 10, 11)  # layers, counted from 0
EPOCHS = 3
_BATCH = 32
_RATE = 2e-4
_HEAD_RATE = 2e-3
_WARM = 0.06  # of all steps, in which the rate rises
_HEAT = 0.1  # of the contrast
_DROP = 0.1  # of the tokens are hidden from each other in a step
_MAIN = 0.7  # of a message with more themes belongs to the first
_TOKENS = 160  # of a message that are looked at while tuning
_SCALE = 10.0  # of a vector of length 1 before a linear reader
_JITTER = 4.0  # tokens; batches are of like length, but not always the same ones
_THREADS = 2
_READ = 64  # texts at once, where nothing is learned
_CENTRED = 6_000  # messages from which the mean of all is taken


@dataclass(frozen=True)
class Rows:
    """Messages and phrases as they come out of the lower layers, with what is to be learned of each."""

    states: Sequence[Tensor]  # (tokens, hidden), bfloat16
    lengths: NDArray[np.int64]
    centre: Tensor  # (rows, hidden): the mean of the messages, or that of the phrases
    classes: Tensor  # (rows, classes): how much of each theme, act or neither
    signals: Tensor  # (rows, signals + 1): each signal, and last any danger


def tune(catalogue: Catalogue, weights: Weights, progress: Progress, epochs: int = EPOCHS) -> dict[str, Floats]:
    """Return the differences to the package's weights. Same catalogue, same machine: same differences."""
    torch.manual_seed(0)
    torch.set_num_threads(_THREADS)
    rows = _rows(catalogue, weights, progress)
    layers = {number: Layer(weights, number) for number in TUNED}
    before = {name: tensor.copy() for name, tensor in tensors_of(layers).items()}
    _learn(rows, list(layers.values()), epochs, progress)
    return {name: tensor - before[name] for name, tensor in tensors_of(layers).items()}


def _rows(catalogue: Catalogue, weights: Weights, progress: Progress) -> Rows:
    phrases = [term for theme in catalogue.themes for term in theme.terms]
    texts = [*(example.text for example in catalogue.examples), *phrases]
    tokeniser = Tokeniser(load_pieces(weights))
    ids = [tokeniser.ids(QUERY + guard(text), _TOKENS) for text in texts]
    states = _lower(ids, weights, progress)
    many = len(catalogue.examples)
    some = range(0, many, max(1, many // _CENTRED)), range(many, len(texts))
    centres = [_upper([states[row] for row in rows], weights).mean(0) for rows in some]
    centre = torch.stack([centres[row >= many] for row in range(len(texts))])
    classes, signals = _wanted(catalogue)
    return Rows(states, np.array([len(one) for one in ids]), centre, classes, signals)


def _lower(ids: Sequence[Sequence[int]], weights: Weights, progress: Progress) -> list[Tensor]:
    """Return the states before the tuned layers."""
    layers = [Layer(weights, number) for number in range(TUNED[0])]
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    states: list[Tensor] = [torch.empty(0)] * len(ids)
    for start in range(0, len(order), _READ):
        some = order[start : start + _READ]
        progress(0.2 * start / len(order), "Berichten lezen")
        x, there = embed(weights, [ids[row] for row in some])
        for at, row in enumerate(_through(layers, x, there)):
            states[some[at]] = row[: len(ids[some[at]])].to(torch.bfloat16).clone()
    return states


def _upper(states: Sequence[Tensor], weights: Weights) -> Tensor:
    """Return the vectors that the package's own upper layers make of states."""
    layers = [Layer(weights, number) for number in TUNED]
    states = sorted(states, key=len)
    parts = [_padded(states[start : start + _READ]) for start in range(0, len(states), _READ)]
    return torch.cat([pooled(_through(layers, x, there), there) for x, there in parts])


def _through(layers: Sequence[Layer], x: Tensor, there: Tensor) -> Tensor:
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for layer in layers:
            x = layer(x, there)
    return x


def _padded(states: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return states of some texts as one, padded, and which tokens are there."""
    lengths = torch.tensor([len(one) for one in states])
    x = nn.utils.rnn.pad_sequence(list(states), batch_first=True)
    return x, torch.arange(x.shape[1]) < lengths[:, None]


def _wanted(catalogue: Catalogue) -> tuple[Tensor, Tensor]:
    """Return for each message, and then each phrase, its classes and signals."""
    themes = {theme.id: number for number, theme in enumerate(catalogue.themes)}
    classes = {**themes, **{act: len(themes) + number for number, act in enumerate(catalogue.acts)}}
    many = len(catalogue.examples)
    phrases = [theme.id for theme in catalogue.themes for _ in theme.terms]
    wanted = torch.zeros(many + len(phrases), len(classes) + 1)
    danger = torch.zeros(many + len(phrases), len(catalogue.signals) + 1)
    for row, example in enumerate(catalogue.examples):
        for name, share in _shares(example):
            wanted[row, classes[name] if name else -1] = share
        for signal in example.signals:
            danger[row, catalogue.signals.index(signal)] = 1
        danger[row, -1] = bool(example.signals)
    for row, theme in enumerate(phrases, many):
        wanted[row, themes[theme]] = 1
    return wanted, danger


def _shares(example: Example) -> Iterator[tuple[str, float]]:
    """Give the classes of a message with their shares; "" is neither theme nor act."""
    if example.themes:
        first, *others = example.themes
        yield first, _MAIN if others else 1.0
        yield from ((other, (1 - _MAIN) / len(others)) for other in others)
    elif example.act:
        yield example.act, 1.0
    elif not example.signals:
        yield "", 1.0


def _learn(rows: Rows, layers: Sequence[Layer], epochs: int, progress: Progress) -> None:
    chance = np.random.default_rng(0)
    themes, signals = (nn.Linear(rows.centre.shape[1], wanted.shape[1]) for wanted in (rows.classes, rows.signals))
    upper = [weight for layer in layers for weight in layer.parameters()]
    heads = [*themes.parameters(), *signals.parameters()]
    optimiser = torch.optim.AdamW([{"params": upper, "lr": _RATE}, {"params": heads, "lr": _HEAD_RATE}], fused=True)
    batches = [batch for _ in range(epochs) for batch in _batches(rows.lengths, chance)]
    rates = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, len(batches)))
    for number, batch in enumerate(batches):
        if number % 20 == 0:
            progress(0.2 + 0.8 * number / len(batches), "Taalmodel bijstellen")
        loss = _loss(rows, batch, layers, themes, signals)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(upper, 1.0)
        optimiser.step()
        rates.step()
    progress(1.0, "Taalmodel bijgesteld")


def _rate(step: int, steps: int) -> float:
    """Return the share of the rate: it rises, then falls to nearly nothing."""
    return min(1.0, (step + 1) / (_WARM * steps)) * max(0.02, 1 - step / steps)


def _batches(lengths: NDArray[np.int64], chance: np.random.Generator) -> list[NDArray[np.int64]]:
    """Return all rows in batches of like length, in any order."""
    order = np.argsort(lengths + chance.normal(0, _JITTER, len(lengths)), kind="stable")
    batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    return [batches[number] for number in chance.permutation(len(batches))]


def _loss(
    rows: Rows, batch: NDArray[np.int64], layers: Sequence[Layer], themes: nn.Linear, signals: nn.Linear
) -> Tensor:
    x, there = _padded([rows.states[row] for row in batch])
    seen = there & (torch.rand(there.shape) > _DROP)
    seen[:, :4] = there[:, :4]  # the beginning, with the words that every text has, stays
    with torch.autocast("cpu", torch.bfloat16):
        for layer in layers:
            x = layer(x, seen)
    vectors = pooled(x, seen) - rows.centre[batch]
    wanted = rows.classes[batch]
    plain = wanted.sum(1) > 0
    told = -(wanted[plain] * functional.log_softmax(themes(_SCALE * vectors[plain]), 1)).sum(1).mean()
    danger = functional.binary_cross_entropy_with_logits(signals(_SCALE * vectors), rows.signals[batch])
    return _contrast(functional.normalize(vectors), wanted) + told + 2 * danger


def _contrast(vectors: Tensor, wanted: Tensor) -> Tensor:
    """Return how far messages of one class lie from each other, against all others of the batch."""
    itself = torch.eye(len(vectors), dtype=torch.bool)
    alike = (vectors @ vectors.T / _HEAT).masked_fill(itself, -1e9)
    weights = (wanted @ wanted.T).masked_fill(itself, 0)
    total = weights.sum(1)
    lonely = total == 0
    chances = functional.log_softmax(alike, 1)
    return -((weights * chances).sum(1)[~lonely] / total[~lonely]).sum() / max(1, int((~lonely).sum()))
