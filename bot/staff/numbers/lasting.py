"""How long things take: the half and nine out of ten, for enough people that nobody stands out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from bot.counted import Span
from bot.staff.numbers.suppress import LEAST
from bot.staff.words import Dutch

FOUR_DAYS = 4 * 24 * 60  # minutes; what the buurtteams are proud of: ruim vier dagen
_ENOUGH_FOR_NINE = 2 * LEAST
_HOUR, _DAY = 60, 24 * 60


@dataclass(frozen=True)
class Lasted:
    """How long it took a team, in minutes; None where there are too few to tell."""

    team: str
    half: int
    nine: int | None


def lasted(spans: Iterable[Span], dutch: Dutch) -> Sequence[Lasted]:
    """Return how long it took all teams together and each team, for as far as there are enough; by name."""
    by_team: dict[str, list[int]] = {}
    for span in spans:
        by_team.setdefault(span.organisation or "", []).append(span.minutes)
    everybody = [minutes for theirs in by_team.values() for minutes in theirs]
    each = [_lasted(dutch.organisation(team), theirs) for team, theirs in by_team.items() if team]
    together = _lasted("Alle teams samen", everybody) if len(by_team) > 1 else None
    return [*filter(None, [together]), *sorted(filter(None, each), key=lambda one: one.team)]


def _lasted(team: str, minutes: Sequence[int]) -> Lasted | None:
    if len(minutes) < LEAST:
        return None
    ordered = sorted(minutes)
    nine = ordered[ceil(0.9 * len(ordered)) - 1] if len(ordered) >= _ENOUGH_FOR_NINE else None
    return Lasted(team, half=round(median(ordered)), nine=nine)


def in_words(minutes: int | None) -> str:
    """Return a span as people compare it: "12 minuten", "5,5 uur", "3,2 dagen"."""
    if minutes is None:
        return "te weinig"
    if minutes < _HOUR:
        return "1 minuut" if minutes == 1 else f"{minutes} minuten"
    if minutes < 2 * _DAY:
        return f"{_decimal(minutes / _HOUR)} uur"
    return f"{_decimal(minutes / _DAY)} dagen"


def hours(minutes: int | None) -> str:
    """Return a span in hours, for a spreadsheet in Dutch."""
    return "" if minutes is None else f"{minutes / _HOUR:.1f}".replace(".", ",")


def _decimal(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0").replace(".", ",")
