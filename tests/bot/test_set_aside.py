"""A message that cannot be taken: kept, answered, out of the way, shown to who runs Wegwijs, and tried again."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot import assistant as shell
from bot.assistant import Assistant
from bot.channels.outbox import deliver
from bot.events import Claimed, Consented, FollowUpAgreed, HandedOver, Heard
from bot.inbox import Aside, mark_of
from bot.messages import Incoming
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.stores.inbox import SqlInbox
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.stores.tables.conversations import EVENTS
from bot.stores.under_way import UnderWay
from intents.model import Reading, Understanding
from referral.load import load_guide

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
WHO = "telegram:1"


class Reader:
    """Stumbles over one word, until it is mended."""

    stumbles = "breek"

    def __call__(self, typed, language, asked):
        if self.stumbles and self.stumbles in typed:
            raise ZeroDivisionError(typed)
        debts = (Reading(theme="geldzorgen", confidence=0.9),) if "schuld" in typed else ()
        return Understanding(language=language or "nl", themes=debts, ranking=debts)


class SetClock:
    time = NOW

    def now(self):
        return self.time


class Recorder:
    """A channel that is pushed, and writes down what it is given."""

    name = "telegram"

    def __init__(self):
        self.sent = []

    async def send(self, conversation, said):
        self.sent.append((conversation, said.id))
        return ("1",)

    async def take_back(self, conversation, numbers):
        pass


@pytest.fixture(scope="module")
def minds():
    return Minds(lambda *_: Understanding(language="nl"), load_guide(), load_phrases())


@pytest.fixture
async def store(tmp_path):
    await asyncio.to_thread(migrate, f"sqlite:///{tmp_path}/w.db")
    store = SqlStore(f"sqlite:///{tmp_path}/w.db")
    yield store
    await store.close()


@pytest.fixture
def inbox(store):
    return SqlInbox(store.engines)


@pytest.fixture
def reader():
    return Reader()


@pytest.fixture
def assistant(store, inbox, minds, reader):
    return Assistant(store, replace(minds, understand=reader), SetClock(), Aside(inbox))


@pytest.fixture
def say(assistant):
    async def say(typed, number, conversation=WHO):
        return await assistant.handle(Incoming(id=number, conversation=conversation, text=typed))

    return say


async def test_it_is_kept_masked_and_answered_with_a_number_to_call_and_a_person(say, store):
    [said] = await say("breek, ik ben anna@example.nl en mijn bsn is 111222333", "1")
    heard = (await store.read(WHO))[0]

    assert heard.text == "breek, ik ben [e-mailadres] en mijn bsn is [bsn]"
    assert heard.stumbled == "ZeroDivisionError"
    assert "14 030" in said.reply.plain
    assert "112" in said.reply.plain
    assert [choice.payload for choice in said.reply.choices] == ["/human"]


async def test_the_same_message_again_is_kept_once_and_answered_alike(say, store):
    first = await say("breek", "1")

    assert await say("breek", "1") == first
    assert len(await store.read(WHO)) == 2


async def test_the_next_message_is_taken_as_if_nothing_was_the_matter(say):
    await say("breek", "1")

    [said] = await say("ik heb schulden", "2")

    assert "Waar woont u?" in said.reply.plain


async def test_should_masking_be_what_fails_no_digit_and_no_address_is_kept(say, store, monkeypatch):
    monkeypatch.setattr("bot.set_aside.mask", lambda _: 1 / 0)

    await say("breek 06-12345678 anna@example.nl", "1")

    assert (await store.read(WHO))[0].text == "breek ██-████████ █"


async def test_a_colleague_who_holds_the_conversation_answers_instead(say, store, assistant):
    await say("ik heb schulden", "1")
    at = assistant.clock.now()
    handed = HandedOver(at=at, organisation="utrecht-dock", promised=at)
    given = [Consented(at=at, organisation="utrecht-dock"), handed, Claimed(at=at, by="Sanne")]
    await assistant.act(WHO, lambda *_: given)

    assert await say("breek", "2") == ()
    assert isinstance((await store.read(WHO))[-1], Heard)


async def test_who_runs_wegwijs_sees_it_without_what_it_says(say, inbox):
    await say("breek", "1")

    [stuck] = await inbox.stuck()

    assert (stuck.kind, stuck.channel, stuck.what, stuck.problem) == ("message", "telegram", "1", "ZeroDivisionError")
    assert "breek" not in stuck.model_dump_json()


async def test_tried_again_after_a_mend_it_is_answered_and_shown_no_more(say, inbox, assistant, reader, store):
    await say("breek, ik heb schulden", "1")
    reader.stumbles = ""

    assert await inbox.again(None, NOW) == 1
    assert await assistant.take_again()

    assert "Waar woont u?" in (await store.read(WHO))[-1].reply.plain
    assert await inbox.stuck() == ()
    assert not await assistant.take_again()


async def test_tried_again_without_a_mend_it_is_tried_once_and_stands_still_again(say, inbox, assistant, store):
    await say("breek", "1")
    await inbox.again(None, NOW)

    assert await assistant.take_again()
    assert not await assistant.take_again()

    [stuck] = await inbox.stuck()
    assert not stuck.again
    assert len(await store.read(WHO)) == 2


async def test_a_conversation_that_cannot_be_added_up_goes_on_being_answered(say, assistant, monkeypatch, store):
    await say("ik heb schulden", "1")
    monkeypatch.setattr(shell, "replay", lambda *_: 1 / 0)
    monkeypatch.setattr("bot.set_aside.replay", lambda *_: 1 / 0)

    [said] = await say("hallo", "2")

    assert "14 030" in said.reply.plain
    assert len([event for event in await store.read(WHO) if isinstance(event, Heard)]) == 2


async def test_forgetting_takes_it_out(say, inbox, store):
    await say("breek", "1")

    await store.forget(WHO)

    assert await inbox.stuck() == ()


# ---------------------------------------------------------------- what ends the process


def left_by_a_dead_process(folder, *marks):
    (folder / os.urandom(16).hex()).write_text("".join(f"+{mark}\n" for mark in marks))


async def test_a_message_that_processes_die_of_is_not_taken_a_fourth_time(
    store, inbox, minds, reader, tmp_path, assistant
):
    incoming = Incoming(id="1", conversation=WHO, text="ik heb schulden")
    watch = UnderWay(tmp_path / "under-way")
    for _ in range(3):
        left_by_a_dead_process(tmp_path / "under-way", mark_of(WHO, "1"))
        await Aside(inbox, watch).look(NOW)
    assistant.aside = Aside(inbox, watch)
    await assistant.aside.look(NOW)

    [said] = await assistant.handle(incoming)

    assert "14 030" in said.reply.plain
    assert [stuck.problem for stuck in await inbox.stuck()] == ["EndsTheProcess"]


async def test_after_fewer_deaths_it_is_taken(inbox, assistant, tmp_path):
    watch = UnderWay(tmp_path / "under-way")
    for _ in range(2):
        left_by_a_dead_process(tmp_path / "under-way", mark_of(WHO, "1"), mark_of(WHO, "2"))
        await Aside(inbox, watch).look(NOW)
    assistant.aside = Aside(inbox, watch)
    await assistant.aside.look(NOW)

    [said] = await assistant.handle(Incoming(id="1", conversation=WHO, text="ik heb schulden"))

    assert "Waar woont u?" in said.reply.plain


async def test_what_processes_died_of_is_taken_one_at_a_time(inbox, tmp_path):
    aside = Aside(inbox, UnderWay(tmp_path / "under-way"))
    left_by_a_dead_process(tmp_path / "under-way", "a" * 32, "b" * 32)
    await aside.look(NOW)

    async with aside.over("a" * 32), aside.over("c" * 32):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(aside.over("b" * 32).__aenter__(), 0.05)


def test_what_a_living_process_takes_is_not_taken_for_what_a_dead_one_left(tmp_path):
    mine, other = UnderWay(tmp_path / "here"), UnderWay(tmp_path / "here")

    with mine.over("a" * 32):
        assert other.left() == ()
        left_by_a_dead_process(tmp_path / "here", "b" * 32)
        assert other.left() == ("b" * 32,)
        other.clear()
    assert other.left() == ()


def test_where_nothing_can_be_written_messages_are_taken_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    watch = UnderWay(tmp_path / "file" / "folder")

    with watch.over("a" * 32):
        assert watch.left() == ()


# ---------------------------------------------------------------- timers and replies


async def test_a_timer_that_fails_holds_up_no_other_and_stands_still_in_the_end(assistant, inbox, monkeypatch, store):
    for who in ("web:1", "web:2"):
        first = FollowUpAgreed(at=NOW, first=NOW)
        heard = Heard(at=NOW, id="1", text="hallo", understanding=Understanding(language="nl"))
        await assistant.act(who, lambda *_, given=(heard, first): given)
    real = shell.ring
    monkeypatch.setattr(shell, "ring", lambda then, *rest: 1 / 0 if then.id == "web:1" else real(then, *rest))

    rung = [await assistant.ring_due()]
    for _ in range(6):
        assistant.clock.time += timedelta(hours=12)
        rung.append(await assistant.ring_due())

    assert rung == [1, 0, 0, 0, 0, 0, 0]
    assert [(stuck.kind, stuck.conversation) for stuck in await inbox.stuck()] == [("timer", "web:1")]
    monkeypatch.setattr(shell, "ring", real)
    assert await inbox.again(None, assistant.clock.now()) == 1
    assert await assistant.ring_due() == 1


async def test_a_reply_that_was_given_up_is_shown_and_sent_when_it_is_tried_again(say, store, inbox, assistant):
    [said] = await say("hallo", "1")
    await store.failed(WHO, said.id, None, now=NOW, problem="Forbidden")
    channel = Recorder()

    assert await deliver(assistant, channel) == 0
    [stuck] = await inbox.stuck()
    assert (stuck.kind, stuck.problem) == ("reply", "Forbidden")
    assert await inbox.again([stuck.id], NOW) == 1
    assert await deliver(assistant, channel) == 1
    assert await inbox.stuck() == ()


async def test_a_reply_that_arrived_and_cannot_be_noted_is_not_sent_for_ever(say, assistant, monkeypatch, inbox):
    await say("hallo", "1")
    await say("hallo", "2", conversation="telegram:2")
    real = shell.replay
    monkeypatch.setattr(shell, "replay", lambda who, events: 1 / 0 if who == WHO else real(who, events))
    channel = Recorder()

    await deliver(assistant, channel)
    assistant.clock.time += timedelta(hours=1)
    await deliver(assistant, channel)

    assert [who for who, _ in channel.sent] == [WHO, "telegram:2"]
    assert [stuck.problem for stuck in await inbox.stuck()] == ["arrived:ZeroDivisionError"]


async def test_a_reply_that_cannot_be_read_holds_up_no_other(say, assistant, store, inbox):
    await say("hallo", "1")
    await say("hallo", "2", conversation="telegram:2")
    async with store.engines.writing() as connection:
        mine = (EVENTS.c.conversation == WHO) & (EVENTS.c.kind == "said")
        await connection.execute(update(EVENTS).where(mine).values(body="g1:bm9uc2Vuc2Ugbm9uc2Vuc2Ugbm9uc2Vuc2U="))
    channel = Recorder()

    await deliver(assistant, channel)

    assert [who for who, _ in channel.sent] == ["telegram:2"]
    assert [stuck.conversation for stuck in await inbox.stuck()] == [WHO]
