"""The queue: which case stands where and why, for whom, and what a filter hides."""

import re
from datetime import timedelta
from html import unescape

import pytest

from bot.assistant import staff_reply
from bot.events import Assigned, Claimed, Closed, ReminderSet
from bot.messages import Incoming
from bot.queue import Wanted
from bot.staff.cases import MOST, number, why

TEAM, SISTER = "utrecht-buurtteam-sociaal", "utrecht-buurtteam-jeugd-gezin"


def text_of(answer) -> str:
    return unescape(answer.text)


async def names(client, address="/staff"):
    """Return the names in the list, as they stand there."""
    return re.findall(r'class="utrecht-link desk-open"[^>]*>([^<]+)<', text_of(await client.get(address)))


async def reasons(client, address="/staff"):
    """Return why each of them stands there: both lines."""
    found = re.findall(r'<div class="desk-stack">(.*?)</div>', text_of(await client.get(address)), re.DOTALL)
    return [tuple(re.findall(r">([^<>]*\S[^<>]*)</span>", one)) for one in found]


async def counts(client, address="/staff"):
    page = text_of(await client.get(address))
    return dict(re.findall(r'id="tab-(\w+)".*?desk-count[^>]*>([^<]+)<', page, re.DOTALL))


async def hold(desk, conversation, by="Sanne"):
    await desk.happen(conversation, Claimed(at=desk.clock.now(), by=by))


async def reply(desk, conversation, by="Sanne"):
    await desk.happen(conversation, staff_reply("Dag", by, desk.clock.now(), "a" * 32, "nl"))


# ---------------------------------------------------------------- the order, and why


async def test_urgent_is_first_then_the_nearest_promise_then_the_longest_waiting(desk):
    now = desk.clock.now()
    await desk.hand_over("web:1", name="Tweede promise", promised=now + timedelta(hours=3))
    await desk.hand_over("web:2", name="Langst", promised=None)
    desk.clock.move(hours=1)
    await desk.hand_over("web:3", name="Kort")
    await desk.hand_over("web:4", name="Eerste", promised=now + timedelta(hours=2))
    await desk.hand_over("web:5", name="Voorbij", promised=now + timedelta(minutes=90))
    await desk.hand_over("web:6", name="Gevaar", urgent=True)
    desk.clock.move(minutes=45)

    assert await names(await desk.signed_in()) == ["Gevaar", "Voorbij", "Eerste", "Tweede promise", "Langst", "Kort"]


async def test_each_row_says_why_it_stands_there(desk):
    now = desk.clock.now()
    await desk.hand_over("web:1", signals=("violence_at_home",), urgent=True, promised=now + timedelta(hours=3))
    await desk.hand_over("web:2", promised=now + timedelta(hours=1))
    await desk.hand_over("web:3", promised=now + timedelta(hours=3))
    await desk.hand_over("web:4", promised=now + timedelta(hours=22))
    await desk.hand_over("web:5")
    desk.clock.move(hours=2)

    assert await reasons(await desk.signed_in()) == [
        ("Dringend: gevaar thuis", "Beloofd voor vandaag 17:00"),
        ("Belofte 1 uur voorbij", "Wacht 2 uur"),
        ("Beloofd voor vandaag 17:00", "Wacht 2 uur"),
        ("Beloofd voor morgen 12:00", "Wacht 2 uur"),
        ("Wacht 2 uur", "Sinds vandaag 14:00"),
    ]


async def test_whose_turn_it_is_shows_after_each_message(desk):
    await desk.hand_over(promised=desk.clock.now() + timedelta(hours=1))
    await hold(desk, "web:anna")
    ours = await desk.signed_in()
    held = await reasons(ours, "/staff?tab=mij")

    await reply(desk, "web:anna")
    desk.clock.move(minutes=25)
    asked = await reasons(ours, "/staff?tab=bewoner")
    await desk.assistant.handle(Incoming(id="9", conversation="web:anna", text="Ja"))
    desk.clock.move(minutes=5)
    await desk.assistant.handle(Incoming(id="10", conversation="web:anna", text="Graag"))
    answered = await reasons(await desk.signed_in("Bram"), "/staff?tab=anderen")

    assert held == [("Beloofd voor vandaag 15:00", "Wacht minder dan een minuut")]
    assert asked == [("Wacht 25 minuten op de bewoner", "Sinds vandaag 14:00")]
    assert answered == [("Bewoner antwoordde 5 minuten geleden", "Sinds vandaag 14:25")]


