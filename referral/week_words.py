"""Opening hours in words, in Dutch and in English, as they stand beside the figures in the data files."""

from collections.abc import Sequence
from typing import NamedTuple

from referral.model import Words
from referral.week import DAYS, Hours, Span

_WEEKDAYS = (0, 1, 2, 3, 4)
_EVERY_DAY = tuple(range(len(DAYS)))


class _Said(NamedTuple):
    """How a language says days and hours."""

    days: tuple[str, ...]
    through: str
    both: str
    weekdays: str
    daily: str
    always: str
    holidays: str


_LANGUAGES = {
    "nl": _Said(DAYS, "tot en met", "en", "werkdagen", "elke dag", "dag en nacht", "feestdagen"),
    "en": _Said(
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        *("to", "and", "weekdays", "daily", "day and night", "public holidays"),
    ),
}


def hours_in_words(hours: Hours) -> Words:
    """Return the hours in words: "ma, di en do 9.00-17.00; wo en vr 9.00-13.00"."""
    return {language: _hours(hours, said) for language, said in _LANGUAGES.items()}


def _hours(hours: Hours, said: _Said) -> str:
    if hours.always:
        return said.always
    if len(set(hours.days)) == 1 and hours.days[0]:
        return f"{said.daily} {_spans(hours.days[0], said)}"
    together: dict[tuple[Span, ...], list[int]] = {}
    for day in _EVERY_DAY:
        if hours.days[day]:
            together.setdefault(hours.days[day], []).append(day)
    told = [f"{_days(days, said)} {_spans(spans, said)}" for spans, days in together.items()]
    on_holidays = [f"{said.holidays} {_spans(hours.days[-1], said)}"] if hours.days[-1] else []
    return "; ".join([*told, *on_holidays])


def _days(days: Sequence[int], said: _Said) -> str:
    if tuple(days) == _WEEKDAYS:
        return said.weekdays
    names = [said.days[day] for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]} {said.through} {names[-1]}"
    return _joined(names, said)


def _spans(spans: Sequence[Span], said: _Said) -> str:
    return _joined([str(span) for span in spans], said)


def _joined(several: Sequence[str], said: _Said) -> str:
    *others, last = several
    return f"{', '.join(others)} {said.both} {last}" if others else last
