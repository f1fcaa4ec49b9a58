"""How well places are read: counts over a file of places with what they are, each as `text -> place | place`."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from referral.areas import locate
from referral.model import Location, Value
from referral.places import Areas


class Expected(NamedTuple):
    """A place as somebody writes it, and what it is: a wijk or a city; several when nobody can know."""

    text: str
    places: frozenset[str]


class Score(Value):
    """What came out: places that are one thing, read as another, or asked again; and several not asked as such."""

    sure: int
    several: int
    wrong: tuple[str, ...]
    again: tuple[str, ...]
    not_asked: tuple[str, ...]


def expected_in(file: Path) -> tuple[Expected, ...]:
    """Return the places in a file; empty lines and lines that begin with # are for the reader."""
    rows = (line.split(" -> ") for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return tuple(Expected(text, frozenset(places.split(" | "))) for text, places in rows)


def measure(expected: tuple[Expected, ...], areas: Areas) -> Score:
    """Return how the places are read as answers to our question."""
    sure = [one for one in expected if len(one.places) == 1]
    several = [one for one in expected if len(one.places) > 1]
    return Score(
        sure=len(sure),
        several=len(several),
        wrong=tuple(slips(sure, areas, settled=True)),
        again=tuple(slips(sure, areas, settled=False)),
        not_asked=tuple(slips(several, areas, settled=None)),
    )


def slips(expected: list[Expected], areas: Areas, settled: bool | None) -> Iterator[str]:
    """Yield what is read otherwise than expected: as one place (`settled`), as none or several, or either (None)."""
    for one in expected:
        found = places_of(locate(one.text, areas, answering=True))
        if found != one.places and settled in (None, len(found) == 1):
            yield f"{one.text}: {' | '.join(sorted(found)) or 'nothing'}, expected {' | '.join(sorted(one.places))}"


def places_of(location: Location) -> frozenset[str]:
    """Return each candidate as its wijk, or its city."""
    return frozenset(wijk or city for city, wijk in location.candidates)
