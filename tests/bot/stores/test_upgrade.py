"""From the release before (tables 0010, all in the clear) to this one: it reads the same, and is sealed."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import MetaData, create_engine, insert, select, text

from bot.conversation import replay
from bot.events import Claimed, Decided, HandedOver, Heard, Noted, Said
from bot.handover import Staff, case_of
from bot.messages import Part, Reply
from bot.queue import Wanted, case_number
from bot.stores.engines import normalised
from bot.stores.kept import kept_over
from bot.stores.keys import standing
from bot.stores.migrate import migrate
from bot.stores.opening import AT_ONCE, open_database, seal_rest
from bot.stores.sql import SqlStore
from bot.stores.tables.conversations import CASES, EVENTS, PENDING
from bot.stores.wiping import wipe_all
from bot.undo import Pending
from intents.model import Understanding
from referral.model import Ask

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MARK = "Korenbloemsteeg"
NAMES = [f"telegram:{number:03}" for number in range(AT_ONCE + 20)]
PENDING_OF = NAMES[0]


def story(name):
    understood = Understanding(language="nl")
    reply = Reply(parts=(Part(kind="text", text=f"Ik las {MARK}."),))
    return [
        Heard(at=NOW, id=f"{name}-1", text=f"ik woon in de {MARK} {name}", understanding=understood),
        Decided(at=NOW, decision=Ask(fact="place", between=()), on=NOW.date(), directory="1", receipt=f"K{name[-3:]}"),
        Said(at=NOW, id="1", reply=reply, answers=f"{name}-1"),
        HandedOver(at=NOW, organisation="utrecht-dock"),
        *([Claimed(at=NOW, by="Sanne"), Noted(at=NOW, by="Sanne", text=MARK)] if name.endswith("0") else []),
    ]


def pending():
    by = Staff(name="Sanne", team="utrecht-dock")
    return Pending(id="p1", conversation=PENDING_OF, by=by, what="answer", form={"text": MARK}, made=NOW, due=NOW)


def old_case(name, events):
    """Return the row of a case as the release before wrote it (bot/stores/cases.py at d92992a)."""
    case = case_of(replay(name, events))
    number = sha256(name.encode()).hexdigest()[:16]
    columns = {"conversation", "organisation", "state", "urgent", "owner", "waits_for", "language"}
    return {
        **case.model_dump(include={*columns, "opened_at", "reminder_at"}),
        "number": number,
        "place": case.place[:-16] + number,
        "themes": f" {' '.join(case.themes)} ",
        "wijk": case.wijk or "unknown",
        "body": case.model_dump_json(),
    }


def old_rows():
    """Return the rows of each table as the release before wrote them."""
    rows = {name: [] for name in ("events", "answers", "outbox", "cases", "timers", "pending")}
    for name in NAMES:
        events = story(name)
        for number, event in enumerate(events, 1):
            heard_id = event.id if isinstance(event, Heard) else None
            row = {"conversation": name, "number": number, "kind": event.kind, "heard_id": heard_id, "at": event.at}
            rows["events"].append({**row, "body": event.model_dump_json()})
            if isinstance(event, Decided):
                rows["answers"].append({"conversation": name, "number": number, "receipt": event.receipt})
            if isinstance(event, Said):
                letter = {"conversation": name, "number": number, "said": event.id, "channel": "telegram"}
                rows["outbox"].append({**letter, "attempts": 0, "dead": False, "next_try_at": None})
        rows["cases"].append(old_case(name, events))
        rows["timers"].append({"conversation": name, "timer": "late", "due_at": NOW})
    mine = pending()
    row = {"id": mine.id, "conversation": mine.conversation, "by": mine.by.name, "due": NOW, "made": NOW}
    rows["pending"].append({**row, "started": None, "problem": None, "body": mine.model_dump_json()})
    return rows


@pytest.fixture
async def old_database(url):
    """Return the URL of a database of the release before, with rows."""
    await asyncio.to_thread(migrate, url, "0010")
    await asyncio.to_thread(_put, url)
    return url


def _put(url):
    target = normalised(url)
    engine = create_engine(target.set(drivername="sqlite") if target.get_backend_name() == "sqlite" else target)
    found = MetaData()
    with engine.begin() as connection:
        found.reflect(connection)
        for table, rows in old_rows().items():
            connection.execute(insert(found.tables[table]), rows)
    engine.dispose()


async def in_the_clear(store):
    """Return of how many conversations something is still readable in the database."""
    names = set()
    async with store.engines.reading() as connection:
        for table in (EVENTS, CASES, PENDING):
            clear = select(table.c.conversation).where(text("body LIKE '%Korenbloem%' OR body LIKE '{%'"))
            names |= set(await connection.scalars(clear))
    return len(names)


async def all_reads_the_same(store):
    """Look at the database through every door that shows what is in it."""
    for name in NAMES:
        assert await store.read(name) == tuple(story(name))
    assert await store.answered(f"K{NAMES[7][-3:]}") == (NAMES[7],)
    letters = await store.undelivered("telegram", 1000)
    assert [letter for _, letter in letters] == [story(name)[2] for name in NAMES]
    wanted = Wanted(teams=("utrecht-dock",))
    cases = await store.cases(wanted, limit=1000)
    assert {case.conversation for case in cases} == {name for name in NAMES if not name.endswith("0")}
    assert [case.place for case in cases] == sorted(case.place for case in cases)
    assert await store.numbered(case_number(NAMES[1])) == case_of(replay(NAMES[1], story(NAMES[1])))
    assert await store.cases(wanted, after=cases[9].place, limit=1) == (cases[10],)
    assert len(await store.due(NOW, 1000)) == len(NAMES)
    assert await kept_over(store.engines).pendings.of(PENDING_OF) == (pending(),)


async def test_a_database_of_the_release_before_reads_the_same_while_it_is_sealed_and_after(old_database):
    await asyncio.to_thread(open_database, old_database)
    store = SqlStore(old_database)
    await all_reads_the_same(store)
    rounds = iter([False, True])  # stopped after the first round, as by a restart

    sealed = await asyncio.to_thread(seal_rest, old_database, lambda: next(rounds))
    halfway = await in_the_clear(store)
    await store.append(NAMES[-1], [Noted(at=NOW, by="Sanne", text="later")], after=len(story(NAMES[-1])))
    rest = await asyncio.to_thread(seal_rest, old_database)

    assert (sealed, halfway, rest) == (AT_ONCE, 20, 20)
    assert await in_the_clear(store) == 0
    assert (await standing(store.engines)).plain == 0
    assert await store.read(NAMES[-1]) == (*story(NAMES[-1]), Noted(at=NOW, by="Sanne", text="later"))
    await store.forget(NAMES[-1])
    assert [len(await store.read(name)) for name in NAMES] == [*(len(story(name)) for name in NAMES[:-1]), 0]
    assert await asyncio.to_thread(seal_rest, old_database) == 0
    await store.close()


async def test_a_number_in_a_link_of_before_finds_nothing_and_that_of_now_does(old_database):
    before = sha256(NAMES[1].encode()).hexdigest()[:16]

    await asyncio.to_thread(open_database, old_database)

    store = SqlStore(old_database)
    assert await store.numbered(before) is None
    assert (await store.numbered(case_number(NAMES[1]))).conversation == NAMES[1]
    await store.close()


async def test_after_the_upgrade_and_a_wipe_the_files_of_sqlite_hold_nothing_readable(sqlite_url, tmp_path):
    await asyncio.to_thread(migrate, sqlite_url, "0010")
    await asyncio.to_thread(_put, sqlite_url)
    await asyncio.to_thread(open_database, sqlite_url)
    store = SqlStore(sqlite_url)  # somebody is at work: its write-ahead file stays there
    await store.append(NAMES[0], [Noted(at=NOW, by="Sanne", text="later")], after=len(story(NAMES[0])))

    await asyncio.to_thread(seal_rest, sqlite_url)
    await wipe_all(store.engines)

    files = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    assert "wegwijs.db-wal" in files
    assert [name for name, content in files.items() if MARK.encode() in content] == []
    await store.close()
