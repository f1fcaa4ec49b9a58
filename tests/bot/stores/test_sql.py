"""What the SQL store promises beyond the others: when the database is away, and what stays on the disk."""

import asyncio
import contextlib
import resource
import shutil
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.events import Delivered, Heard, Said
from bot.messages import Part, Reply
from bot.ports import Conflict, StoreAway
from bot.queue import Case, Wanted, case_number
from bot.stores.engines import normalised
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from intents.model import Understanding

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = "ik heet Zonnebloem en woon bij de molen"


def heard(number="1", text=SECRET):
    return Heard(at=NOW, id=number, text=text, understanding=Understanding(language="nl"))


def said(text=SECRET):
    return Said(at=NOW, id="1", reply=Reply(parts=(Part(kind="text", text=text),)))


def case(conversation):
    return Case(
        conversation=conversation,
        organisation="utrecht-dock",
        state="waiting",
        urgent=False,
        owner=None,
        themes=(),
        signals=(),
        wijk=None,
        language="nl",
        opened_at=NOW,
        last_heard_at=NOW,
        since=NOW,
        name=SECRET,
    )


@pytest.fixture
async def sqlite_store(sqlite_url):
    await asyncio.to_thread(migrate, sqlite_url)
    store = SqlStore(sqlite_url)
    yield store
    await store.close()


@pytest.fixture
async def postgres_store(postgres_url):
    await asyncio.to_thread(migrate, postgres_url)
    store = SqlStore(postgres_url)
    yield store
    await store.close()


