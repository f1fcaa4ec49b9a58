"""What stands still at Wegwijs itself, on the page of what does not work: for a beheerder, without content."""

import re

import pytest

from bot.inbox import Stuck, mark_of


@pytest.fixture
def standing_still(desk):
    """Let a message stand still."""

    async def fail(problem="ZeroDivisionError"):
        mark = mark_of("telegram:424242", "7")
        told = {"channel": "telegram", "conversation": "telegram:424242", "what": "7", "tries": 1, "problem": problem}
        await desk.kept.inbox.fail(Stuck(id=mark, kind="message", at=desk.clock.now(), **told))

    return fail


async def test_a_beheerder_sees_what_stands_still_and_nothing_of_whom(desk, standing_still):
    await standing_still("EndsTheProcess")
    client = await desk.signed_in("Bea", role="beheerder")

    page = (await client.get("/staff/deliveries")).text

    assert "Bericht van een bewoner" in page
    assert "Wegwijs viel steeds uit door dit bericht." in page
    assert "424242" not in page


async def test_a_beheerder_lets_it_be_tried_again(desk, standing_still):
    await standing_still()
    client = await desk.signed_in("Bea", role="beheerder")
    page = (await client.get("/staff/deliveries")).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    id_ = re.search(r'name="stuck" value="([^"]+)"', page)[1]

    pressed = await client.post("/staff/deliveries/stuck", data={"csrf": csrf, "stuck": id_})

    assert pressed.headers["location"].endswith("?again=1")
    assert "Wordt opnieuw geprobeerd" in (await client.get("/staff/deliveries")).text
    assert (await desk.kept.inbox.take()).what == "7"


async def test_a_coordinator_sees_nothing_of_it(desk, standing_still):
    await standing_still()
    client = await desk.signed_in("Coco", role="coordinator")

    assert "Bij Wegwijs zelf" not in (await client.get("/staff/deliveries")).text
