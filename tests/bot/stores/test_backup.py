"""Backups: all of it comes back, on either database, and a file that is not whole changes nothing."""

import asyncio
import stat
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.bootstrap import SystemClock
from bot.conversation import replay
from bot.events import Decided, Followed, HandedOver, Heard, Noted, Said
from bot.handover import Staff, case_of
from bot.messages import Part, Reply
from bot.staff.audit import Audit
from bot.stores.backup import back_up, read_whole, tables_of, written
from bot.stores.engines import normalised
from bot.stores.forgotten import read_forgotten
from bot.stores.kept import kept_over
from bot.stores.masters import Masters
from bot.stores.migrate import looking_at
from bot.stores.opening import open_database
from bot.stores.restore import restore
from bot.stores.sql import SqlStore
from bot.stores.trouble import BadBackup, KeyTrouble
from bot.stores.vault import Vault
from bot.undo import Pending
from intents.model import Understanding
from referral.model import Ask

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = "een sleutel voor back-ups, dus een andere"
MASTER = "een hoofdsleutel van meer dan tweeendertig tekens"
ENVIRONMENT = {"WEGWIJS_MASTER_KEY": MASTER}


def vault():
    return Vault(Masters([MASTER]))


def events(number):
    said = Reply(parts=(Part(kind="text", text=f"hallo {number} ü"),))
    return [
        Heard(at=NOW, id="1", text=f"ik ben {number}", understanding=Understanding(language="nl")),
        Decided(at=NOW, decision=Ask(fact="place", between=()), on=NOW.date(), directory="1", receipt=f"K{number}"),
        Said(at=NOW, id="1", reply=said, answers="1"),
        HandedOver(at=NOW, organisation="utrecht-dock", promised=NOW + timedelta(hours=4)),
    ]


@pytest.fixture
async def filled(url):
    """Return a store with something in most tables."""
    await asyncio.to_thread(open_database, url, ENVIRONMENT)
    store = SqlStore(url, vault=vault())
    for number in range(5):
        name, told = f"telegram:{number}", events(number)
        case = case_of(replay(name, told))
        await store.append(name, told, after=0, case=case, timers={"late": NOW, "unanswered": NOW})
    followed = Followed(at=NOW, organisation="utrecht-dock", themes=("wonen",), result="helped")
    await store.append("web:anna", [followed], after=0)
    kept = kept_over(store.engines)
    await kept.accounts.add_staff("Sanne", "utrecht-dock", "hash", NOW)
    await kept.accounts.open_session("Sanne", NOW, device="Firefox")
    by = Staff(name="Sanne", team="utrecht-dock")
    await kept.pendings.put(
        Pending(id="p", conversation="telegram:1", by=by, what="answer", form={"text": "a"}, made=NOW, due=NOW)
    )
    await Audit(kept.accounts.trail, SystemClock(), "test").note(who="Sanne", role="", team="", action="case.view")
    await store.append("web:weg", [followed], after=0)
    await store.forget("web:weg")
    yield store
    await store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request, tmp_path, postgres):
    """Return the URL of another, empty database of each kind."""
    return f"sqlite:///{tmp_path}/other/wegwijs.db" if request.param == "sqlite" else postgres.new_database()


def url_of(store):
    return store.engines.url.render_as_string(hide_password=False)


def content(url):
    """Return every row of every table, as it is written in a backup."""
    with looking_at(normalised(url)) as connection:
        return {
            table.name: sorted(repr([written(value) for value in row]) for row in connection.execute(select(table)))
            for table in tables_of(connection)
        }


async def taken(store, tmp_path, at=NOW):
    path = tmp_path / "wegwijs.backup"
    return path, await asyncio.to_thread(back_up, url_of(store), path, KEY, at)


async def test_every_row_of_every_table_comes_back_in_a_database_of_either_kind(filled, tmp_path, empty_url):
    path, counts = await taken(filled, tmp_path)

    restored = await asyncio.to_thread(restore, empty_url, path, KEY, vault())

    there = content(empty_url)
    assert there == content(url_of(filled))
    assert {name: len(rows) for name, rows in there.items() if rows} == counts
    assert restored == {**counts, "forgotten since": 0}
    assert set(counts) >= {
        "answers",
        "audit",
        "cases",
        "events",
        "forgotten",
        "house_keys",
        "outbox",
        "pending",
        "staff",
    }
    again = SqlStore(empty_url, vault=vault())
    assert await again.read("telegram:3") == tuple(events(3))
    await again.append("telegram:9", events(9), after=0)  # its counters go on behind what came back
    assert len(await again.undelivered("telegram")) == 6
    await again.close()


