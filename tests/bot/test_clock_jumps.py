"""A clock that is put an hour forward or back: nothing happens twice, and nothing stands still longer than the jump."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.assistant import Assistant
from bot.channels.outbox import deliver
from bot.events import Claimed, Consented, HandedOver, Heard, Rang, Said
from bot.handover import Staff
from bot.messages import Part, Reply
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.staff.undo import Undoing
from bot.stores.kept import kept_over
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from intents.model import Understanding
from referral.load import load_guide

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHO = "telegram:1"
SANNE = Staff(name="Sanne", team="utrecht-dock")


class SetClock:
    time = NOW

    def now(self):
        return self.time

    def jump(self, by):
        self.time += by


class Channel:
    """A channel that is pushed, and fails as often as it is told to."""

    name = "telegram"

    def __init__(self):
        self.sent = []
        self.fails = 0

    async def send(self, conversation, said):
        if self.fails:
            self.fails -= 1
            raise OSError
        self.sent.append(said.id)
        return ("1",)


@pytest.fixture(scope="module")
def minds():
    return Minds(lambda *_: Understanding(language="nl"), load_guide(), load_phrases())


@pytest.fixture
async def assistant(tmp_path, minds):
    await asyncio.to_thread(migrate, f"sqlite:///{tmp_path}/w.db")
    store = SqlStore(f"sqlite:///{tmp_path}/w.db")
    yield Assistant(store, minds, SetClock())
    await store.close()


@pytest.fixture
def happen(assistant):
    async def happen(*events):
        await assistant.act(WHO, lambda *_: events)

    return happen


@pytest.fixture
async def held(happen):
    """A conversation that Sanne holds."""
    heard = Heard(at=NOW, id="1", text="hallo", understanding=Understanding(language="nl"))
    handed = HandedOver(at=NOW, organisation="utrecht-dock", promised=NOW + HOUR, late_at=NOW + HOUR)
    await happen(heard, Consented(at=NOW, organisation="utrecht-dock"), handed, Claimed(at=NOW, by="Sanne"))


def said(number="a"):
    return Said(at=NOW, id=number, reply=Reply(parts=(Part(kind="text", text="hallo"),)))


async def kept(assistant, kind):
    return [event for event in await assistant.store.read(WHO) if isinstance(event, kind)]


async def test_a_timer_goes_off_once(assistant, happen):
    heard = Heard(at=NOW, id="1", text="hallo", understanding=Understanding(language="nl"))
    handed = HandedOver(at=NOW, organisation="utrecht-dock", promised=NOW + HOUR / 2, late_at=NOW + HOUR / 2)
    await happen(heard, Consented(at=NOW, organisation="utrecht-dock"), handed)

    for jump in (HOUR, -HOUR, HOUR, timedelta(0)):
        assistant.clock.jump(jump)
        await assistant.ring_due()

    assert [event.timer for event in await kept(assistant, Rang)] == ["late"]
    assert len(await kept(assistant, Said)) == 1


async def test_a_reply_is_sent_once_and_waits_for_no_hour_that_was_put_back(assistant, happen):
    channel = Channel()
    channel.fails = 1
    await happen(said())

    await deliver(assistant, channel)
    assistant.clock.jump(-HOUR)
    await deliver(assistant, channel)
    assistant.clock.jump(2 * HOUR)
    await deliver(assistant, channel)

    assert channel.sent == ["a"]


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
async def test_what_staff_did_is_carried_out_once_and_soon(assistant, held, jump):
    undo = Undoing(assistant, kept_over(assistant.store.engines).pendings)
    await undo.do("answer", WHO, SANNE, {"text": "dag", "number": "a" * 32})

    assistant.clock.jump(jump)
    done = await undo.run_due()
    assistant.clock.jump(-jump + timedelta(minutes=5))

    assert (done, await undo.run_due()) == (1, 0)
    assert len(await kept(assistant, Said)) == 1


async def test_what_a_process_had_begun_before_the_clock_was_put_back_is_finished(assistant, held):
    pendings = kept_over(assistant.store.engines).pendings
    undo = Undoing(assistant, pendings)
    await undo.do("answer", WHO, SANNE, {"text": "dag", "number": "a" * 32})
    assistant.clock.jump(timedelta(seconds=11))
    await pendings.start(assistant.clock.now())  # and then the process dies

    assistant.clock.jump(-HOUR)

    assert await undo.run_due() == 1
    assert len(await kept(assistant, Said)) == 1


async def test_who_signed_in_stays_so_when_the_clock_is_put_back_and_must_sign_in_anew_at_most_when_it_is_put_forward(
    assistant,
):
    accounts = kept_over(assistant.store.engines).accounts
    await accounts.add_staff("Sanne", "utrecht-dock", "hash", NOW)
    token, _ = await accounts.open_session("Sanne", NOW)

    assert await accounts.session(token, NOW - HOUR) is not None
    assert await accounts.session(token, NOW + HOUR) is None
    anew, _ = await accounts.open_session("Sanne", NOW + HOUR)
    assert await accounts.session(anew, NOW) is not None
