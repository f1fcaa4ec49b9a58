"""The stream that tells open pages which cases changed."""

import asyncio
import json
import re

import pytest

from bot.events import Claimed, Consented, HandedOver
from bot.handover import Staff
from bot.staff.access import Door
from bot.staff.live import changes, pulse
from bot.stores.bell import Bell

TEAM = "utrecht-buurtteam-sociaal"
SANNE = Staff(name="Sanne", team=TEAM)


class Ears:
    """Listens to the stream of a team."""

    def __init__(self, desk, *, beat=5.0, deaf=False):
        self.inside = True
        door = Door(desk.accounts, desk.store, desk.clock, desk.guide)
        changed = Bell() if deaf else desk.store.changed
        feel = lambda: pulse(door, SANNE)  # noqa: E731
        self.stream = changes(changed, [TEAM], feel, lambda: self.inside, desk.shutdown, beat)

    async def next(self):
        return await asyncio.wait_for(anext(self.stream), 3)


def told_in(text: str) -> dict[str, list[str]]:
    """Return the numbers of each event."""
    return {name: json.loads(data) for name, data in re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)}


def numbers_in(text: str) -> list[str]:
    return told_in(text)["changed"]


async def test_a_new_case_and_each_change_of_it_are_told(desk):
    ears = Ears(desk)
    assert told_in(await ears.next()) == {"urgent": []}

    number = await desk.hand_over()
    assert numbers_in(await ears.next()) == [number]
    await desk.happen("web:anna", desk.story()[0].model_copy(update={"id": "8"}))
    assert numbers_in(await ears.next()) == [number]
    await desk.store.forget("web:anna")
    assert numbers_in(await ears.next()) == [number]


async def test_what_happens_elsewhere_is_not_told(desk):
    ears = Ears(desk, beat=0.5)
    await ears.next()

    await desk.hand_over("web:bert", team="utrecht-dock", urgent=True)
    await desk.happen("web:carla", desk.story()[0])

    assert (await ears.next()).startswith(":")


async def test_a_case_that_goes_to_another_team_is_told_once_more(desk):
    number = await desk.hand_over()
    ears = Ears(desk)
    await ears.next()

    now = desk.clock.now()
    to = "utrecht-dock"
    await desk.happen("web:anna", Consented(at=now, organisation=to), HandedOver(at=now, organisation=to))

    assert numbers_in(await ears.next()) == [number]


async def test_what_is_urgent_is_told_at_the_start_and_when_it_is_something_else(desk):
    first = await desk.hand_over("web:eerst", urgent=True)
    ears = Ears(desk)
    assert told_in(await ears.next()) == {"urgent": [first]}

    second = await desk.hand_over(urgent=True)
    assert told_in(await ears.next()) == {"changed": [second], "urgent": sorted([first, second])}
    await desk.happen("web:anna", desk.story()[0].model_copy(update={"id": "8"}))
    assert told_in(await ears.next()) == {"changed": [second]}


@pytest.mark.parametrize(("owner", "urgent"), [("Sanne", True), ("Ali", False)])
async def test_danger_in_a_case_in_hand_is_urgent_for_who_holds_it(desk, owner, urgent):
    number = await desk.hand_over()
    await desk.happen("web:anna", Claimed(at=desk.clock.now(), by=owner))
    ears = Ears(desk)
    await ears.next()

    await desk.happen("web:anna", desk.story()[0].model_copy(update={"id": "8", "urgent": True}))

    assert told_in(await ears.next()) == {"changed": [number], **({"urgent": [number]} if urgent else {})}


async def test_what_another_process_did_is_told_at_the_next_beat(desk):
    ears = Ears(desk, beat=0.05, deaf=True)
    await ears.next()

    await desk.hand_over()
    assert told_in(await ears.next()) == {"changed": ["*"]}
    number = await desk.hand_over("web:bert", urgent=True)
    assert told_in(await ears.next()) == {"changed": ["*"], "urgent": [number]}


async def test_without_news_there_is_a_sign_of_life(desk):
    ears = Ears(desk, beat=0.01)
    await ears.next()

    assert (await ears.next()).startswith(":")
    assert (await ears.next()).startswith(":")


async def test_who_is_no_longer_in_is_told_so_and_nothing_more(desk):
    ears = Ears(desk, beat=0.01)
    await ears.next()

    ears.inside = False

    assert (await ears.next()).startswith("event: ended")
    assert [one async for one in ears.stream] == []


async def test_a_stream_ends_when_the_server_stops(desk):
    ears = Ears(desk, beat=60)
    await ears.next()

    desk.shutdown.set()

    assert all(event.startswith(":") for event in [one async for one in ears.stream])


async def test_a_stream_that_is_left_listens_no_longer(desk):
    ears = Ears(desk)
    await ears.next()
    waiting = asyncio.create_task(ears.next())
    await asyncio.sleep(0.05)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert not desk.store.changed.listeners
