"""What is kept goes at its time: old and new records around each boundary, and exactly the old ones are gone."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import DBAPIError

from bot.audit import Head, verified
from bot.deliveries import Delivery
from bot.events import Heard, Said
from bot.messages import Part, Reply
from bot.ports import StoreAway
from bot.queue import Case
from bot.retention import over_at, retention_of
from bot.settings import Retention, settings_from
from bot.staff.audit import Audit
from bot.stores.deliveries import put
from bot.stores.retention import Sweep
from bot.stores.sql import SqlStore
from bot.stores.staff import SqlAccounts
from bot.stores.tables.audit import AUDIT, AUDIT_ANCHORS
from bot.stores.tables.conversations import EVENTS, INBOX, SHARED_ADVICE
from bot.stores.tables.keys import CONVERSATION_KEYS
from bot.stores.tables.sending import DELIVERIES, OUTBOX
from bot.stores.tables.staff import SESSIONS, STAFF, STAFF_JOURNEYS, STAFF_LINKS, STAFF_TRIES
from intents.model import Understanding

HERE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 22, 3, 30, tzinfo=HERE)  # 30 days before, the clock here was still an hour ahead
DAYS = Retention()
SECOND = timedelta(seconds=1)
OFFSETS = {"before": -SECOND, "at": timedelta(0), "after": SECOND}
GONE = {"before", "at"}


class SetClock:
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


def boundary(days: int) -> datetime:
    """Return the moment so many days ago on the clock here, as UTC: arithmetic must not depend on ours."""
    wall = datetime(NOW.year, NOW.month, NOW.day, NOW.hour, NOW.minute) - timedelta(days=days)
    return wall.replace(tzinfo=HERE).astimezone(UTC)


def heard(number: str, at: datetime) -> Heard:
    return Heard(at=at, id=number, text="ik heb schulden", understanding=Understanding(language="nl"))


def said(number: str, at: datetime) -> Said:
    return Said(at=at, id=number, reply=Reply(parts=(Part(kind="text", text="ja"),), language="nl"))


def a_case(conversation: str, state: str, at: datetime) -> Case:
    return Case(
        conversation=conversation, organisation="utrecht-dock", state=state, urgent=False, owner=None, themes=(),
        signals=(), wijk=None, language="nl", opened_at=at, last_heard_at=at, since=at,
    )  # fmt: skip


@pytest.fixture
async def world(sql_store: SqlStore) -> SimpleNamespace:
    accounts = SqlAccounts(sql_store.engines)
    audit = Audit(accounts.trail, SetClock())
    return SimpleNamespace(
        store=sql_store, accounts=accounts, audit=audit, sweep=Sweep(sql_store, audit.prune, DAYS), trail=accounts.trail
    )


async def rows(world, column) -> set:
    async with world.store.engines.reading() as connection:
        return set(await connection.scalars(select(column)))


async def add(world, table, *values) -> None:
    async with world.store.engines.writing() as connection:
        for one in values:
            await connection.execute(insert(table).values(**one))


def test_a_day_is_one_on_the_clock_here_also_when_the_clock_was_put_back():
    assert over_at(30, NOW).astimezone(UTC) == datetime(2026, 10, 23, 1, 30, tzinfo=UTC)
    assert NOW - over_at(30, NOW).astimezone(UTC) == timedelta(days=30, hours=1)


@pytest.mark.parametrize(
    ("sort", "state"),
    [
        ("conversation", None),
        ("handoff_open", "waiting"),
        ("handoff_open", "staff"),
        ("handoff_closed", "closed"),
    ],
)
async def test_exactly_the_conversations_at_and_before_the_boundary_of_their_kind_are_gone(world, sort, state):
    until = boundary(getattr(DAYS, sort))
    for name, offset in OFFSETS.items():
        conversation = f"web:{name}"
        case = a_case(conversation, state, until) if state else None
        old = heard("1", until - timedelta(days=1))
        await world.store.append(conversation, (old, said("2", until + offset)), after=0, case=case)

    gone = await world.sweep.run(NOW)

    assert gone[sort] == 2
    assert await rows(world, EVENTS.c.conversation) == {"web:after"}
    assert await rows(world, CONVERSATION_KEYS.c.conversation) == {"web:after"}


async def test_what_is_still_to_come_keeps_a_conversation_until_it_went_off(world):
    until = boundary(DAYS.conversation)
    for name, offset in OFFSETS.items():
        timers = {"follow_up": until + offset}
        await world.store.append(f"web:{name}", (heard("1", until - timedelta(days=9)),), after=0, timers=timers)

    await world.sweep.run(NOW)

    assert await rows(world, EVENTS.c.conversation) == {"web:after"}


async def test_a_resident_who_writes_while_the_sweep_is_on_its_way_keeps_the_conversation(world):
    until = boundary(DAYS.conversation)
    await world.store.append("web:anna", (heard("1", until - SECOND),), after=0)
    found = await world.sweep._quiet("conversation", until, None)
    await world.store.append("web:anna", (heard("2", until + SECOND),), after=1)

    was_erased = await world.store.forget("web:anna", quiet_since=until)

    assert [conversation for _, conversation in found] == ["web:anna"]
    assert not was_erased
    assert len(await world.store.read("web:anna")) == 2


async def test_more_old_conversations_than_are_looked_at_at_once_are_all_erased(world, monkeypatch):
    monkeypatch.setattr("bot.stores.retention._AT_ONCE", 3)
    until = boundary(DAYS.conversation)
    for number in range(8):  # also with the same first moment
        await world.store.append(f"web:{number}", (heard("1", until - (number // 4) * SECOND),), after=0)
    await world.store.append("web:new", (heard("1", until - SECOND), heard("2", until + SECOND)), after=0)

    gone = await world.sweep.run(NOW)

    assert gone["conversation"] == 8
    assert await rows(world, EVENTS.c.conversation) == {"web:new"}


async def test_letters_and_notes_of_what_stood_still_go_at_their_time_and_what_was_said_stays_said(world):
    until = boundary(DAYS.undelivered)
    for name, offset in OFFSETS.items():
        await world.store.append(f"telegram:{name}", (said(name, until + offset),), after=0)
        await world.store.failed(f"telegram:{name}", name, None)
        note = {"channel": "telegram", "kind": "message", "what": "", "standing": "aside", "crashes": 0, "tries": 1}
        await add(world, INBOX, {**note, "id": name, "at": until + offset, "problem": "ValueError"})

    gone = await world.sweep.run(NOW)

    assert gone["undelivered"] == 4
    assert await rows(world, OUTBOX.c.said) == {"after"}
    assert await rows(world, INBOX.c.id) == {"after"}
    assert len(await rows(world, EVENTS.c.conversation)) == 3


async def test_links_to_an_advice_go_when_they_end(world):
    await world.store.append("web:anna", tuple(said(name, NOW) for name in OFFSETS), after=0)
    for number, (name, offset) in enumerate(OFFSETS.items(), start=1):
        row = {"conversation": "web:anna", "number": number, "token_hash": name, "expires": NOW + offset}
        await add(world, SHARED_ADVICE, row)

    gone = await world.sweep.run(NOW)

    assert gone["shared"] == 2
    assert await rows(world, SHARED_ADVICE.c.token_hash) == {"after"}


async def test_what_was_told_elsewhere_goes_at_its_time_but_not_of_an_open_case(world):
    until = boundary(DAYS.elsewhere)
    cases = {"closed": a_case("web:closed", "closed", NOW), "open": a_case("web:open", "staff", NOW)}
    for case in cases.values():
        await world.store.append(case.conversation, (heard("1", NOW),), after=0, case=case)
    async with world.store.engines.writing() as connection:
        for name, offset in OFFSETS.items():
            for of in ("closed", "open", None):
                one = Delivery(
                    id=f"{name}-{of}", kind="webhook", place="x", team="utrecht-dock", what="case.opened", body="{}",
                    conversation=of and f"web:{of}", made_at=until + offset, next_try_at=NOW, standing="done",
                )  # fmt: skip
                await put(connection, (one,))

    gone = await world.sweep.run(NOW)

    assert gone["elsewhere"] == 4
    kept = {f"{name}-open" for name in OFFSETS} | {"after-closed", "after-None"}
    assert await rows(world, DELIVERIES.c.id) == kept


async def test_sessions_links_journeys_and_tries_of_staff_go_a_day_after_they_ended(world):
    until = boundary(1)
    await world.accounts.add_staff("Sanne", "utrecht-dock", "x", NOW)
    (key,) = await rows(world, STAFF.c.key)
    for name, offset in OFFSETS.items():
        ended = until + offset
        moments = {"created_at": ended, "seen_at": ended, "expires": ended}
        await add(world, SESSIONS, {"token_hash": name, "staff": key, "csrf": name, **moments})
        await add(world, STAFF_TRIES, {"who": name, "at": ended})
        journey = {"browser_hash": "", "nonce": "", "verifier": "", "next": "", "expires": ended}
        await add(world, STAFF_JOURNEYS, {"state_hash": name, **journey})

    gone = await world.sweep.run(NOW)

    assert gone["staff_sessions"] == 6
    assert await rows(world, SESSIONS.c.token_hash) == {"after"}
    assert await rows(world, STAFF_TRIES.c.who) == {"after"}
    assert await rows(world, STAFF_JOURNEYS.c.state_hash) == {"after"}
    assert await rows(world, STAFF.c.key) == {key}


@pytest.mark.parametrize("name", OFFSETS)
async def test_a_link_to_choose_a_password_goes_a_day_after_it_ended(world, name):
    await world.accounts.add_staff("Sanne", "utrecht-dock", "x", NOW)
    (key,) = await rows(world, STAFF.c.key)
    await add(world, STAFF_LINKS, {"staff": key, "secret_hash": name, "expires": boundary(1) + OFFSETS[name]})

    await world.sweep.run(NOW)

    assert await rows(world, STAFF_LINKS.c.secret_hash) == {name} - GONE


# ---------------------------------------------------------------- the audit log


async def written(world, *ages: timedelta) -> None:
    """Write a line in the audit log for each age before the boundary of the log."""
    clock = world.audit._clock
    for age in ages:
        clock.time = boundary(DAYS.audit) - age
        await world.audit.note(who="Sanne", role="medewerker", team="x", action="case.view", case="0" * 16)
    clock.time = NOW


async def test_lines_of_the_audit_log_go_after_five_years_and_the_rest_can_still_be_checked(world):
    await written(world, 2 * SECOND, SECOND, timedelta(0), -SECOND, -timedelta(days=300))
    noted = [Head(sealed.number, sealed.hash) async for sealed in world.trail.walk()]

    gone = await world.sweep.run(NOW)

    assert gone["audit"] == 3
    assert await rows(world, AUDIT.c.number) == {4, 5, 6}
    assert await world.trail.anchor() == noted[2]
    assert await verified(world.trail, noted) == await world.trail.head()
    assert (await world.sweep.run(NOW))["audit"] == 0


async def test_what_is_erased_later_moves_the_begin_up_and_the_newest_anchor_counts(world):
    await written(world, SECOND, -SECOND, -timedelta(days=100))
    await world.sweep.run(NOW)

    await world.audit.prune(over_at(DAYS.audit, NOW) + 2 * SECOND)

    assert await rows(world, AUDIT.c.number) == {3, 4, 5}
    assert await verified(world.trail) == await world.trail.head()


async def test_who_moves_the_begin_of_the_log_without_a_line_that_tells_it_is_found_out(world):
    await written(world, 2 * SECOND, SECOND, -SECOND)
    second = [Head(sealed.number, sealed.hash) async for sealed in world.trail.walk()][1]
    async with world.store.engines.writing() as connection:
        await connection.execute(insert(AUDIT_ANCHORS).values(number=2, hash=second.hash, at=NOW))
        await connection.execute(delete(AUDIT).where(AUDIT.c.number <= 2))

    assert await verified(world.trail) == "geen regel vertelt dat de regels tot en met 2 zijn gewist"


async def test_the_database_itself_keeps_lines_that_are_not_five_years_old_whatever_the_anchor(world):
    await written(world, SECOND, -timedelta(days=300))

    with pytest.raises((DBAPIError, StoreAway)):
        await world.audit.prune(NOW - timedelta(days=100))

    assert await rows(world, AUDIT.c.number) == {1, 2}
    assert await verified(world.trail) == await world.trail.head()


# ---------------------------------------------------------------- how long


def test_the_page_for_residents_tells_the_days_that_are_set():
    settings = settings_from({"WEGWIJS_KEEP_CONVERSATION_DAYS": "14"})

    told = {one.id: one.days for one in retention_of(settings)}

    assert told["conversation"] == 14
    assert told["tallies"] is None


@pytest.mark.parametrize(
    ("name", "days"), [("CONVERSATION", "0"), ("CONVERSATION", "400"), ("AUDIT", "1800"), ("SHARED", "veel")]
)
def test_a_number_of_days_that_makes_no_sense_stops_the_start(name, days):
    with pytest.raises(ValueError, match=name.lower()):
        settings_from({f"WEGWIJS_KEEP_{name}_DAYS": days})
