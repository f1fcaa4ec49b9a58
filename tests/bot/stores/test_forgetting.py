"""What is forgotten: not a byte of it that somebody can read is left in the files of the database."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import make_url, select

from bot.conversation import replay
from bot.events import Claimed, Closed, ContactGiven, HandedOver, Heard, Noted, ReminderSet, Said
from bot.handover import Staff, case_of
from bot.messages import Part, Reply
from bot.stores.kept import kept_over
from bot.stores.opening import open_database
from bot.stores.sql import SqlStore
from bot.stores.tables.conversations import EVENTS
from bot.stores.tables.keys import CONVERSATION_KEYS
from bot.stores.wiping import wipe_all
from bot.undo import Pending
from intents.model import Understanding

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WHO = "telegram:981726354"
MARKED = (
    "Zonnebloemsteeg",
    "Wilhelmina Kwakernaak",
    "06-19283746",
    "Kwetsbaarheidsnotitie",
    "Antwoordklad",
    "Herinnerwoord",
)
STREET, NAME, PHONE, NOTE, ANSWER, REMINDER = MARKED


def story():
    """Everything in which somebody can have typed something."""
    said = Reply(parts=(Part(kind="text", text=f"U schreef: {STREET}"),))
    return [
        Heard(at=NOW, id="4711-heard", text=f"ik woon in de {STREET}", understanding=Understanding(language="nl")),
        Said(at=NOW, id="1", reply=said, answers="4711-heard"),
        HandedOver(at=NOW, organisation="utrecht-dock"),
        ContactGiven(at=NOW, name=NAME, reach=PHONE),
        Claimed(at=NOW, by="Sanne"),
        Noted(at=NOW, by="Sanne", text=NOTE * 400),  # large enough to lie apart
        ReminderSet(at=NOW, by="Sanne", at_time=NOW, what=REMINDER),
        Closed(at=NOW, by="Sanne", outcome="helped", note=NOTE),
    ]


async def fill(store):
    """Put a marked conversation between neighbours, with a case, a timer and something that can be taken back."""
    for number in range(30):
        heard = Heard(at=NOW, id="1", text="x" * 100 * number, understanding=Understanding(language="nl"))
        await store.append(f"telegram:{number}", [heard], after=0)
    events = story()
    for number, event in enumerate(events):
        case = case_of(replay(WHO, events[: number + 1]))
        await store.append(WHO, [event], after=number, case=case, timers={"late": NOW})
    mine = Pending(
        id="p1", conversation=WHO, by=Staff(name="Sanne", team="utrecht-dock"), what="answer",
        form={"text": ANSWER}, made=NOW, due=NOW,
    )  # fmt: skip
    await kept_over(store.engines).pendings.put(mine)
    return mine


async def traces(store):
    """Return what there is in the database of the marked conversation: its wrapped key and a piece of its text."""
    async with store.engines.reading() as connection:
        mine = CONVERSATION_KEYS.c.conversation == WHO
        wrapped = await connection.scalar(select(CONVERSATION_KEYS.c.wrapped).where(mine))
        body = await connection.scalar(select(EVENTS.c.body).where(EVENTS.c.conversation == WHO, EVENTS.c.number == 1))
    return wrapped[-40:], body[20:60]


def found_in(files, *words):
    """Return which of these words are somewhere in the files."""
    content = [path.read_bytes() for path in files if path.is_file()]
    return {word for word in words if any(word.encode() in one for one in content)}


async def test_sqlite_keeps_nothing_readable_and_after_forgetting_nothing_at_all(sqlite_url, tmp_path):
    await asyncio.to_thread(open_database, sqlite_url)
    store = SqlStore(sqlite_url)
    pending = await fill(store)
    key, text = await traces(store)
    files = tmp_path / "data"
    assert await kept_over(store.engines).pendings.of(WHO) == (pending,)

    before = found_in(files.iterdir(), *MARKED, key, text, WHO, "4711-heard")
    await store.forget(WHO)
    after = found_in(files.iterdir(), *MARKED, key, text, WHO, "4711-heard")

    assert before == {key, text, WHO, "4711-heard"}
    assert after == set()
    assert len(await store.read("telegram:29")) == 1
    await store.close()


def files_of(postgres, url):
    """Return the files of one database, without what the server itself keeps, and its write-ahead log."""
    database = make_url(url).database
    postgres.execute("CHECKPOINT")
    with psycopg.connect(f"host={postgres.home} user=postgres dbname={database}") as connection:
        (number,) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    home = Path(postgres.home) / "data"
    return list((home / "base" / str(number)).iterdir()), list((home / "pg_wal").iterdir())


async def test_postgresql_keeps_nothing_readable_and_its_files_lose_the_key_and_then_the_rest(postgres, postgres_url):
    await asyncio.to_thread(open_database, postgres_url)
    store = SqlStore(postgres_url)
    await fill(store)
    key, text = await traces(store)

    tables, log = files_of(postgres, postgres_url)
    before = found_in([*tables, *log], *MARKED), found_in(tables, key, text, WHO)
    await store.forget(WHO)
    forgotten = found_in(files_of(postgres, postgres_url)[0], *MARKED, key)
    kept = await wipe_all(store.engines)
    wiped = found_in(files_of(postgres, postgres_url)[0], *MARKED, key, text, WHO, "4711-heard")

    assert before == (set(), {key, text, WHO})
    assert forgotten == set()  # what is left of the text nobody can open any more
    assert (kept, wiped) == ((), set())
    assert len(await store.read("telegram:29")) == 1
    await store.close()


async def test_many_who_are_forgotten_after_each_other_leave_no_key_either(postgres, postgres_url):
    await asyncio.to_thread(open_database, postgres_url)
    store = SqlStore(postgres_url)
    names = [f"telegram:8{number}" for number in range(8)]
    for name in names:
        await store.append(name, [Noted(at=NOW, by="Sanne", text=name)], after=0)
    async with store.engines.reading() as connection:
        keys = [one[-40:] for one in await connection.scalars(select(CONVERSATION_KEYS.c.wrapped))]

    for name in names:
        await store.forget(name)
    await store.close()

    assert found_in(files_of(postgres, postgres_url)[0], *keys) == set()


async def test_a_key_table_that_others_hold_is_wiped_later(postgres_url, caplog):
    await asyncio.to_thread(open_database, postgres_url)
    store = SqlStore(postgres_url)
    await store.append("telegram:1", [Noted(at=NOW, by="Sanne", text="a")], after=0)

    async with await store.engines.line() as other:
        await other.execute("BEGIN")
        await other.execute("SELECT * FROM conversation_keys")
        gone = await store.forget("telegram:1")
        await other.execute("COMMIT")
    await store.close()

    assert gone is True
    assert "conversation_keys was not written anew: LockNotAvailable" in caplog.text
