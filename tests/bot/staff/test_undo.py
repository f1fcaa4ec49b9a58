"""Ten seconds to take back what cannot be undone later: over every database, after a restart, without losing a word."""

import asyncio
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from bot.assistant import Assistant
from bot.bootstrap import SystemClock
from bot.events import Claimed, Closed, Consented, HandedOver, Passed, Said
from bot.handover import Staff
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.settings import settings_from
from bot.staff.undo import Undoing
from bot.stores.kept import kept_over
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.undo import Pending
from intents.model import Understanding

TEAM, DOCK = "utrecht-buurtteam-sociaal", "utrecht-dock"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SANNE = Staff(name="Sanne", team=TEAM)


def text_of(answer) -> str:
    return unescape(answer.text)


async def said_by_sanne(desk) -> list[str]:
    events = await desk.store.read("web:anna")
    return [event.reply.plain for event in events if isinstance(event, Said) and event.by == "Sanne"]


# ---------------------------------------------------------------- on the page


async def test_an_answer_waits_ten_seconds_and_is_then_sent(patient, send):
    number = await patient.hand_over()
    ours = await patient.signed_in()
    await send(ours, number, "claim")

    answer = await send(ours, number, "answer", text="Dag Anna")
    page = text_of(await ours.get(f"/staff/cases/{number}"))
    patient.clock.move(seconds=9)
    early = await patient.undo.run_due()
    before = await said_by_sanne(patient)
    patient.clock.move(seconds=1)
    done = await patient.undo.run_due()

    assert answer.headers["location"].endswith("#wacht")
    assert 'Uw antwoord wordt verstuurd over <span data-seconds="10">10</span> seconden.' in page
    assert "Ongedaan maken" in page
    assert (early, before, done) == (0, [], 1)
    assert await said_by_sanne(patient) == ["Dag Anna"]
    assert "Ongedaan maken" not in (await ours.get(f"/staff/cases/{number}")).text


async def test_who_takes_an_answer_back_finds_the_text_in_the_box(patient, send):
    number = await patient.hand_over()
    ours = await patient.signed_in()
    await send(ours, number, "claim")
    await send(ours, number, "answer", text="Dag <Anna>,\ntot morgen")

    answer = await send(ours, number, "undo")
    patient.clock.move(seconds=11)
    done = await patient.undo.run_due()

    assert answer.status_code == 200
    assert "Ongedaan gemaakt." in answer.text
    assert "Dag &lt;Anna&gt;,\ntot morgen</textarea>" in answer.text
    assert (done, await said_by_sanne(patient)) == (0, [])


async def test_closing_and_passing_on_can_be_taken_back_with_all_that_was_filled_in(patient, send):
    number = await patient.hand_over()
    ours = await patient.signed_in()
    await patient.signed_in("Dirk", team=DOCK)
    await send(ours, number, "claim")

    await send(ours, number, "close", outcome="not_reached", note="Drie keer gebeld")
    closed = text_of(await send(ours, number, "undo"))
    form = {"organisation": DOCK, "reason": "Buurthuis", "agreed": "yes", "misroute": "yes"}
    await send(ours, number, "pass", **form)
    passed = text_of(await send(ours, number, "undo"))

    assert 'value="not_reached" required checked' in closed
    assert "Drie keer gebeld</textarea>" in closed
    assert f'value="{DOCK}" selected' in passed
    assert "Buurthuis</textarea>" in passed
    assert 'name="agreed" value="yes" required checked' in passed
    assert not [one for one in await patient.store.read("web:anna") if isinstance(one, Closed | Passed)]


async def test_once_it_is_sent_it_cannot_be_taken_back(patient, send):
    number = await patient.hand_over()
    ours = await patient.signed_in()
    await send(ours, number, "claim")
    await send(ours, number, "answer", text="Dag Anna")
    [waits] = await patient.kept.pendings.of("web:anna")
    patient.clock.move(seconds=10)
    await patient.undo.run_due()

    answer = await send(ours, number, "undo", id=waits.id)

    assert answer.status_code == 409
    assert "Het is al gebeurd." in answer.text
    assert await said_by_sanne(patient) == ["Dag Anna"]


async def test_a_colleague_sees_that_something_is_coming_and_cannot_take_it_back(patient, send):
    number = await patient.hand_over()
    ours, bram = await patient.signed_in("Sanne"), await patient.signed_in("Bram")
    await send(ours, number, "claim")
    await send(ours, number, "answer", text="Dag Anna")
    [waits] = await patient.kept.pendings.of("web:anna")

    page = text_of(await bram.get(f"/staff/cases/{number}"))
    answer = await send(bram, number, "undo", id=waits.id)
    patient.clock.move(seconds=10)
    await patient.undo.run_due()

    assert "Sanne is bezig met deze vraag." in page
    assert "Dag Anna" not in page
    assert answer.status_code == 409
    assert await said_by_sanne(patient) == ["Dag Anna"]


