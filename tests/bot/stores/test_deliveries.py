"""What must be told elsewhere, on each kind of database."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.deliveries import Delivery, Wake
from bot.stores import deliveries as elsewhere
from bot.stores.deliveries import SqlDeliveries

NOW = datetime(2026, 11, 20, 13, 0, 0, 123456, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(minutes=5)


def delivery(name="a", **what):
    given = {"kind": "klantinteracties", "place": "gemeente", "team": "t", "what": "case.handed_over", **what}
    return Delivery(id=name, conversation="web:anna", made_at=NOW, next_try_at=NOW, **given)


@pytest.fixture
def kept(sql_store):
    return SqlDeliveries(sql_store.engines)


@pytest.fixture
def put(sql_store):
    async def keep(*found):
        async with sql_store.engines.writing() as connection:
            await elsewhere.put(connection, found)

    return keep


async def test_the_same_one_is_kept_once(kept, put):
    await put(delivery())
    await put(delivery(place="other"), delivery("b"))

    assert await kept.due("klantinteracties", "gemeente", NOW) == (delivery(), delivery("b"))


async def test_one_is_taken_by_one_and_comes_back_when_nobody_tells_of_it(kept, put):
    await put(delivery())

    first, second = await kept.start(delivery(), LATER), await kept.start(delivery(), LATER)

    assert (first, second) == (delivery().model_copy(update={"attempts": 1, "next_try_at": LATER}), None)
    assert await kept.places(NOW) == ()
    assert await kept.places(LATER) == (("klantinteracties", "gemeente"),)


async def test_how_far_it_got_is_kept(kept, put):
    await put(delivery())

    await kept.keep(delivery(), {"taak": "11ffc1da"})

    assert [one.progress for one in await kept.due("klantinteracties", "gemeente", NOW)] == [{"taak": "11ffc1da"}]


async def test_what_was_finished_is_woken_by_news_and_what_waits_for_its_first_try_is_not_moved(kept, put):
    await put(delivery(), delivery("b"))
    ours = await kept.start(delivery(), LATER)
    await kept.finish(ours)

    await put(Wake(conversation="web:anna", at=SOON))

    due = {one.id: one.next_try_at for one in await kept.due("klantinteracties", "gemeente", LATER)}
    assert due == {"a": SOON, "b": NOW}


async def test_what_was_woken_while_it_was_brought_stays_due(kept, put):
    await put(delivery())
    ours = await kept.start(delivery(), LATER)
    await put(Wake(conversation="web:anna", at=SOON))

    await kept.finish(ours)

    assert [one.id for one in await kept.due("klantinteracties", "gemeente", SOON)] == ["a"]


async def test_what_fails_is_listed_with_what_was_given_up_first(kept, put):
    await put(delivery(), delivery("b"), delivery("c", team="other"), delivery("d"))
    await kept.fail(delivery(), "unreachable", LATER)
    await kept.fail(delivery("b"), "redirect", None)
    await kept.fail(delivery("c", team="other"), "redirect", None)

    assert [one.id for one in await kept.failing({"t"})] == ["b", "a"]
    assert [one.id for one in await kept.failing(None)] == ["b", "c", "a"]
    assert await kept.counts({"t"}) == {"waiting": 2, "dead": 1}
    assert await kept.again({"a", "b", "c", "d"}, {"t"}, SOON) == 2


async def test_it_is_forgotten_with_its_conversation(kept, put, sql_store):
    await put(delivery())

    await sql_store.forget("web:anna")

    assert await kept.places(LATER) == ()
