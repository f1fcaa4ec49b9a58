"""The keys of conversations in a database: which master key wraps them, and how another one follows it."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from bot.events import Noted
from bot.handover import Staff
from bot.queue import case_number
from bot.stores.kept import kept_over
from bot.stores.keys import rotate_some, standing
from bot.stores.masters import Masters
from bot.stores.opening import open_database, seal_rest
from bot.stores.sql import SqlStore
from bot.stores.tables.keys import CONVERSATION_KEYS, HOUSE_KEYS
from bot.stores.trouble import KeyTrouble
from bot.stores.vault import Unreadable, Vault
from bot.undo import Pending

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLD, NEW = "de oude sleutel van wel tweeendertig tekens", "de nieuwe sleutel van wel tweeendertig tekens"


def noted(said):
    return Noted(at=NOW, by="Sanne", text=said)


@pytest.fixture
async def stores(sqlite_url):
    """Return a store over one SQLite file with these master keys, the newest first."""
    async for over in _over(sqlite_url):
        yield over


@pytest.fixture
async def both_stores(url):
    """Return a store over one database of each kind with these master keys, the newest first."""
    async for over in _over(url):
        yield over


async def _over(url):
    made = []

    def over(*keys):
        made.append(SqlStore(url, vault=Vault(Masters(keys))))
        return made[-1]

    await asyncio.to_thread(open_database, url, {"WEGWIJS_MASTER_KEY": OLD})
    yield over
    for store in made:
        await store.close()


async def wrapped(store):
    async with store.engines.reading() as connection:
        return dict(
            (await connection.execute(select(CONVERSATION_KEYS.c.conversation, CONVERSATION_KEYS.c.wrapped))).all()
        )


async def test_each_conversation_has_a_key_of_its_own_from_its_first_event(stores):
    store = stores(OLD)

    for name in ("web:1", "web:2"):
        await store.append(name, [noted("a")], after=0)
        await store.append(name, [noted("b")], after=1)

    found = await wrapped(store)
    assert set(found) == {"web:1", "web:2"}
    assert found["web:1"] != found["web:2"]
    assert await store.read("web:1") == (noted("a"), noted("b"))


async def test_two_who_begin_a_conversation_at_the_same_time_make_one_key(both_stores):
    first, second = both_stores(OLD), both_stores(OLD)

    await asyncio.gather(
        *(store.append("web:1", [noted("a")], after=0) for store in (first, second) * 5), return_exceptions=True
    )

    assert await first.read("web:1") == await second.read("web:1") == (noted("a"),)


async def test_with_another_master_key_nothing_is_read_and_nothing_written(sqlite_url, stores):
    await stores(OLD).append("web:1", [noted("a")], after=0)
    stranger = stores(NEW)

    for step in (stranger.read("web:1"), stranger.append("web:1", [noted("b")], after=1)):
        with pytest.raises(Unreadable):
            await step
    with pytest.raises(KeyTrouble, match="another master key"):
        await asyncio.to_thread(open_database, sqlite_url, {"WEGWIJS_MASTER_KEY": NEW})

    assert await stores(OLD).read("web:1") == (noted("a"),)


async def test_a_key_file_that_is_gone_is_told_and_no_other_is_made(sqlite_url, tmp_path):
    await asyncio.to_thread(open_database, sqlite_url, {})
    file = tmp_path / "data" / "wegwijs.db.key"
    file.rename(tmp_path / "elders")

    with pytest.raises(KeyTrouble, match="Put it back there"):
        await asyncio.to_thread(open_database, sqlite_url, {})

    assert not file.exists()


async def test_a_new_master_key_takes_over_in_steps_while_both_are_accepted(both_stores):
    old, both = both_stores(OLD), both_stores(NEW, OLD)
    names = [f"web:{number}" for number in range(7)]
    for name in names:
        await old.append(name, [noted(name)], after=0)

    assert await rotate_some(both.engines, 3) == 1 + 3  # that of the database too
    assert await both.read("web:0") == (noted("web:0"),)
    await both.append("web:0", [noted("meer")], after=1)
    assert [await rotate_some(both.engines, 3) for _ in range(3)] == [3, 1, 0]

    new = both_stores(NEW)
    assert [len(await new.read(name)) for name in names] == [2, 1, 1, 1, 1, 1, 1]
    assert (await standing(new.engines)).wrapped == {new.engines.vault.masters.current.id: 8}
    with pytest.raises(Unreadable):
        await old.read("web:1")


async def test_the_numbers_of_cases_stay_the_same_under_a_new_master_key(sqlite_url, stores):
    await stores(OLD).append("web:1", [noted("a")], after=0)
    before = case_number("web:1")
    while await rotate_some(stores(NEW, OLD).engines):
        pass

    await asyncio.to_thread(open_database, sqlite_url, {"WEGWIJS_MASTER_KEY": NEW})

    assert case_number("web:1") == before


def test_the_numbers_of_cases_differ_under_another_secret():
    mine = case_number("telegram:123")

    Vault(Masters([NEW]))

    assert case_number("telegram:123") != mine


async def test_a_forgotten_conversation_that_begins_anew_has_another_key(stores):
    store = stores(OLD)
    await store.append("telegram:1", [noted("a")], after=0)
    before = await wrapped(store)

    await store.forget("telegram:1")
    gone = await wrapped(store)
    await store.append("telegram:1", [noted("b")], after=0)

    assert gone == {}
    assert (await wrapped(store))["telegram:1"] != before["telegram:1"]
    assert await store.read("telegram:1") == (noted("b"),)


async def test_a_key_of_nothing_goes_at_the_next_start(sqlite_url, stores, monkeypatch):
    monkeypatch.setenv("WEGWIJS_MASTER_KEY", OLD)
    store = stores(OLD)
    await store.append("web:1", [noted("a")], after=0)
    pendings = kept_over(store.engines).pendings
    by = Staff(name="Sanne", team="utrecht-dock")
    late = Pending(id="p", conversation="web:gone", by=by, what="answer", form={}, made=NOW, due=NOW)
    await pendings.put(late)  # just when the resident erased all
    await pendings.finish("p")

    await asyncio.to_thread(seal_rest, sqlite_url)

    assert set(await wrapped(store)) == {"web:1"}


async def test_what_somebody_moved_in_the_database_is_not_read(stores):
    store = stores(OLD)
    await store.append("web:1", [noted("a"), noted("b")], after=0)
    async with store.engines.writing() as connection:
        swap = "UPDATE events SET body = (SELECT body FROM events AS other WHERE other.number = 3 - events.number)"
        await connection.execute(text(swap))

    with pytest.raises(Unreadable):
        await store.read("web:1")


async def test_the_secret_of_a_database_is_kept_once_and_wrapped(stores):
    store = stores(OLD)
    await store.append("web:1", [noted("a")], after=0)

    async with store.engines.reading() as connection:
        rows = (await connection.execute(select(HOUSE_KEYS))).all()

    assert [row.name for row in rows] == ["root"]
    assert rows[0].master == store.engines.vault.masters.current.id
