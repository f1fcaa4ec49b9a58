"""The guide with the changes that people agreed on, and the faults that a change would bring.

The same code as `wegwijs check` and `wegwijs prove`, on texts in memory.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath

from referral.book import guide_of
from referral.guide import Guide
from referral.load import digest, parse_all, read_book, where_ids_stand
from referral.model import Fault
from referral.overlay import LISTS, Edit, Overlay, Raw, Standing, chains, entry_of, lay_over
from referral.prove import prove

Texts = Mapping[str, str]


def guide_over(texts: Texts, edits: Sequence[Edit]) -> tuple[Guide, Overlay]:
    """Return the guide of these texts with the edits over them, and how each stands.

    A chain of edits with which the directory would have faults is left out; the files are sound by themselves.
    """
    overlay = over(texts, edits)
    book, faults = read_book(overlay.texts, our_own=False)
    if faults:
        overlay = _without_faulty(texts, edits)
        book, _ = read_book(overlay.texts, our_own=False)
    return guide_of(book, where_ids_stand(overlay.texts), digest(overlay.texts)), overlay


def over(texts: Texts, edits: Sequence[Edit]) -> Overlay:
    """Return the texts with the edits in them, and how each stands."""
    return lay_over(texts, _documents(texts), edits)


def new_faults(texts: Texts, edits: Sequence[Edit], new: Edit, on: date) -> tuple[Fault, ...]:
    """Return the faults that a new edit brings: those of `check`, and without any those of `prove`."""
    before, after = over(texts, edits).texts, over(texts, (*edits, new)).texts
    found = _faults(after, on)
    if not found:
        return ()
    already = {(fault.file, fault.what) for fault in _faults(before, on)}
    return tuple(fault for fault in found if (fault.file, fault.what) not in already)


def standing_after(texts: Texts, edits: Sequence[Edit], new: Edit) -> Standing:
    """Return how the entry of a new edit would stand against the files."""
    same = [edit for edit in edits if (edit.organisation, edit.contact) == (new.organisation, new.contact)]
    return over(texts, (*same, new)).standings[0]


def raw_entry(texts: Texts, organisation: str) -> Raw | None:
    """Return an organisation as it stands in the texts, None when it does not."""
    return entry_of(_documents(texts), organisation)


def _faults(texts: Texts, on: date) -> tuple[Fault, ...]:
    book, faults = read_book(texts, our_own=False)
    return faults or prove(guide_of(book, where_ids_stand(texts)), on).faults


def _documents(texts: Texts) -> Mapping[str, object]:
    """Return the files that hold organisations, read; the others play no part."""
    ours = {file: text for file, text in texts.items() if PurePosixPath(file).name in LISTS}
    return {file: document for file, (_, document) in parse_all(ours)[0].items()}


def _without_faulty(texts: Texts, edits: Sequence[Edit]) -> Overlay:
    """Lay the chains over the texts one by one, but for those that bring a fault."""
    sound: list[Edit] = []
    faulty: list[Standing] = []
    for chain in chains(edits):
        _, faults = read_book(over(texts, [*sound, *chain.edits]).texts, our_own=False)
        if faults:
            (standing,) = over(texts, chain.edits).standings
            faulty.append(standing.model_copy(update={"state": "fault", "faults": faults}))
        else:
            sound += chain.edits
    overlay = over(texts, sound)
    return overlay._replace(standings=(*overlay.standings, *faulty))