async def test_a_backup_says_nothing_to_who_has_not_its_key_and_is_for_its_owner_only(filled, tmp_path):
    path, _ = await taken(filled, tmp_path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(word in path.read_bytes() for word in (b"telegram:1", b"utrecht-dock", b"Sanne", b"events"))
    with pytest.raises(BadBackup, match="not its key"):
        read_whole(path, KEY.upper())
    assert [one.name for one in tmp_path.iterdir() if "backup" in one.name] == ["wegwijs.backup"]


async def test_a_backup_is_of_one_moment_while_others_write(filled, tmp_path):
    async def write():
        for number in range(100, 140):
            name, told = f"telegram:{number}", events(number)
            await filled.append(name, told, after=0, case=case_of(replay(name, told)))

    writing = asyncio.create_task(write())
    await asyncio.sleep(0)
    _, counts = await taken(filled, tmp_path)
    await writing

    cases = counts["cases"]
    assert counts["events"] == cases * 4 + 1
    assert counts["outbox"] == counts["timers"] // 2 + cases - 5 == cases
    assert counts["conversation_keys"] == cases + 1
    assert (await filled.read("telegram:139")) == tuple(events(139))


@pytest.fixture
async def backup(sqlite_url, tmp_path):
    """Return a backup of a small SQLite database, its store and its path."""
    await asyncio.to_thread(open_database, sqlite_url, ENVIRONMENT)
    store = SqlStore(sqlite_url, vault=vault(), forgotten=tmp_path / "vergeten")
    for number in range(40):
        note = Noted(at=NOW, by="Sanne", text=str(number) * 5000)
        await store.append(f"telegram:{number}", [note], after=0)
    path, _ = await taken(store, tmp_path, datetime.now(UTC))
    yield store, path
    await store.close()


PIECE = 33 + (1 << 16) + 16  # bytes up to the end of the first piece


HARMS = [
    lambda raw: raw[: len(raw) // 2],
    lambda raw: raw[:PIECE],  # at a seam
    lambda raw: raw[:-1],
    lambda raw: raw + b"x",
    lambda raw: raw[:1000] + bytes([raw[1000] ^ 1]) + raw[1001:],
    lambda raw: raw[: PIECE - 65552] + raw[PIECE : PIECE + 65552] + raw[PIECE - 65552 :],  # a piece twice
    lambda raw: raw[:20],
    lambda _: b"",
]


async def test_a_file_that_was_cut_off_or_altered_changes_nothing(backup, tmp_path):
    store, path = backup
    whole, other, before = path.read_bytes(), tmp_path / "kapot", content(url_of(store))
    assert len(whole) > PIECE

    for harm in HARMS:
        other.write_bytes(harm(whole))
        with pytest.raises(BadBackup):
            await asyncio.to_thread(restore, url_of(store), other, KEY, vault(), force=True)

    assert content(url_of(store)) == before


async def test_a_database_that_is_not_empty_is_only_replaced_by_force(backup):
    store, path = backup
    await store.append("web:later", [Noted(at=NOW, by="Sanne", text="later")], after=0)

    with pytest.raises(BadBackup, match="not empty"):
        await asyncio.to_thread(restore, url_of(store), path, KEY, vault())
    kept = await store.read("web:later")
    await asyncio.to_thread(restore, url_of(store), path, KEY, vault(), force=True)

    assert len(kept) == 1
    assert await store.read("web:later") == ()
    assert len(await store.read("telegram:39")) == 1
    assert await store.ready()


async def test_a_backup_under_another_master_key_is_refused_before_anything_is_changed(backup, tmp_path):
    _, path = backup
    other = f"sqlite:///{tmp_path}/other/wegwijs.db"

    with pytest.raises(KeyTrouble, match="another master key"):
        await asyncio.to_thread(restore, other, path, KEY, Vault(Masters(["x" * 40])))

    assert not (tmp_path / "other").exists()


async def test_who_was_forgotten_after_the_backup_does_not_come_back(backup):
    store, path = backup
    await store.forget("telegram:7")
    await store.append("telegram:7", [Noted(at=NOW, by="Sanne", text="opnieuw")], after=0)

    counts = await asyncio.to_thread(restore, url_of(store), path, KEY, vault(), force=True)

    assert counts["forgotten since"] == 1
    assert await store.read("telegram:7") == ()
    assert len(await store.read("telegram:8")) == 1


async def test_the_file_of_what_was_forgotten_serves_when_the_database_is_lost(backup, tmp_path):
    store, path = backup
    await store.forget("telegram:7")
    told = (tmp_path / "vergeten").read_text()
    other = f"sqlite:///{tmp_path}/other/wegwijs.db"

    also = read_forgotten(tmp_path / "vergeten")
    await asyncio.to_thread(restore, other, path, KEY, vault(), also=also)

    again = SqlStore(other, vault=vault())
    assert "telegram" not in told
    assert [len(await again.read(f"telegram:{number}")) for number in (6, 7, 8)] == [1, 0, 1]
    await again.close()


async def test_who_began_anew_before_the_backup_is_in_it(sqlite_url, tmp_path):
    await asyncio.to_thread(open_database, sqlite_url, ENVIRONMENT)
    store = SqlStore(sqlite_url, vault=vault())
    for _ in range(2):
        await store.append("telegram:7", [Noted(at=NOW, by="Sanne", text="a")], after=0)
        if not await store.read("web:x"):
            await store.append("web:x", [Noted(at=NOW, by="Sanne", text="a")], after=0)
            await store.forget("telegram:7")
    path, _ = await taken(store, tmp_path, at=datetime.now(UTC))

    counts = await asyncio.to_thread(restore, sqlite_url, path, KEY, vault(), force=True)

    assert counts["forgotten since"] == 0
    assert len(await store.read("telegram:7")) == 1
    await store.close()
