"""Several processes on one PostgreSQL: each hears what the others change, whatever happens to a connection."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text

from bot.events import Withdrawn
from bot.ports import StoreAway
from bot.queue import Case, case_number
from bot.stores import news
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EVENT = Withdrawn(at=NOW)
ONE, TWO = case_number("web:1"), case_number("web:2")


@asynccontextmanager
async def following(*stores):
    """Let stores follow each other, from when they all listen."""
    stop = asyncio.Event()
    tasks = []
    for store in stores:
        async with store.changed.subscribe("web:nobody") as listens:
            tasks.append(asyncio.create_task(store.follow(stop)))
            assert await asyncio.wait_for(anext(listens), 10) == "*"  # before it listened anything may have changed
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


@pytest.fixture
async def stores(postgres_url):
    await asyncio.to_thread(migrate, postgres_url)
    stores = [SqlStore(postgres_url) for _ in range(2)]
    yield stores
    for store in stores:
        await store.close()


async def heard(listener):
    return await asyncio.wait_for(anext(listener), 10)


def case_of(team):
    return Case(
        conversation="web:1", organisation=team, state="waiting", urgent=False, owner=None, themes=(), signals=(),
        wijk=None, language="nl", opened_at=NOW, last_heard_at=NOW, since=NOW,
    )  # fmt: skip


async def test_what_one_process_stores_or_forgets_is_heard_in_another(stores):
    here, there = stores

    async with (
        following(here, there),
        there.changed.subscribe("web:1") as page,
        there.changed.subscribe("team:dock") as desk,
    ):
        await here.append("web:1", [EVENT], after=0, case=case_of("dock"))
        assert [await heard(page), await heard(desk)] == [ONE, ONE]

        await here.forget("web:1")
        assert [await heard(page), await heard(desk)] == [ONE, ONE]


async def test_a_process_hears_its_own_changes_once(stores):
    here, there = stores

    async with following(here, there), here.changed.subscribe("*") as every:
        await here.append("web:1", [EVENT], after=0)
        assert await heard(every) == ONE
        await there.append("web:2", [EVENT], after=0)

        assert await heard(every) == TWO


async def test_who_lost_the_connection_catches_up_on_exactly_what_was_missed(stores, postgres_url):
    here, there = stores

    async with following(there), there.changed.subscribe("*") as every:
        async with here.engines.reading() as connection:
            ended = await connection.scalar(
                text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%changes%'"
                     " AND pid <> pg_backend_pid()")
            )  # fmt: skip
        await here.append("web:1", [EVENT], after=0)

        assert ended
        assert await heard(every) == ONE


async def test_what_nobody_told_is_found_all_the_same(stores, monkeypatch):
    """A command tells nobody, and a process may die between its commit and the telling."""
    monkeypatch.setattr(news, "BEAT", 0.1)
    here, there = stores

    async with following(there), there.changed.subscribe("web:1") as page:
        await here.append("web:1", [EVENT], after=0)

        assert await heard(page) == ONE


async def test_a_change_that_becomes_visible_after_a_later_one_is_not_missed(stores):
    here, there = stores

    async with following(here, there), there.changed.subscribe("*") as every:
        async with here.engines.writing() as slow:
            await here._news.note(slow, "web:1")
            await here.append("web:2", [EVENT], after=0)
            assert await heard(every) == TWO
        await here.append("web:2", [EVENT], after=1)

        assert {await heard(every), await heard(every)} == {ONE, TWO}


async def test_no_id_of_a_conversation_is_kept_with_what_changed(stores, postgres_url):
    here, _ = stores

    await here.append("web:a-secret", [EVENT], after=0)

    async with await psycopg.AsyncConnection.connect(postgres_url) as connection:
        rows = await (await connection.execute("SELECT * FROM changes")).fetchall()
    assert len(rows) == 1
    assert "a-secret" not in str(rows)


async def test_of_several_processes_one_holds_a_task_until_it_is_gone(stores):
    here, there = stores

    assert [await here.holds("telegram"), await there.holds("telegram"), await here.holds("telegram")] == [
        True,
        False,
        True,
    ]

    await here.close()

    assert await until(there)  # PostgreSQL takes a moment to see that a connection is gone


async def test_a_process_whose_connection_broke_lets_go_of_its_task(stores):
    here, there = stores
    await here.holds("telegram")

    async with there.engines.reading() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )

    assert await until(there)
    with pytest.raises(StoreAway):
        await here.holds("telegram")
    assert not await here.holds("telegram")


async def until(store):
    for _ in range(100):
        if await store.holds("telegram"):
            return True
        await asyncio.sleep(0.02)
    return False
