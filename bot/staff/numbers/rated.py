"""What residents said of an answer, useful or not: by organisation and theme, for `wegwijs outcomes`.

Each verdict is a table of its own, under what the desk shows of that verdict (the table `nuttig`), so that the two
together do not tell a count of 1 to 4 either.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.counted import Figures
from bot.staff.numbers.seen import Seen, beneath, released
from bot.staff.numbers.suppress import Counts
from bot.staff.numbers.topics import RATINGS, counts_of, parts_of, row_name
from bot.staff.words import RATED

_DETAILED = replace(RATINGS, by=("organisation", "theme", "what"))


@dataclass(frozen=True)
class Rating:
    """How often each verdict, in the order of `RATED`, was given of an organisation on a theme."""

    organisation: str
    theme: str
    verdicts: tuple[Seen, ...]


async def ratings(figures: Figures, today: date) -> Sequence[Rating]:
    """Return the ratings in all weeks that are over, as far as they may be shown."""
    found = await counts_of(_DETAILED, figures, None)
    return await asyncio.to_thread(_shown, found, today)


def _shown(found: Counts, today: date) -> Sequence[Rating]:
    parts: dict[str, dict[str, Mapping[date, int]]] = defaultdict(dict)  # verdict -> organisation and theme -> weeks
    for name, weeks in found.items():
        *about, verdict = parts_of(name)
        parts[verdict][row_name(*about)] = weeks
    whole = released({verdict: _together(rows) for verdict, rows in parts.items()}, today)
    tables = {verdict: beneath(whole, verdict, parts[verdict]) for verdict in RATED}
    names = sorted({name for rows in parts.values() for name in rows})
    told = [_rating(name, [table.row(name, date.min, date.max) for table in tables.values()]) for name in names]
    return [rating for rating in told if any(seen.least or not seen.exact for seen in rating.verdicts)]


def _rating(name: str, verdicts: Sequence[Seen]) -> Rating:
    organisation, theme = parts_of(name)
    return Rating(organisation, theme, tuple(verdicts))


def _together(rows: Counts) -> Mapping[date, int]:
    total: dict[date, int] = defaultdict(int)
    for weeks in rows.values():
        for week, number in weeks.items():
            total[week] += number
    return total
