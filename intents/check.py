"""Faults in what people wrote for understanding, all at once, and whether the model file belongs to it."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from intents import heads
from intents.duplicates import learned_held_out, near_copies
from intents.encoder.delta import fingerprint_of
from intents.load import DATA, FaultsFound, fingerprint, load_catalogue
from intents.model import Catalogue, Fault
from intents.normalise import plain
from intents.sentences import HELD_OUT
from intents.signals import load_patterns


def check(folder: Path = DATA, held_out: Path = HELD_OUT) -> tuple[Fault, ...]:
    """Return every fault in the data files of understanding; held-out messages count where there are any."""
    return (*_in_messages(folder, held_out), *_in_patterns(folder))


def _in_messages(folder: Path, held_out: Path) -> tuple[Fault, ...]:
    try:
        catalogue = load_catalogue(folder)
    except FaultsFound as found:
        return found.faults
    return (
        *_contradictions(catalogue),
        *near_copies(catalogue, folder),
        *learned_held_out(catalogue, folder, held_out),
        *_outdated(catalogue, folder / "model.npz"),
    )


def _in_patterns(folder: Path) -> tuple[Fault, ...]:
    try:
        load_patterns(folder)
    except FaultsFound as found:
        return found.faults
    return ()


def _contradictions(catalogue: Catalogue) -> Iterator[Fault]:
    """Find a message that is written down twice with another meaning; no reader can learn both."""
    meanings = defaultdict(set)
    for example in catalogue.examples:
        meanings[plain(example.text)].add((example.themes[:1], example.act))
    for text, said in meanings.items():
        if len(said) > 1:
            what = f'"{text[:60]}" stands there twice and means {" and ".join(sorted(map(_meaning, said)))}.'
            yield Fault(file="intents/data", line=1, what=what, mend="Keep the one that is right.")


def _meaning(said: tuple[tuple[str, ...], str | None]) -> str:
    themes, act = said
    return act or "+".join(themes) or "nothing"


def _outdated(catalogue: Catalogue, model: Path) -> Iterator[Fault]:
    """Tell when the model was learned from other messages, or over another encoder, than those that stand here."""
    file = f"intents/data/{model.name}"
    if not model.exists():
        yield Fault(file=file, line=1, what="there is no model.", mend="Run `wegwijs train`.")
        return
    learned = heads.load(model)
    if learned.data != fingerprint(catalogue):
        what = "the messages changed since this was learned."
        yield Fault(file=file, line=1, what=what, mend="Run `wegwijs train`.")
    if learned.encoder != fingerprint_of(model.parent / "encoder.npz"):
        what = "encoder.npz is not the one that this was learned over."
        yield Fault(file=file, line=1, what=what, mend="Run `wegwijs train --heads`.")
