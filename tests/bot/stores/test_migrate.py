"""The way from an empty database to the tables of today."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.events import Withdrawn
from bot.ports import StoreAway
from bot.queue import TABS, Wanted
from bot.stores.engines import Engines
from bot.stores.migrate import NewerTables, _config, at_head, migrate, newest
from bot.stores.opening import open_database
from bot.stores.sql import SqlStore
from bot.stores.tables.every import METADATA

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def engines(url):
    engines = Engines(url)
    yield engines
    await engines.close()


async def test_an_empty_database_is_not_at_head(engines):
    assert await at_head(engines) is False


async def test_a_migrated_database_is_at_head_however_often(url, engines):
    for _ in range(2):
        await asyncio.to_thread(migrate, url)

        assert await at_head(engines) is True


async def make_newer(engines, since):
    """Let the tables be of a version that this code does not know, and that works with code from `since` on."""
    async with engines.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await connection.execute(text("UPDATE compatible SET since = :since"), {"since": since})


async def test_beside_a_newer_version_that_only_added_to_the_tables_this_one_works_on(url, engines):
    await asyncio.to_thread(migrate, url)
    await make_newer(engines, since="0014")

    await asyncio.to_thread(migrate, url)
    store = SqlStore(url)
    await store.append("web:1", [Withdrawn(at=NOW)], after=0)

    assert await store.ready() is True
    assert await store.read("web:1") == (Withdrawn(at=NOW),)
    await store.close()


async def test_with_tables_that_no_longer_fit_a_version_is_not_ready_and_leaves_them_alone(url, engines):
    await asyncio.to_thread(migrate, url)
    await make_newer(engines, since="9999")

    with pytest.raises(NewerTables):
        await asyncio.to_thread(migrate, url)

    assert await at_head(engines) is False


async def test_an_upgrade_does_not_wait_long_for_a_table_that_others_use(postgres_url, monkeypatch):
    """Who waits for a table holds up everybody who comes after it."""
    monkeypatch.setattr("bot.stores.migrate._PATIENCE", "50ms")
    await asyncio.to_thread(migrate, postgres_url, "0013")
    engines = Engines(postgres_url)

    async with engines.writing() as other:
        await other.execute(text("LOCK TABLE alembic_version IN SHARE MODE"))
        with pytest.raises(StoreAway):
            await asyncio.to_thread(migrate, postgres_url)

    await asyncio.to_thread(migrate, postgres_url)
    assert await at_head(engines) is True
    await engines.close()


async def test_who_starts_at_the_same_time_migrates_once(url, engines):
    await asyncio.gather(*(asyncio.to_thread(migrate, url) for _ in range(5)))

    assert await at_head(engines) is True


async def test_the_migrations_make_the_tables_that_the_code_knows(url, engines):
    await asyncio.to_thread(migrate, url)

    async with engines.reading() as connection:
        differences = await connection.run_sync(
            lambda each: compare_metadata(MigrationContext.configure(each, opts={"compare_type": True}), METADATA)
        )

    assert differences == []


async def test_a_database_from_before_the_timers_keeps_its_conversations_and_gets_them(url):
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    await asyncio.to_thread(migrate, url, "0002")
    store = SqlStore(url)
    row = {"at": now.isoformat() if store.engines.is_file else now, "body": Withdrawn(at=now).model_dump_json()}
    async with store.engines.writing() as connection:
        add = "INSERT INTO events (conversation, number, kind, body, at) VALUES ('web:1', 1, 'withdrawn', :body, :at)"
        await connection.execute(text(add), row)

    await asyncio.to_thread(migrate, url)
    await store.append("web:1", [Withdrawn(at=now)], after=1, timers={"late": now})

    assert await store.read("web:1") == (Withdrawn(at=now), Withdrawn(at=now))
    assert await store.due(now) == (("web:1", "late"),)
    await store.close()


async def test_a_migration_that_fails_leaves_nothing(url, engines):
    async with engines.writing() as connection:
        await connection.execute(text("CREATE TABLE staff_sessions (in_the_way INTEGER)"))

    with pytest.raises(StoreAway):
        await asyncio.to_thread(migrate, url)

    async with engines.reading() as connection:
        assert await connection.run_sync(lambda each: inspect(each).get_table_names()) == ["staff_sessions"]


async def test_a_store_is_not_ready_before_its_migration(url):
    store = SqlStore(url)
    before = await store.ready()

    await asyncio.to_thread(migrate, url)

    assert (before, await store.ready()) == (False, True)
    await store.close()


def test_a_place_where_nothing_can_be_is_a_store_that_is_away(tmp_path):
    (tmp_path / "file").write_text("no directory")

    with pytest.raises(StoreAway):
        migrate(f"sqlite:///{tmp_path}/file/wegwijs.db")


def test_a_file_that_is_no_database_is_a_store_that_is_away(tmp_path):
    (tmp_path / "wegwijs.db").write_text("no database " * 1000)

    with pytest.raises(StoreAway):
        migrate(f"sqlite:///{tmp_path}/wegwijs.db")


async def test_a_database_from_before_the_queue_keeps_its_cases_and_finds_each_in_its_place(url, engines):
    older = {"organisation": "utrecht-dock", "state": "waiting", "urgent": False, "owner": None, "themes": ["wonen"]}
    about = {"signals": [], "wijk": None, "language": "tr", "name": "Anna", "outcome": None}
    moments = {"opened_at": "2026-11-23T10:00:00+01:00", "last_heard_at": "2026-11-23T10:30:00+01:00"}
    changes = ({}, {"urgent": True}, {"state": "staff", "owner": "Sanne"}, {"state": "closed", "outcome": "helped"})
    cases = [{**older, **about, **moments, "conversation": f"web:{at}", **one} for at, one in enumerate(changes)]
    await asyncio.to_thread(migrate, url, "0003")
    add = (
        "INSERT INTO cases (conversation, organisation, state, urgent, opened_at, body) VALUES (:c, :o, :s, :u, :a, :b)"
    )
    async with engines.writing() as connection:
        for case in cases:
            row = {"c": case["conversation"], "o": case["organisation"], "s": case["state"], "u": case["urgent"]}
            at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
            moment = at if engines.url.get_backend_name() == "postgresql" else "2026-11-23 09:00:00.000000"
            await connection.execute(text(add), {**row, "a": moment, "b": json.dumps(case)})

    await asyncio.to_thread(open_database, url)

    store = SqlStore(url)
    found = {tab: await store.cases(Wanted(teams=("utrecht-dock",), tab=tab, me="Sanne")) for tab in TABS}
    assert {tab: [case.conversation for case in some] for tab, some in found.items()} == {
        "nieuw": ["web:1", "web:0"],
        "mij": ["web:2"],
        "bewoner": [],
        "anderen": [],
        "gesloten": ["web:3"],
    }
    for case in (case for some in found.values() for case in some):
        assert await store.numbered(case.number) == case
        async with engines.reading() as connection:
            kept = await connection.execute(text("SELECT place FROM cases WHERE number = :n"), {"n": case.number})
            assert kept.scalar_one() == case.place
    await store.close()


def test_the_newest_version_by_the_names_of_the_files_is_alembics():
    heads = ScriptDirectory.from_config(_config()).get_heads()

    assert heads == [newest()]