async def test_what_a_colleague_wants_to_remember_today_comes_back_to_them(desk):
    await desk.hand_over()
    await hold(desk, "web:anna")
    await reply(desk, "web:anna")
    now = desk.clock.now()
    await desk.happen("web:anna", ReminderSet(at=now, by="Sanne", at_time=now + timedelta(days=2, hours=1)))
    ours = await desk.signed_in()
    early = await reasons(ours, "/staff?tab=bewoner")

    desk.clock.move(days=2)
    ours = await desk.signed_in("Bram")
    await desk.happen("web:anna", Assigned(at=desk.clock.now(), by="Sanne", to="Bram"))
    await reply(desk, "web:anna", by="Bram")

    assert early == [("Herinnering voor 22 november 15:00", "Wacht minder dan een minuut op de bewoner")]
    assert await reasons(ours, "/staff?tab=mij") == [
        ("Herinnering voor vandaag 15:00", "Wacht minder dan een minuut op de bewoner")
    ]
    assert await names(ours, "/staff?tab=bewoner") == []


async def test_a_closed_case_says_how_it_ended_and_the_last_is_first(desk):
    for name in ("Eerst", "Laatst"):
        await desk.hand_over(f"web:{name}", name=name, urgent=True)
        await hold(desk, f"web:{name}")
        desk.clock.move(minutes=5)
        await desk.happen(f"web:{name}", Closed(at=desk.clock.now(), by="Sanne", outcome="on_the_way"))
    ours = await desk.signed_in()

    assert await names(ours, "/staff?tab=gesloten") == ["Laatst", "Eerst"]
    assert (await reasons(ours, "/staff?tab=gesloten"))[0] == ("Hulp is onderweg", "Gesloten vandaag 14:10")
    assert "desk-row--urgent" not in (await ours.get("/staff?tab=gesloten")).text


# ---------------------------------------------------------------- tabs


async def test_every_open_case_is_in_one_tab_and_each_tab_says_how_many(desk):
    for at, name in enumerate(["Nieuw", "Van mij", "Wacht", "Van Bram", "Klaar"]):
        await desk.hand_over(f"web:{at}", name=name)
    for at, by in ((1, "Sanne"), (2, "Sanne"), (3, "Bram"), (4, "Sanne")):
        await hold(desk, f"web:{at}", by)
    await reply(desk, "web:2")
    await desk.happen("web:4", Closed(at=desk.clock.now(), by="Sanne", outcome="helped"))
    ours = await desk.signed_in()

    found = {tab: await names(ours, f"/staff?tab={tab}") for tab in ("nieuw", "mij", "bewoner", "anderen", "gesloten")}

    expected = [["Nieuw"], ["Van mij"], ["Wacht"], ["Van Bram"], ["Klaar"]]
    assert list(found.values()) == expected
    assert await counts(ours) == dict.fromkeys(found, "1")


async def test_the_title_counts_what_is_new_and_what_is_urgent(desk):
    await desk.hand_over("web:1", urgent=True)
    await desk.hand_over("web:2")
    ours = await desk.signed_in()

    assert "<title>(2, 1 dringend) Vragen" in (await ours.get("/staff")).text
    assert "<title>(2, 1 dringend) Vragen" in (await ours.get("/staff?tab=gesloten&language=tr")).text


def test_nobody_counts_further_than_needed():
    assert [number(count) for count in (0, MOST - 1, MOST)] == ["0", "999", "999+"]


async def test_an_empty_tab_says_so(desk):
    ours = await desk.signed_in()

    assert "Er wacht niemand." in text_of(await ours.get("/staff"))
    assert "U wacht op niemand." in text_of(await ours.get("/staff?tab=bewoner"))


@pytest.mark.parametrize(
    "query",
    ["tab=<script>", "theme=niets", "wijk=%20", "age=eeuw", "after=x", "after=99", "team=utrecht-dock"],
)
async def test_what_does_not_exist_is_not_chosen(desk, query):
    await desk.hand_over()
    ours = await desk.signed_in()

    answer = await ours.get(f"/staff?{query}")

    assert answer.status_code == 200
    assert await names(ours, f"/staff?{query}") == ["Anna"]


# ---------------------------------------------------------------- filters


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("theme=wonen", ["Turks wonen"]),
        ("theme=geldzorgen", ["Oud", "Onbekend"]),
        ("wijk=utrecht-overvecht", ["Oud", "Turks wonen"]),
        ("wijk=unknown", ["Onbekend"]),
        ("language=tr", ["Turks wonen"]),
        ("age=today", ["Turks wonen", "Onbekend"]),
        ("age=week", ["Oud", "Turks wonen", "Onbekend"]),
        ("age=4days", ["Oud"]),
        ("age=30days", []),
        ("theme=wonen&language=tr&age=today&wijk=utrecht-overvecht", ["Turks wonen"]),
        ("theme=wonen&language=nl", []),
    ],
)
async def test_a_filter_shows_what_fits(desk, query, found):
    await desk.hand_over("web:1", name="Oud")
    desk.clock.move(days=5)
    await desk.hand_over("web:2", name="Turks wonen", themes=("wonen", "werk"), language="tr")
    await desk.hand_over("web:3", name="Onbekend", facts={"wijk": "unknown"})

    assert sorted(await names(await desk.signed_in(), f"/staff?{query}")) == sorted(found)