async def test_what_could_not_be_done_now_is_refused_at_once(patient, send):
    number = await patient.hand_over()
    ours = await patient.signed_in()

    answer = await send(ours, number, "answer", text="Dag Anna")

    assert answer.status_code == 409
    assert "Pak de vraag eerst op." in answer.text
    assert "Dag Anna</textarea>" in answer.text
    assert await patient.kept.pendings.of("web:anna") == ()


async def test_what_can_no_longer_be_done_says_why_and_gives_the_text_back(patient, send):
    number = await patient.hand_over()
    ours, chief = await patient.signed_in(), await patient.signed_in("Carla", role="coordinator")
    await send(ours, number, "claim")
    await send(ours, number, "answer", text="Dag Anna")
    await send(chief, number, "assign", to="Carla")
    patient.clock.move(seconds=10)

    await patient.undo.run_due()
    page = text_of(await ours.get(f"/staff/cases/{number}"))
    theirs = text_of(await chief.get(f"/staff/cases/{number}"))
    back = await send(ours, number, "undo")

    assert "Dit is niet gelukt: Pak de vraag eerst op." in page
    assert "Dag Anna" in page
    assert "Dag Anna" not in theirs
    assert "Dag Anna</textarea>" in back.text
    assert await patient.undo.run_due() == 0


async def test_a_double_click_waits_once(patient, send):
    number = await patient.hand_over()
    ours = await patient.signed_in()
    await send(ours, number, "claim")

    await asyncio.gather(*(send(ours, number, "answer", text="Dag Anna", number="a" * 32) for _ in range(4)))
    patient.clock.move(seconds=10)
    await patient.undo.run_due()

    assert await said_by_sanne(patient) == ["Dag Anna"]


@pytest.mark.parametrize(("given", "seconds"), [({}, 10), ({"WEGWIJS_DESK_UNDO_SECONDS": "0"}, 0)])
def test_how_long_is_a_setting(given, seconds):
    assert settings_from(given).desk_undo_seconds == seconds


# ---------------------------------------------------------------- over every database


@pytest.fixture(params=["sqlite", "postgres"])
async def sql(request, tmp_path):
    """Return a store over each database."""
    sqlite = f"sqlite:///{tmp_path}/undo.db"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrate, url)
    store = SqlStore(url)
    yield store
    await store.close()


@pytest.fixture
async def assistant(sql, guide):
    """Return an assistant over each database, with a case that Sanne holds."""
    understands = lambda _text, _language, _asked: Understanding(language="nl")  # noqa: E731
    assistant = Assistant(sql, Minds(understands, guide, load_phrases()), SystemClock())
    now = assistant.clock.now()
    held = (Consented(at=now, organisation=TEAM), HandedOver(at=now, organisation=TEAM), Claimed(at=now, by="Sanne"))
    await assistant.act("web:anna", lambda _, __: held)
    return assistant


def pending(
    number: str = "a",
    *,
    due: datetime = NOW,
    made: datetime = NOW,
    text: str = "Dag",
    conversation: str = "web:anna",
) -> Pending:
    form = {"text": text, "number": number * 32}
    id_ = f"answer:{number * 32}"
    return Pending(id=id_, conversation=conversation, by=SANNE, what="answer", form=form, made=made, due=due)


async def test_what_waits_is_read_back_as_it_was(sql):
    pendings = kept_over(sql.engines).pendings
    first, second = pending("a"), pending("b", made=NOW + timedelta(seconds=1))

    for one in (second, first, first):
        await pendings.put(one)

    assert await pendings.of("web:anna") == (first, second)
    assert await pendings.of("web:bert") == ()
    assert await pendings.next_due() == NOW


async def test_of_taking_back_and_carrying_out_at_once_one_wins(sql):
    pendings = kept_over(sql.engines).pendings

    for number in "abcdef":
        one = pending(number)
        await pendings.put(one)
        taken, started = await asyncio.gather(pendings.take_back(one.id, "web:anna", "Sanne"), pendings.start(NOW))
        assert (taken is None) != (started is None)
        await pendings.finish(one.id)


async def test_of_many_who_carry_out_at_once_each_gets_another_one(sql):
    pendings = kept_over(sql.engines).pendings
    for number in "abc":
        await pendings.put(pending(number, conversation=f"web:{number}"))

    started = await asyncio.gather(*(pendings.start(NOW) for _ in range(8)))

    assert sorted(one.id for one in started if one) == sorted(pending(number).id for number in "abc")


