"""The words of opening hours: the spans of a week, and of public holidays, as they stand in the data.

    open: {ma-do: [9.00-12.30, 13.30-17.00], vr: 9.00-13.00}

A day that is not named is closed. Public holidays are a day of their own, `feestdagen`: closed unless named.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
HOLIDAYS = "feestdagen"
NAMES = (*DAYS, HOLIDAYS)
MIDNIGHT = 24 * 60
SPAN = re.compile(r"(\d{1,2})\.(\d{2})-(\d{1,2})\.(\d{2})")


class Span(NamedTuple):
    """From when to when, in minutes since midnight; the last minute is no longer open."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{clock(self.opens)}-{clock(self.closes)}"


class Hours(BaseModel):
    """When somebody can be reached: the spans of each day of the week from Monday, and of public holidays."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    days: tuple[tuple[Span, ...], ...] = Field(min_length=8, max_length=8)

    @cached_property
    def always(self) -> bool:
        """Tell whether it is day and night, on public holidays too."""
        return all(spans == (Span(0, MIDNIGHT),) for spans in self.days)

    def on(self, weekday: int, holiday: bool) -> tuple[Span, ...]:
        """Return the spans of a day; weekday 0 is Monday."""
        return self.days[len(DAYS) if holiday else weekday]

    def written(self) -> dict[str, str | list[str]]:
        """Return the hours as they stand in the data, days that are alike together."""
        return {name: several[0] if len(several) == 1 else several for name, several in self._runs()}

    def _runs(self) -> Iterator[tuple[str, list[str]]]:
        start = 0
        for end in range(1, len(DAYS) + 1):
            if end == len(DAYS) or self.days[end] != self.days[start]:
                if self.days[start]:
                    name = DAYS[start] if end == start + 1 else f"{DAYS[start]}-{DAYS[end - 1]}"
                    yield name, [str(span) for span in self.days[start]]
                start = end
        if self.days[-1]:
            yield HOLIDAYS, [str(span) for span in self.days[-1]]


def hours_from(written: Any) -> Any:
    """Return the hours that are written as day -> span or spans. Raises ValueError for what is no day or span."""
    if not isinstance(written, Mapping) or set(written) == {"days"}:
        return written
    days: list[tuple[Span, ...]] = [() for _ in NAMES]
    for name, spans in written.items():
        for day in days_of(str(name)):
            days[day] = tuple(map(span_of, [spans] if isinstance(spans, str) else spans))
            if any(one.closes > other.opens for one, other in zip(days[day], days[day][1:], strict=False)):
                raise ValueError(f"the spans of {name} overlap or stand out of order")
    return {"days": tuple(days)}


def days_of(name: str) -> range:
    """Return the days that are named: `ma`, `ma-vr` or `feestdagen`."""
    first, _, last = name.partition("-")
    if first not in NAMES or (last and (last not in DAYS or first not in DAYS)):
        raise ValueError(f"{name!r} is no day; write {', '.join(NAMES)}, or two with a dash such as ma-vr")
    start, end = NAMES.index(first), NAMES.index(last or first)
    if end < start:
        raise ValueError(f"{name!r} runs backwards")
    return range(start, end + 1)


def span_of(text: str) -> Span:
    """Return the span that is written as 9.00-17.00."""
    found = SPAN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no span of time; write 9.00-17.00")
    opens, closes = (int(found[at]) * 60 + int(found[at + 1]) for at in (1, 3))
    if not 0 <= opens < closes <= MIDNIGHT or int(found[2]) > 59 or int(found[4]) > 59:
        raise ValueError(f"{text!r} ends before it begins, or is no time of day")
    return Span(opens, closes)


def clock(minutes: int) -> str:
    """Return a time of day as it is written here: 9.00."""
    return f"{minutes // 60}.{minutes % 60:02}"


Written = Annotated[Hours, BeforeValidator(hours_from)]
