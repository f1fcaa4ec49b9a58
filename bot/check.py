"""All faults in the data files of the whole product, at once."""

import hashlib
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import bot
import intents
import referral
from bot.phrases import load_phrases
from bot.staff.reach import load_organisations
from bot.staff.ready import load_canned
from intents.check import check as check_understanding
from referral.load import DATA, read_book, read_texts

_ROOMS = tuple(Path(room.__file__ or ".").parent for room in (bot, intents, referral))


def check() -> tuple[str, ...]:
    """Return a line for every fault: file, line, what, mend."""
    book, referral_faults = read_book(read_texts(DATA), our_own=True)
    known = {entry.value.id for entry in book.organisations}
    return (*map(str, referral_faults), *map(str, check_understanding()), *_phrase_faults(known))


def check_once(mark: Path) -> tuple[str, ...]:
    """Return the faults; when the files are the very ones that were found sound before, without looking again.

    `mark` is the file that remembers them (a few seconds of looking at each start would be lost time).
    """
    state = state_of_files()
    if mark.exists() and mark.read_text("utf-8") == state:
        return ()
    faults = check()
    if not faults:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(state, "utf-8")
    return faults


def state_of_files() -> str:
    """Return a fingerprint of all data files."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((*room.rglob("*.yaml"), *room.rglob("*.npz"))):
            digest.update(path.relative_to(room).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _phrase_faults(known: Collection[str]) -> Iterator[str]:
    for load in (load_phrases, load_canned, partial(load_organisations, known=known)):
        try:
            load()
        except ValueError as found:
            yield from str(found).splitlines()
