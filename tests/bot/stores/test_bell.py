"""The bell: nobody waits for a listener, and a listener misses nothing."""

import asyncio

import pytest

from bot.queue import case_number
from bot.stores.bell import Bell

ONE, TWO = case_number("web:1"), case_number("web:2")


async def test_a_listener_hears_its_own_conversation_only():
    bell = Bell()

    async with bell.subscribe("web:1") as mine, bell.subscribe("*") as every:
        bell.ring("web:2")
        bell.ring("web:1")

        assert await anext(mine) == ONE
        assert [await anext(every), await anext(every)] == [TWO, ONE]


async def test_a_listener_that_waits_is_woken():
    bell = Bell()

    async with bell.subscribe("web:1") as changes:
        waiting = asyncio.create_task(anext(changes))
        await asyncio.sleep(0)
        bell.ring("web:1")

        assert await asyncio.wait_for(waiting, 1) == ONE


async def test_what_rings_often_is_heard_once():
    bell = Bell()

    async with bell.subscribe("web:1") as changes:
        bell.ring("web:1")
        bell.ring("web:1")

        assert await anext(changes) == ONE
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(changes), 0.01)


async def test_a_listener_can_wait_again_after_a_timeout():
    bell = Bell()

    async with bell.subscribe("web:1") as changes:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(changes), 0.01)
        bell.ring("web:1")

        assert await anext(changes) == ONE


async def test_who_is_far_behind_is_told_that_anything_changed():
    bell = Bell()

    async with bell.subscribe("*") as changes:
        for number in range(100_000):
            bell.ring(f"web:{number}")
        heard = [await anext(changes)]
        bell.ring("web:1")
        heard.append(await anext(changes))

        assert heard == ["*", ONE]


async def test_a_bell_remembers_nobody_who_left():
    bell = Bell()

    async with bell.subscribe("web:1"), bell.subscribe("web:1"), bell.subscribe("*"):
        assert set(bell.listeners) == {"web:1", "*"}

    assert not bell.listeners
    assert not bell.names
    bell.ring("web:1")


async def test_what_another_process_changed_is_told_by_its_number():
    bell = Bell()

    async with bell.subscribe("web:1") as mine, bell.subscribe("team:dock") as dock, bell.subscribe("*") as every:
        bell.ring_number(TWO, "team:dock")
        bell.ring_number(ONE)

        assert [await anext(mine), await anext(dock)] == [ONE, TWO]
        assert [await anext(every), await anext(every)] == [TWO, ONE]


async def test_when_anything_may_have_changed_everybody_hears_it():
    bell = Bell()

    async with bell.subscribe("web:1") as mine, bell.subscribe("team:dock") as dock:
        bell.ring_all()

        assert [await anext(mine), await anext(dock)] == ["*", "*"]
