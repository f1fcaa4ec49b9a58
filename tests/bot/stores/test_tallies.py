"""What every store promises of tallies: kept with the events, added up by week, left when a conversation goes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.counted import Span, Tally
from bot.events import Withdrawn
from bot.ports import Conflict
from bot.stores.tables.figures import TALLIES

MONDAY = datetime(2026, 11, 9, 12, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)
HAPPENED = (Withdrawn(at=MONDAY),)


def contact(team="buurtteam", week=0, minutes=7, theme="wonen"):
    return Tally(at=MONDAY + week * WEEK, kind="contact", organisation=team, minutes=minutes, theme=theme)


async def test_tallies_are_added_up_by_week_and_by_what_is_asked(store):
    tallies = [contact(), contact(), contact("dock"), contact(week=1, theme=None), Tally(at=MONDAY, kind="asked")]

    await store.append("web:1", HAPPENED, after=0, tallies=tallies)

    first, second = date(2026, 11, 9), date(2026, 11, 16)
    assert await store.tallied("contact", ("theme", "organisation")) == {
        (first, ("wonen", "buurtteam")): 2,
        (first, ("wonen", "dock")): 1,
        (second, (None, "buurtteam")): 1,
    }
    assert await store.tallied("contact", (), teams=frozenset({"dock"})) == {(first, ()): 1}
    assert await store.tallied("contact", (), teams=frozenset()) == {}


async def test_spans_are_of_whole_weeks_and_of_these_teams(store):
    tallies = [contact(minutes=5), contact("dock", minutes=6), contact(week=1), contact(minutes=None)]

    await store.append("web:1", HAPPENED, after=0, tallies=tallies)

    ends = (date(2026, 11, 9), date(2026, 11, 16))
    five = Span(organisation="buurtteam", theme="wonen", minutes=5)
    assert await store.spans("contact", *ends, teams=frozenset({"buurtteam"})) == (five,)
    assert sorted(one.minutes for one in await store.spans("contact", *ends)) == [5, 6]


async def test_tallies_stay_when_the_conversation_is_forgotten(store):
    await store.append("web:1", HAPPENED, after=0, tallies=[contact()])

    await store.forget("web:1")

    assert list((await store.tallied("contact", ())).values()) == [1]


async def test_what_was_not_stored_is_not_counted(store):
    await store.append("web:1", HAPPENED, after=0)

    with pytest.raises(Conflict):
        await store.append("web:1", HAPPENED, after=0, tallies=[contact()])

    assert await store.tallied("contact", ()) == {}


async def test_nothing_in_the_table_tells_the_conversation_or_the_order(sql_store):
    for number in range(20):
        await sql_store.append(f"web:{number}", HAPPENED, after=0, tallies=[contact(minutes=number)])

    async with sql_store.engines.reading() as connection:
        rows = list(await connection.execute(select(TALLIES).order_by(TALLIES.c.id)))
    assert "web" not in " ".join(str(value) for row in rows for value in row)
    assert [row.minutes for row in rows] != list(range(20))
