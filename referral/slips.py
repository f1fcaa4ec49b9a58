"""Slips in data files, said in plain words."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]


SAID = {  # kind of pydantic error -> what is wrong, and the mend
    "missing": ("{name!r} is missing.", "Add {name}."),
    "date": ("{given!r} is not a date that exists.", "Write a day as 2026-12-31."),
    "bool_parsing": ("{name!r} is {given!r}.", "Write true or false."),
    "literal_error": ("{name!r} is {given!r}.", "Choose from {expected}."),
    "tuple_type": ("{name!r} must be a list.", "Write it between [ and ]."),
    "string_type": ("{name!r} must be text.", "Write one line of text."),
}


class Slip(NamedTuple):
    """Something wrong in a file, at a path in it, and how to mend it."""

    file: str
    path: Path
    what: str
    mend: str


def slips_of(error: ValidationError, file: str, path: Path, model: type[BaseModel]) -> Iterator[Slip]:
    """Yield the slips behind what pydantic found; alternatives of one value give one slip."""
    seen: set[Path] = set()
    for one in error.errors(include_url=False):
        place = (*path, *(step for step in one["loc"] if not names_a_type(step)))
        if place not in seen:
            seen.add(place)
            yield Slip(file, place, *in_words(one["type"], str(place[-1]), one, model))


def names_a_type(step: str | int) -> bool:
    """Tell whether a step in pydantic's path is the name of an alternative and not of an entry."""
    return isinstance(step, str) and (step == "str" or "[" in step)


def in_words(kind: str, name: str, error: Any, model: type[BaseModel]) -> tuple[str, str]:
    """Return what is wrong and how to mend it."""
    if kind == "extra_forbidden":
        return f"{name!r} is not a word that belongs here.", did_you_mean(name, tuple(model.model_fields))
    if kind.startswith("date"):
        kind = "date"
    what, mend = SAID.get(kind, ("{name!r} is not right: {msg}.", "Compare it with an entry above."))
    told = {"name": name, "given": error["input"], "msg": error["msg"], **error.get("ctx", {})}
    return what.format(**told), mend.format(**told)


def did_you_mean(name: str, choices: tuple[str, ...]) -> str:
    """Return the mend for a word that does not exist."""
    near = get_close_matches(name, choices, 1)
    return f"Did you mean {near[0]}?" if near else f"Choose from {', '.join(choices)}."
