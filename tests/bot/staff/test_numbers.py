"""The page of figures: who may see it, what stands in it, and what leaves it as a file."""

import csv
import io
import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from bot.counted import HERE, Tally
from bot.stores.memory import MemoryStore

TEAM, SISTER, OTHER = "utrecht-buurtteam-sociaal", "utrecht-buurtteam-mbo", "utrecht-dock"
MONDAY = datetime(2026, 11, 9, 12, 0, tzinfo=HERE)  # of a week that is over; the clock stands at Friday the 20th


@pytest.fixture
def count(desk):
    """Return what counts a number of things in a week (0 is that of Monday the 9th of November)."""

    async def put(number, kind, week=0, **about):
        tally = Tally(at=MONDAY + timedelta(weeks=week), kind=kind, **about)
        await desk.store.append(f"web:{uuid4()}", (), after=0, tallies=[tally] * number)

    return put


@pytest.fixture
async def coordinator(desk):
    return await desk.signed_in("Carla", TEAM, "coordinator")


@pytest.fixture
async def beheerder(desk):
    return await desk.signed_in("Bas", TEAM, "beheerder")


async def table(client, name, **period):
    """Return a table of the page, as the file gives it: what is in a row by its first cell."""
    answer = await client.get(f"/staff/numbers/{name}.csv", params={"size": "week", "on": "2026-11-09", **period})
    assert answer.status_code == 200
    assert answer.text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    return {row[0]: row[1] if len(row) == 2 else row[1:] for row in rows[2:]}


async def test_a_coordinator_sees_the_figures_of_their_organisation_only(count, coordinator, beheerder):
    await count(6, "referred", theme="geldzorgen", organisation=TEAM)
    await count(7, "referred", theme="wonen", organisation=SISTER)
    await count(8, "referred", theme="werk", organisation=OTHER)

    own = await table(coordinator, "onderwerpen")
    city = await table(beheerder, "onderwerpen")

    assert list(own.values()) == ["7", "6", "13"]
    assert list(city.values()) == ["8", "7", "6", "21"]


async def test_a_medewerker_and_a_stranger_see_no_figures(desk):
    medewerker, nobody = await desk.signed_in(), desk.client()

    for path in ("/staff/numbers", "/staff/numbers/talen.csv"):
        refused = await medewerker.get(path)
        assert refused.status_code == 404
        assert refused.text == (await medewerker.get("/staff/numbersx")).text
        assert (await nobody.get(path)).status_code == 303
    assert "Cijfers" not in (await medewerker.get("/staff")).text


async def test_the_page_shows_every_plot_with_its_table(count, beheerder):
    await count(
        6,
        "referred",
        theme="geldzorgen",
        wijk="utrecht-overvecht",
        language="ar",
        what="0",
        organisation=TEAM,
        minutes=5,
    )
    await count(20, "asked", theme="geldzorgen")
    await count(12, "contact", organisation=TEAM, minutes=3000)
    await count(5, "promise", organisation=TEAM, what="kept")
    await count(5, "closed", organisation=TEAM, what="declined")
    await count(5, "passed", organisation=TEAM, what="misroute", rule="geld-iedereen")
    await count(5, "followed", organisation=TEAM, what="helped")
    await count(5, "corrected", organisation=TEAM, what="themes")

    page = (await beheerder.get("/staff/numbers?size=week&on=2026-11-09")).text

    assert page.count("<svg") == page.count("<table") == 13
    for words in ("2,1 dagen", "Arabisch", "Overvecht", "Meteen begrepen", "Wil geen hulp (meer) (niet geholpen)"):
        assert words in page
    assert "style=" not in page
    assert re.search(r'role="img" aria-labelledby="t-wijken" aria-describedby="d-wijken"', page)


async def test_small_counts_are_not_on_the_page_nor_in_the_file(count, coordinator):
    await count(3, "referred", language="tr", organisation=TEAM)
    await count(9, "referred", language="ar", organisation=TEAM)
    await count(20, "referred", language="nl", organisation=TEAM)

    assert await table(coordinator, "talen") == {
        "Nederlands": "20",
        "Turks": "<5",
        "Overige": "verborgen",
        "Samen": "32",
    }
    page = (await coordinator.get("/staff/numbers?size=week&on=2026-11-09")).text
    assert "&lt;5" in page
    assert "Arabisch" not in page


async def test_each_answer_about_an_advice_counts_once_also_when_it_was_changed(count, coordinator):
    await count(9, "rated", what="yes", theme="wonen", organisation=TEAM)
    await count(8, "rated", what="no", theme="wonen", organisation=TEAM)
    await count(2, "unrated", what="no", theme="wonen", organisation=TEAM)

    assert await table(coordinator, "nuttig") == {"Nuttig": "9", "Niet nuttig": "6", "Samen": "15"}