async def test_a_filter_stays_while_one_walks_through_tabs_and_its_form_shows_it(desk):
    ours = await desk.signed_in()

    page = text_of(await ours.get("/staff?theme=wonen&age=week&tab=mij"))

    assert 'href="/staff?theme=wonen&age=week"' in page
    assert 'href="/staff?tab=gesloten&theme=wonen&age=week"' in page
    assert '<option value="wonen" selected>' in page
    assert '<input type="hidden" name="tab" value="mij">' in page
    assert 'href="/staff?tab=mij">Filter wissen' in page


async def test_an_empty_list_says_which_filter_hides_how_many(desk):
    for at in range(3):
        await desk.hand_over(f"web:{at}", language="tr")
    ours = await desk.signed_in()

    page = text_of(await ours.get("/staff?theme=wonen&language=tr"))
    some = text_of(await ours.get("/staff?language=tr"))

    assert "Geen van de 3 vragen past bij uw filter." in page
    assert 'href="/staff?language=tr">Zonder het filter “Onderwerp”: 3<' in page
    assert 'href="/staff?theme=wonen">Zonder het filter “Taal”: 0<' in page
    assert page.index("“Onderwerp”: 3") < page.index("“Taal”: 0")
    assert "3 van de 3 vragen passen bij uw filter." in some


# ---------------------------------------------------------------- pages


async def test_pages_hold_fifty_and_go_on_where_the_one_before_ended(desk):
    for at in range(51):
        await desk.hand_over(f"web:{at}", name=f"Bewoner {at}", language="tr")
        desk.clock.move(minutes=1)
    ours = await desk.signed_in()
    first = text_of(await ours.get("/staff?language=tr"))
    following = re.search(r'rel="next" href="([^"]+)"', first)[1]

    second = text_of(await ours.get(following))

    assert await names(ours, "/staff?language=tr") == [f"Bewoner {at}" for at in range(50)]
    assert await names(ours, following) == ["Bewoner 50"]
    assert 'href="/staff?language=tr">Naar het begin' in second
    assert 'rel="next"' not in second
    assert "Naar het begin" not in first


# ---------------------------------------------------------------- whose


async def test_the_queue_of_a_team_holds_only_its_own(desk):
    await desk.hand_over()
    other = await desk.signed_in("Bram", team="utrecht-dock")

    assert await names(other) == []
    assert await counts(other) == dict.fromkeys(("nieuw", "mij", "bewoner", "anderen", "gesloten"), "0")


async def test_a_coordinator_sees_every_team_of_the_organisation_and_chooses_one(desk):
    await desk.hand_over("web:1", name="Sociaal")
    desk.clock.move(minutes=1)
    await desk.hand_over("web:2", name="Gezin", team=SISTER)
    await desk.hand_over("web:3", name="Dock", team="utrecht-dock")
    ours = await desk.signed_in("Co", role="coordinator")

    assert await names(ours) == ["Sociaal", "Gezin"]
    assert await names(ours, f"/staff?team={SISTER}") == ["Gezin"]
    assert await names(ours, "/staff?team=utrecht-dock") == ["Sociaal", "Gezin"]
    assert '<th class="utrecht-table__header-cell" role="columnheader" scope="col">Team</th>' in text_of(
        await ours.get("/staff")
    )


async def test_who_has_one_team_has_no_column_for_it(desk):
    await desk.hand_over()

    assert ">Team</th>" not in text_of(await (await desk.signed_in()).get("/staff"))


async def test_a_beheerder_sees_no_queue(desk):
    await desk.hand_over()
    manager = await desk.signed_in("Mo", role="beheerder")

    answer = await manager.get("/staff")

    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/people")
    assert (await manager.get("/staff/events")).status_code == 404
    assert (await manager.get("/staff/answers")).status_code == 404


async def test_what_a_resident_typed_is_text_in_the_queue(desk):
    await desk.hand_over(name="<script>alert(1)</script>")

    page = (await (await desk.signed_in()).get("/staff")).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


async def test_why_is_the_same_for_the_same_case_whenever_it_is_asked(desk):
    """A row is made of the case and the moment only; nothing else is read for it."""
    await desk.hand_over(promised=desk.clock.now())

    (case,) = await desk.store.cases(Wanted(teams=(TEAM,)))

    assert why(case, desk.clock.now() + timedelta(days=3)) == "Belofte 3 dagen voorbij"


async def test_only_wijken_of_the_city_of_the_team_can_be_chosen(desk):
    page = (await (await desk.signed_in()).get("/staff")).text

    assert "Overvecht" in page
    assert "De Berg-Noord" not in page