async def test_what_is_behind_something_of_its_conversation_waits_for_it(sql):
    pendings = kept_over(sql.engines).pendings
    answer, closing = pending("b"), pending("a", made=NOW + timedelta(milliseconds=1))
    for one in (closing, answer):
        await pendings.put(one)

    assert await pendings.start(NOW) == answer  # by a process that then dies
    assert await pendings.start(NOW + timedelta(seconds=10)) is None
    assert await pendings.start(NOW + timedelta(seconds=16)) == answer
    await pendings.finish(answer.id)
    assert await pendings.start(NOW + timedelta(seconds=16)) == closing


async def test_what_could_not_be_carried_out_holds_up_nothing(sql):
    pendings = kept_over(sql.engines).pendings
    answer, closing = pending("b"), pending("a", made=NOW + timedelta(milliseconds=1))
    for one in (answer, closing):
        await pendings.put(one)

    await pendings.fail(answer.id, "Dit kan nu niet.")

    assert await pendings.start(NOW) == closing


async def test_what_a_process_that_died_had_started_is_started_again_soon(sql):
    pendings = kept_over(sql.engines).pendings
    await pendings.put(pending())

    assert await pendings.start(NOW - timedelta(seconds=1)) is None
    assert await pendings.start(NOW) == pending()
    assert await pendings.start(NOW + timedelta(seconds=14)) is None
    assert await pendings.next_due() is None
    assert await pendings.start(NOW + timedelta(seconds=16)) == pending()


async def test_nobody_takes_back_what_somebody_else_did_or_of_another_case(sql):
    pendings = kept_over(sql.engines).pendings
    await pendings.put(pending())

    assert await pendings.take_back(pending().id, "web:anna", "Bram") is None
    assert await pendings.take_back(pending().id, "web:bert", "Sanne") is None
    assert await pendings.take_back(pending().id, "web:anna", "Sanne") == pending()
    assert await pendings.take_back(pending().id, "web:anna", "Sanne") is None


async def test_what_waits_is_forgotten_with_its_conversation(sql, assistant):
    pendings = kept_over(sql.engines).pendings
    await pendings.put(pending(text="Een geheim"))

    await sql.forget("web:anna")

    assert await pendings.of("web:anna") == ()
    assert await pendings.start(NOW) is None


async def test_after_a_restart_what_was_left_is_carried_out(sql, assistant):
    before = Undoing(assistant, kept_over(sql.engines).pendings, timedelta(seconds=0.2))
    await before.do("answer", "web:anna", SANNE, {"text": "Van gisteren", "number": "a" * 32, "csrf": "geheim"})
    stop = asyncio.Event()

    running = asyncio.create_task(Undoing(assistant, kept_over(sql.engines).pendings).run(stop))
    await until(lambda: said_in(sql), ["Van gisteren"])
    stop.set()
    await running

    assert await kept_over(sql.engines).pendings.of("web:anna") == ()


async def test_it_is_carried_out_soon_after_its_time_and_in_order(sql, assistant):
    undo, stop = Undoing(assistant, kept_over(sql.engines).pendings, timedelta(seconds=0.5)), asyncio.Event()
    running = asyncio.create_task(undo.run(stop))
    await asyncio.sleep(0.1)  # it rests by now

    for number, text in (("a", "Een"), ("b", "Twee")):
        await undo.do("answer", "web:anna", SANNE, {"text": text, "number": number * 32})
    pressed = assistant.clock.now()
    await until(lambda: said_in(sql), ["Een", "Twee"])
    took = assistant.clock.now() - pressed
    stop.set()
    await running

    assert took < timedelta(seconds=5)  # it does not wait for its next look


async def test_one_that_fails_unexpectedly_holds_up_no_other_and_is_not_lost(sql, assistant, monkeypatch):
    pendings = kept_over(sql.engines).pendings
    undo = Undoing(assistant, pendings)
    await pendings.put(pending("a").model_copy(update={"what": "pass", "form": {"number": "a" * 32}}))
    await pendings.put(pending("b", text="Wel"))
    waiting = assistant.store.waiting

    async def broken():
        raise RuntimeError

    monkeypatch.setattr(assistant.store, "waiting", broken)
    done = await undo.run_due()
    monkeypatch.setattr(assistant.store, "waiting", waiting)

    assert done == 2
    assert await said_in(sql) == ["Wel"]
    assert [one.problem for one in await pendings.of("web:anna")] == ["Er ging iets mis. Probeer het nog eens."]


async def said_in(sql) -> list[str]:
    return [event.reply.plain for event in await sql.read("web:anna") if isinstance(event, Said)]


async def until(look, expected) -> None:
    """Wait until something is so, for twenty seconds."""
    async with asyncio.timeout(20):
        while await look() != expected:  # noqa: ASYNC110 -- a database tells nobody
            await asyncio.sleep(0.02)
