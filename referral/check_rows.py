"""Slips around the rows of one file: which row gives way, and examples that cannot be run."""

from collections.abc import Iterator, Mapping
from datetime import date

from referral.book import Entry, Sheet
from referral.guide import turns
from referral.model import UNKNOWN, Rule
from referral.slips import Slip, did_you_mean

LISTS = ("themes", "signals")  # what an example gives as a list


def check_order(sheet: Sheet) -> Iterator[Slip]:
    """Check that a row goes before rows below it, and that beside_below has a row below."""
    ids = [rule.value.id for rule in sheet.rules]
    for at, rule in enumerate(sheet.rules):
        below = tuple(ids[at + 1 :])
        for name in rule.value.goes_before:
            if name not in below:
                what = f"{rule.value.id!r} goes before {name!r}, which is not a row below it."
                yield Slip(rule.file, (*rule.path, "goes_before"), what, did_you_mean(name, below))
    for day in (date.min, *sorted({day for rule in sheet.rules for day in turns(rule.value)})):
        for rule in [rule for rule in sheet.rules if rule.value.holds(day)][-1:]:
            if rule.value.beside_below:
                yield nothing_below(rule)


def nothing_below(rule: Entry[Rule]) -> Slip:
    """Return the slip of a last row that names whom the rows below name."""
    return Slip(rule.file, (*rule.path, "beside_below"), "there is no row below this one.", "Take beside_below out.")


def check_examples(sheet: Sheet, known: Mapping[str, tuple[str, ...]]) -> Iterator[Slip]:
    """Check that every example gives what exists: `known` holds the themes, the signals and the values of facts."""
    for place, example in enumerate(sheet.examples):
        path = (*example.path[:-1], place, "given")
        for name, told in example.value.given.items():
            yield from check_given(sheet.file, (*path, name), name, told, known)


def check_given(
    file: str, path: tuple[str | int, ...], name: str, told: str | tuple[str, ...], known: Mapping[str, tuple[str, ...]]
) -> Iterator[Slip]:
    """Check one thing that an example gives."""
    if name == "on":
        if not is_day(told):
            yield Slip(file, path, f"{told!r} is not a date that exists.", "Write a day as 2026-12-31.")
    elif isinstance(told, str) == (name in LISTS):
        yield Slip(file, path, f"{name!r} must be {'a list' if name in LISTS else 'one value'}.", "Compare the others.")
    elif name in known:
        allowed = known[name] if name in LISTS else (*known[name], UNKNOWN)
        for one in (told,) if isinstance(told, str) else told:
            if one not in allowed:
                yield Slip(file, path, f"{name} cannot be {one!r}.", did_you_mean(one, allowed))


def is_day(told: str | tuple[str, ...]) -> bool:
    """Tell whether this is a day that exists."""
    try:
        date.fromisoformat(str(told))
    except ValueError:
        return False
    return True
