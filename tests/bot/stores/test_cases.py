"""What every store promises about the rows of the desk: which are wanted, in which order, page by page."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.events import Withdrawn
from bot.queue import TABS, Case, Wanted, case_number

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DOCK, SOCIAAL, OTHER = "utrecht-dock", "utrecht-buurtteam-sociaal", "amersfoort-wijkteam"
MOMENTS = some.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
MAYBE = some.none() | MOMENTS
CASES = some.lists(
    some.fixed_dictionaries(
        {
            "organisation": some.sampled_from([DOCK, SOCIAAL, OTHER]),
            "state": some.sampled_from(["waiting", "staff", "closed"]),
            "urgent": some.booleans(),
            "owner": some.sampled_from(["Sanne", "Ali"]),
            "themes": some.sets(some.sampled_from(["wonen", "werk", "zorg_thuis"])).map(tuple),
            "wijk": some.sampled_from([None, "unknown", "utrecht-oost"]),
            "language": some.sampled_from(["nl", "tr"]),
            "opened_at": MOMENTS,
            "since": MOMENTS,
            "promised": MAYBE,
            "reminder_at": MAYBE,
            "waits_for": some.sampled_from(["staff", "resident"]),
        }
    ),
    max_size=25,
)
WANTED = some.builds(
    Wanted,
    teams=some.sets(some.sampled_from([DOCK, SOCIAAL])).map(tuple),
    tab=some.sampled_from(TABS),
    me=some.just("Sanne"),
    remind_until=MAYBE,
    urgent=some.booleans(),
    theme=some.sampled_from([None, None, "wonen", "zorg"]),
    wijk=some.sampled_from([None, None, "unknown", "utrecht-oost"]),
    language=some.sampled_from([None, None, "tr"]),
    opened_from=MAYBE,
    opened_until=MAYBE,
)


def case(conversation="web:1", **other):
    row = {
        "conversation": conversation,
        "organisation": DOCK,
        "state": "waiting",
        "urgent": False,
        "owner": None,
        "themes": ("wonen",),
        "signals": (),
        "wijk": None,
        "language": "nl",
        "opened_at": NOW,
        "last_heard_at": NOW,
        "since": NOW,
    }
    return Case.model_validate({**row, **other})


async def keep(store, *cases):
    for one in cases:
        after = len(await store.read(one.conversation))
        await store.append(one.conversation, [Withdrawn(at=NOW)], after=after, case=one)


def in_words(cases, wanted):
    """Return which of these cases are wanted, in order, said as the issue says it and not as the code does."""
    theirs = [one for one in cases if one.organisation in wanted.teams and belongs(one, wanted)]
    if wanted.tab == "gesloten":
        return sorted(theirs, key=lambda one: (-one.since.timestamp(), one.number))
    never = datetime.max.replace(tzinfo=UTC)
    nearest = {one: min(one.promised or never, one.reminder_at or never) for one in theirs}
    return sorted(theirs, key=lambda one: (not one.urgent, nearest[one], one.since, one.number))


def belongs(one, wanted):
    reminded = one.reminder_at and wanted.remind_until and one.reminder_at < wanted.remind_until
    mine = one.state == "staff" and one.owner == wanted.me
    tab = {
        "nieuw": one.state == "waiting",
        "mij": mine and (one.waits_for == "staff" or reminded),
        "bewoner": mine and one.waits_for == "resident" and not reminded,
        "anderen": one.state == "staff" and one.owner != wanted.me,
        "gesloten": one.state == "closed",
    }[wanted.tab]
    return (
        tab
        and (one.urgent or not wanted.urgent)
        and (wanted.theme is None or wanted.theme in one.themes)
        and (wanted.wijk is None or wanted.wijk == (one.wijk or "unknown"))
        and (wanted.language is None or wanted.language == one.language)
        and (wanted.opened_from is None or one.opened_at >= wanted.opened_from)
        and (wanted.opened_until is None or one.opened_at < wanted.opened_until)
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=CASES, wanted=some.lists(WANTED, min_size=1, max_size=6))
async def test_pages_and_counts_are_those_of_a_plain_list_that_is_filtered_and_sorted(store, rows, wanted):
    cases = [case(f"web:{number}", **row) for number, row in enumerate(rows)]
    await keep(store, *cases)
    try:
        for one in wanted:
            expected = in_words(cases, one)
            assert await pages(store, one, size=3) == expected
            assert await store.count(one) == (len(expected),)
        assert await store.count(*wanted, most=2) == tuple(min(2, len(in_words(cases, one))) for one in wanted)
    finally:
        for one in cases:
            await store.forget(one.conversation)


async def pages(store, wanted, size):
    """Return all that is wanted, read page by page."""
    found, after = [], ""
    while page := await store.cases(wanted, after=after, limit=size):
        found += page
        after = page[-1].place
    return found


async def test_nothing_is_wanted_of_no_team(store):
    await keep(store, case())

    assert await store.cases(Wanted(teams=())) == ()
    assert await store.count(Wanted(teams=())) == (0,)
    assert await store.count() == ()


async def test_a_page_goes_on_where_the_one_before_ended_also_when_something_came_between(store):
    await keep(store, *(case(f"web:{hour}", since=NOW + timedelta(hours=hour)) for hour in range(4)))
    wanted = Wanted(teams=(DOCK,))
    first = await store.cases(wanted, limit=2)

    await keep(store, case("web:9", urgent=True))
    await store.forget("web:0")

    rest = await store.cases(wanted, after=first[-1].place, limit=2)
    assert [one.conversation for one in rest] == ["web:2", "web:3"]


async def test_a_case_is_found_by_the_number_in_its_address(store):
    await keep(store, case("web:1"), case("web:2"))

    assert await store.numbered(case_number("web:2")) == case("web:2")
    assert await store.numbered("0" * 16) is None
    await store.forget("web:2")
    assert await store.numbered(case_number("web:2")) is None


async def heard_by(store, topic, deed):
    """Return what a listener to a topic is told of a deed."""
    async with store.changed.subscribe(topic) as listener:
        await deed
        try:
            return await asyncio.wait_for(anext(listener), 0.05)
        except TimeoutError:
            return None


@pytest.mark.parametrize(("team", "told"), [(DOCK, True), (SOCIAAL, True), (OTHER, False)])
async def test_a_case_that_goes_to_another_team_is_told_to_both_and_to_nobody_else(store, team, told):
    await keep(store, case())

    passed = keep(store, case(organisation=SOCIAAL))

    assert await heard_by(store, f"team:{team}", passed) == (case_number("web:1") if told else None)


async def test_a_team_hears_that_its_case_is_forgotten_and_nothing_of_a_conversation_that_is_no_case(store):
    await keep(store, case())

    assert await heard_by(store, f"team:{DOCK}", store.append("web:2", [Withdrawn(at=NOW)], after=0)) is None
    assert await heard_by(store, f"team:{DOCK}", store.forget("web:1")) == case_number("web:1")
