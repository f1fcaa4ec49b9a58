"""The stream that tells open pages which cases changed."""

import asyncio
import json

from bot.events import Consented, HandedOver
from bot.staff.access import case_number
from bot.staff.live import changes

TEAM = "utrecht-buurtteam-sociaal"


class Ears:
    """Listens to the stream of a team."""

    def __init__(self, desk, *, beat=5.0):
        self.inside = True
        self.stream = changes(
            desk.store.changed, lambda: desk.store.cases(TEAM), lambda: self.inside, desk.shutdown, beat
        )

    async def next(self):
        return await asyncio.wait_for(anext(self.stream), 3)


def numbers_in(event: str) -> list[str]:
    assert event.startswith("event: changed\ndata: ")
    return json.loads(event.split("data: ")[1])


async def test_a_new_case_and_each_change_of_it_are_told(desk):
    ears = Ears(desk)
    assert (await ears.next()).startswith(":")

    number = await desk.hand_over()
    assert numbers_in(await ears.next()) == [number]
    await desk.happen("web:anna", desk.story()[0].model_copy(update={"id": "8"}))
    assert numbers_in(await ears.next()) == [number]
    await desk.store.forget("web:anna")
    assert numbers_in(await ears.next()) == [number]


async def test_what_happens_elsewhere_is_not_told(desk):
    ears = Ears(desk, beat=0.5)
    await ears.next()

    await desk.hand_over("web:bert", team="utrecht-dock")
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


async def test_without_news_there_is_a_sign_of_life(desk):
    ears = Ears(desk, beat=0.01)

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
    assert case_number("web:anna") not in str(asyncio.all_tasks())