@contextlib.contextmanager
def full_disk():
    """Let no file of this process grow, as on a full disk; only inside a test, so that pytest itself can write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_two_processes_on_one_database_make_one_winner(url, sql_store):
    other = SqlStore(url)

    tries = [store.append("web:1", [heard()], after=0) for store in (sql_store, other) * 10]
    results = await asyncio.gather(*tries, return_exceptions=True)
    await other.close()

    assert results.count(None) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 19


async def test_what_was_stored_is_there_after_a_restart(url, sql_store):
    await sql_store.append("telegram:1", [heard(), said()], after=0, case=case("telegram:1"))
    await sql_store.close()

    again = SqlStore(url)

    assert await again.read("telegram:1") == (heard(), said())
    assert await again.undelivered("telegram") == (("telegram:1", said()),)
    assert await again.cases(Wanted(teams=("utrecht-dock",))) == (case("telegram:1"),)
    await again.close()


async def test_a_caller_that_goes_away_stops_nothing_half_way(sql_store):
    names = [f"telegram:{number}" for number in range(60)]
    tasks = [asyncio.create_task(sql_store.append(name, [heard(), said()], after=0)) for name in names]

    async with sql_store.changed.subscribe("*") as changes:
        for task in tasks:
            await asyncio.sleep(0.001)
            task.cancel()
        rung = [await asyncio.wait_for(anext(changes), 10) for _ in names]

    assert sorted(rung) == sorted(map(case_number, names))
    assert [len(await sql_store.read(name)) for name in names] == [2] * 60


async def test_a_removed_directory_is_a_store_that_is_away(sqlite_url, sqlite_store):
    await sqlite_store.append("web:1", [heard()], after=0)
    shutil.rmtree(Path(make_url(sqlite_url).database).parent)

    async with sqlite_store.changed.subscribe("*") as changes:
        with pytest.raises(StoreAway):
            await sqlite_store.append("web:1", [heard("2")], after=1)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(changes), 0.05)
    with pytest.raises(StoreAway):
        await sqlite_store.read("web:1")
    assert await sqlite_store.ready() is False


async def test_a_directory_that_is_back_is_used_again(sqlite_url, sqlite_store, tmp_path):
    await sqlite_store.append("web:1", [heard()], after=0)
    await sqlite_store.engines.wipe()
    shutil.copytree(tmp_path / "data", tmp_path / "kept")
    shutil.rmtree(tmp_path / "data")
    assert await sqlite_store.ready() is False

    (tmp_path / "kept").rename(tmp_path / "data")

    assert await sqlite_store.read("web:1") == (heard(),)
    await sqlite_store.append("web:1", [said()], after=1)
    assert await sqlite_store.ready() is True


async def test_a_full_disk_is_a_store_that_is_away(sqlite_store):
    await sqlite_store.append("web:1", [heard()], after=0)

    with full_disk():
        with pytest.raises(StoreAway):
            await sqlite_store.append("web:1", [heard("2")], after=1)
        kept = await sqlite_store.read("web:1")

    assert kept == (heard(),)


async def test_a_stopped_postgresql_is_a_store_that_is_away_until_it_is_back(postgres, postgres_store):
    await postgres_store.append("web:1", [heard()], after=0)

    postgres.stop()
    try:
        with pytest.raises(StoreAway):
            await postgres_store.append("web:1", [heard("2")], after=1)
        with pytest.raises(StoreAway):
            await postgres_store.read("web:1")
        assert await postgres_store.ready() is False
    finally:
        postgres.start()

    assert await postgres_store.read("web:1") == (heard(),)
    await postgres_store.append("web:1", [heard("2")], after=1)


async def test_a_postgresql_that_only_reads_is_away_for_who_writes(postgres, postgres_url, postgres_store):
    await postgres_store.append("web:1", [heard()], after=0)
    await postgres_store.close()
    postgres.execute(f"ALTER DATABASE {make_url(postgres_url).database} SET default_transaction_read_only = on")

    with pytest.raises(StoreAway):
        await postgres_store.append("web:1", [heard("2")], after=1)

    assert await postgres_store.read("web:1") == (heard(),)


async def test_what_a_resident_said_is_not_in_an_error(sql_store):
    async with sql_store.engines.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE events RENAME COLUMN body TO elsewhere")

    with pytest.raises(StoreAway) as away:
        await sql_store.append("telegram:1", [heard()], after=0)

    assert "INSERT INTO events" in (story := "".join(traceback.format_exception(away.value)))
    assert "Zonnebloem" not in story


async def test_a_forgotten_conversation_leaves_no_byte_in_the_files(sqlite_store, tmp_path):
    for number in range(40):  # neighbours, small and large, so that pages are split and joined
        name = f"telegram:{number}"
        await sqlite_store.append(name, [heard(text="x" * 300 * number), said("y")], after=0)
    await sqlite_store.append("telegram:Zonnebloem", [heard(), said()], after=0)
    long = heard("2", text=SECRET * 500)
    await sqlite_store.append("telegram:Zonnebloem", [long], after=2, case=case("telegram:Zonnebloem"))
    assert "Zonnebloem" in on_disk(tmp_path)

    await sqlite_store.forget("telegram:Zonnebloem")

    assert "Zonnebloem" not in on_disk(tmp_path)
    assert len(await sqlite_store.read("telegram:39")) == 2


def on_disk(directory):
    """Return every byte of the database, its write-ahead file and its index, as text."""
    files = [path for path in directory.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode("latin-1") for path in files)


async def test_sqlite_keeps_to_what_was_measured(sqlite_store):
    names = ["journal_mode", "synchronous", "busy_timeout", "foreign_keys", "secure_delete"]

    async with sqlite_store.engines.writing() as connection:
        found = [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in names]

    assert found == ["wal", 2, 5000, 1, 1]  # synchronous 2 is FULL


async def test_who_reads_cannot_write(sqlite_store):
    with pytest.raises(StoreAway):
        async with sqlite_store.engines.reading() as connection:
            await connection.exec_driver_sql("DELETE FROM events")


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:////var/lib/wegwijs.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///wegwijs.db", "sqlite+aiosqlite"),
        ("postgresql://anna@host/wegwijs", "postgresql+psycopg"),
        ("postgresql+psycopg://anna@host/wegwijs", "postgresql+psycopg"),
    ],
)
def test_a_url_gets_our_driver(given, driver):
    assert normalised(given).drivername == driver


def test_who_sets_a_time_to_connect_keeps_it():
    url = normalised("postgresql://anna@host/wegwijs?connect_timeout=30&sslmode=require")

    assert url.query == {"connect_timeout": "30", "sslmode": "require"}


@pytest.mark.parametrize("url", ["mysql://anna:geheim@host/x", "sqlite://", "sqlite:///:memory:"])
def test_a_database_we_cannot_use_is_refused_without_its_password(url):
    with pytest.raises(ValueError, match="sqlite:///path") as refused:
        normalised(url)

    assert "geheim" not in str(refused.value)


def test_a_first_start_makes_the_directory_for_its_owner_only(sqlite_url, tmp_path):
    migrate(sqlite_url)

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "wegwijs.db").exists()


async def test_several_speakers_claim_each_letter_once_and_in_order(url, sql_store):
    stores = [sql_store, *(SqlStore(url) for _ in range(2))]
    for chat in range(5):
        await sql_store.append(
            f"telegram:{chat}", [said().model_copy(update={"id": str(number)}) for number in range(4)], after=0
        )
    sent = []

    async def speak(store):
        while letter := await store.claim("telegram", NOW, NOW + timedelta(minutes=1)):
            conversation, one = letter
            sent.append((conversation, one.id))
            version = len(await store.read(conversation))
            await store.append(conversation, [Delivered(at=NOW, said=one.id)], after=version)

    await asyncio.gather(*map(speak, stores))

    assert len(sent) == 20
    assert all([number for name, number in sent if name == f"telegram:{chat}"] == list("0123") for chat in range(5))
    for store in stores[1:]:
        await store.close()


async def test_the_one_process_of_a_file_takes_up_at_once_what_its_predecessor_claimed(sqlite_store):
    await sqlite_store.append("telegram:1", [said()], after=0)
    await sqlite_store.claim("telegram", NOW, NOW + timedelta(hours=1))

    await sqlite_store.resume()

    assert await sqlite_store.claim("telegram", NOW, NOW + timedelta(hours=1)) == ("telegram:1", said())


class SaidByTheNextVersion(Said):
    mood: str = "warm"


class CaseOfTheNextVersion(Case):
    room: str = "2.14"


async def test_what_a_newer_version_wrote_beside_this_one_is_read_as_far_as_it_is_known(sqlite_store):
    newer = [heard(), SaidByTheNextVersion(**said().model_dump())]
    row = CaseOfTheNextVersion(**case("web:1").model_dump())

    await sqlite_store.append("web:1", newer, after=0, case=row)

    assert await sqlite_store.read("web:1") == (heard(), said())
    assert await sqlite_store.case("web:1") == case("web:1")
