"""The page of what could not be told to other systems: for whom it is, what it shows, and trying again."""

import re
from datetime import timedelta

import pytest

from bot.deliveries import deliveries
from bot.events import HandedOver
from bot.handover import case_of
from bot.places import Hears, Places, TakesOver
from bot.stores import deliveries as elsewhere

TEAM, SIBLING, OTHER_TEAM = "utrecht-buurtteam-sociaal", "utrecht-buurtteam-mbo", "utrecht-dock"
PLACES = Places(
    klantinteracties=(TakesOver(name="gemeente", url="https://k.nl", secret="T", teams=frozenset({TEAM})),),
    webhooks=(Hears(name="dashboard", url="https://oor.nl", secret="K"),),
)


@pytest.fixture
async def failing(desk):
    """Return what lets all that must be told of a team's new case fail, and returns its number."""

    async def fail(team=TEAM, problem="unreachable", dead=False, conversation="web:anna"):
        number = await desk.hand_over(conversation, team=team)
        case = case_of(await desk.assistant.conversation(conversation))
        found = deliveries([(1, HandedOver(at=desk.clock.now(), organisation=team))], case, PLACES)
        async with desk.kept.deliveries._engines.writing() as connection:
            await elsewhere.put(connection, found)
        for one in found:
            retry_at = None if dead else desk.clock.now() + timedelta(minutes=30)
            await desk.kept.deliveries.fail(one, problem, retry_at)
        return number

    return fail


async def press_again(client, **fields):
    page = (await client.get("/staff/deliveries")).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    return await client.post("/staff/deliveries/again", data={"csrf": csrf, **fields})


async def test_a_beheerder_sees_what_fails_and_why_and_nothing_of_the_case(desk, failing):
    number = await failing(problem="status:503")
    client = await desk.signed_in("Bea", role="beheerder")

    page = (await client.get("/staff/deliveries")).text

    assert "Vraag overdragen" in page
    assert "Er is een storing bij het andere systeem." in page
    assert "Nieuwe poging vandaag 14:30" in page
    assert not [word for word in ("schulden", "Anna", "12345678", number, "web:anna") if word in page]


async def test_a_coordinator_sees_that_of_the_organisation_only_and_can_open_the_case(desk, failing):
    number = await failing()
    await failing(team=OTHER_TEAM, conversation="web:other")
    client = await desk.signed_in("Coco", team=SIBLING, role="coordinator")

    page = (await client.get("/staff/deliveries")).text

    assert page.count("Opnieuw proberen<") == 2
    assert f"/staff/cases/{number}" in page
    assert "Dock" not in page


async def test_a_medewerker_sees_no_such_page(desk, failing, token_of):
    await failing(dead=True)
    client = await desk.signed_in()

    shown = await client.get("/staff/deliveries")
    pressed = await client.post("/staff/deliveries/again", data={"csrf": await token_of(client)})

    assert (shown.status_code, pressed.status_code) == (404, 404)
    assert len(await desk.kept.deliveries.due("webhook", "dashboard", desk.clock.now())) == 0


async def test_what_was_given_up_is_tried_again_by_a_button(desk, failing):
    await failing(dead=True)
    client = await desk.signed_in("Bea", role="beheerder")
    page = (await client.get("/staff/deliveries")).text
    assert "Gestopt" in page
    one = re.search(r'name="delivery" value="([^"]+)"', page)[1]

    answer = await press_again(client, delivery=one)

    assert answer.headers["location"] == "/staff/deliveries?again=1"
    assert "Wegwijs probeert het opnieuw." in (await client.get(answer.headers["location"])).text
    due = [await desk.kept.deliveries.due(*place, desk.clock.now()) for place in
           await desk.kept.deliveries.places(desk.clock.now())]  # fmt: skip
    assert [one.id for some in due for one in some] == [one]


async def test_a_coordinator_cannot_try_again_what_is_of_another_organisation(desk, failing):
    await failing(team=OTHER_TEAM, dead=True)
    await failing(team=TEAM, dead=True, conversation="web:mine")
    (theirs,) = await desk.kept.deliveries.failing(frozenset({OTHER_TEAM}))
    client = await desk.signed_in("Coco", team=SIBLING, role="coordinator")

    one, all_of_them = await press_again(client, delivery=theirs.id), await press_again(client)

    assert [answer.headers["location"][-1] for answer in (one, all_of_them)] == ["0", "2"]
    assert [one.standing for one in await desk.kept.deliveries.failing(frozenset({OTHER_TEAM}))] == ["dead"]


async def test_a_form_of_another_page_changes_nothing(desk, failing):
    await failing(dead=True)
    client = await desk.signed_in("Bea", role="beheerder")

    answer = await client.post("/staff/deliveries/again", data={"csrf": "x"})

    assert answer.status_code == 403
    assert await desk.kept.deliveries.places(desk.clock.now()) == ()


async def test_that_somebody_looked_and_tried_again_is_in_the_audit_log(desk, failing):
    await failing(dead=True)
    client = await desk.signed_in("Bea", role="beheerder")
    await press_again(client)

    page = (await client.get("/staff/audit")).text

    assert "Berichten naar andere systemen bekeken" in page
    assert "Bericht naar een ander systeem opnieuw geprobeerd" in page


async def test_when_nothing_fails_the_page_says_so(desk):
    client = await desk.signed_in("Bea", role="beheerder")

    assert "Er is niets dat niet lukt." in (await client.get("/staff/deliveries")).text
