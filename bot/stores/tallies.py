"""Anonymous tallies in the store: put there with the events they come from, and added up.

Rows are kept in the order of a random number, so that nobody reads from their order which conversation made
them. `forget` leaves them: nothing in them says whose they were.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, insert, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.counted import Dimension, Key, Kind, Span, Tally, Teams
from bot.stores.tables.figures import TALLIES

_LARGEST = 2**63


async def put(connection: AsyncConnection, tallies: Iterable[Tally]) -> None:
    """Keep these tallies."""
    rows = [{"id": secrets.randbelow(_LARGEST), "week": tally.week, **tally.model_dump()} for tally in tallies]
    if rows:
        await connection.execute(insert(TALLIES), rows)


async def tallied(
    connection: AsyncConnection, kind: Kind, by: Sequence[Dimension], teams: Teams | None
) -> Mapping[tuple[date, Key], int]:
    """Return how many there are of each combination, by week."""
    columns = [TALLIES.c[name] for name in by]
    query = select(func.count(), TALLIES.c.week, *columns).where(TALLIES.c.kind == kind, _of(teams))
    rows = await connection.execute(query.group_by(TALLIES.c.week, *columns))
    return {(week, tuple(key)): number for number, week, *key in rows}


async def spans(
    connection: AsyncConnection, kind: Kind, since: date, before: date, teams: Teams | None
) -> tuple[Span, ...]:
    """Return how long it took each time, in these weeks."""
    weeks = (TALLIES.c.week >= since) & (TALLIES.c.week < before)
    measured = select(TALLIES.c.organisation, TALLIES.c.theme, TALLIES.c.minutes).where(
        TALLIES.c.kind == kind, TALLIES.c.minutes.is_not(None), weeks, _of(teams)
    )
    rows = await connection.execute(measured)
    return tuple(Span(organisation=team, theme=theme, minutes=minutes) for team, theme, minutes in rows)


def _of(teams: Teams | None) -> ColumnElement[bool]:
    return true() if teams is None else TALLIES.c.organisation.in_(sorted(teams))