async def test_a_week_that_is_not_over_does_not_count_yet_but_its_times_do(count, coordinator):
    await count(9, "referred", week=1, organisation=TEAM, language="nl", minutes=4)

    assert await table(coordinator, "talen", on="2026-11-16") == {"Samen": "0"}
    assert list((await table(coordinator, "tot-verwijzing", on="2026-11-16")).values()) == [["0,1", ""]]


async def test_a_longer_period_adds_up_the_weeks_that_are_shown(count, coordinator):
    await count(9, "referred", week=0, language="nl", organisation=TEAM)
    await count(8, "referred", week=-1, language="nl", organisation=TEAM)

    for period in ({"size": "month"}, {"size": "own", "since": "2026-11-02", "until": "2026-11-12"}):
        assert (await table(coordinator, "talen", **period))["Samen"] == "17"


async def test_what_is_partly_hidden_says_that_there_is_more(count, coordinator):
    await count(9, "referred", week=0, language="nl", organisation=TEAM)
    await count(3, "referred", week=-1, language="nl", organisation=TEAM)

    assert (await table(coordinator, "talen", size="month"))["Samen"] == "9 of meer"


async def test_times_are_shown_for_at_least_five_and_nine_out_of_ten_for_ten(count, coordinator):
    await count(4, "contact", organisation=TEAM, minutes=60)
    assert await table(coordinator, "tot-contact") == {}

    await count(1, "contact", organisation=TEAM, minutes=6000)
    ((_, few),) = (await table(coordinator, "tot-contact")).items()
    await count(5, "contact", organisation=TEAM, minutes=6000)
    ((_, many),) = (await table(coordinator, "tot-contact")).items()

    assert few == ["1,0", ""]
    assert many == ["100,0", "100,0"]


async def test_a_file_has_no_formula(count, coordinator):
    await count(6, "passed", what="misroute", rule='=HYPERLINK("http://x")', organisation=TEAM)

    assert '\'=HYPERLINK("http://x")' in await table(coordinator, "verkeerd")


async def test_what_was_looked_at_is_in_the_audit_log(desk, coordinator):
    await coordinator.get("/staff/numbers?size=year")
    await coordinator.get("/staff/numbers/talen.csv?size=year")

    log = (await coordinator.get("/staff/audit")).text
    assert "Cijfers bekeken" in log
    assert "Cijfers gedownload" in log


async def test_a_table_that_does_not_exist_is_not_found(coordinator, beheerder):
    assert (await coordinator.get("/staff/numbers/geheim.csv")).status_code == 404
    assert (await coordinator.get("/staff/numbers/zonder.csv")).status_code == 404  # of the whole city
    assert (await beheerder.get("/staff/numbers/zonder.csv")).status_code == 200


@pytest.mark.parametrize(
    "asked", ["size=x", "size=own&since=9&until=2026-01-01", "on=2026-13-40", "on=9999-12-31", "on=0001-01-01"]
)
async def test_a_period_that_makes_no_sense_gives_a_page(coordinator, asked):
    answer = await coordinator.get(f"/staff/numbers?{asked}")

    assert answer.status_code == 200
    assert "Cijfers van " in answer.text


async def test_what_staff_do_is_counted_with_its_events(desk, beheerder):
    for number in range(6):
        await desk.hand_over(f"web:{number}")
    desk.clock.move(days=7)

    found = await desk.store.tallied("handed_over", ("organisation", "what"))

    assert list(found.values()) == [6]


async def test_what_was_counted_stays_when_the_conversation_is_forgotten(desk):
    await desk.hand_over()
    before = await desk.store.tallied("referred", ("theme", "wijk"))

    await desk.store.forget("web:anna")

    assert await desk.store.tallied("referred", ("theme", "wijk")) == before != {}


async def test_what_lost_a_race_is_not_counted(desk):
    story = desk.story()
    await desk.happen("web:anna", *story)
    tally = Tally(at=MONDAY, kind="asked")

    with pytest.raises(Exception, match="web:anna"):
        await desk.store.append("web:anna", story[1:2], after=0, tallies=[tally])

    assert sum((await desk.store.tallied("asked", ())).values()) == 1


async def test_both_stores_add_up_alike(desk, count):
    memory = MemoryStore()
    for week, team in ((0, TEAM), (0, OTHER), (1, TEAM)):
        tally = Tally(at=MONDAY + timedelta(weeks=week), kind="contact", organisation=team, minutes=7, theme="wonen")
        for store in (memory, desk.store):
            await store.append(f"web:{uuid4()}", (), after=0, tallies=[tally, tally])

    weeks = (MONDAY.date(), MONDAY.date() + timedelta(weeks=1))
    for teams in (None, frozenset({TEAM}), frozenset()):
        assert await desk.store.tallied("contact", ("theme",), teams=teams) == await memory.tallied(
            "contact", ("theme",), teams=teams
        )
        found = [sorted(map(str, await one.spans("contact", *weeks, teams=teams))) for one in (memory, desk.store)]
        assert found[0] == found[1]
