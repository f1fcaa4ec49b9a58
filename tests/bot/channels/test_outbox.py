"""What a channel that must be pushed can count on, with a recorder in place of the channel."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.outbox import GiveUp, TryLater, deliver, next_try
from bot.events import EVENT, Delivered, Said
from bot.messages import Incoming, Part, Reply

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Recorder:
    """Notes what is sent, and fails as often as it is told to."""

    name = "telegram"

    def __init__(self):
        self.sent = []
        self.problems = []
        self.taken_back = []

    async def send(self, conversation, said):
        if self.problems:
            raise self.problems.pop(0)
        self.sent.append((conversation, said.id))
        return (f"number-{said.id}",)

    async def take_back(self, conversation, numbers):
        self.taken_back.append((conversation, numbers))


@pytest.fixture
def channel():
    return Recorder()


@pytest.fixture
def said(assistant):
    """Return what puts a sentence in the outbox."""

    async def said(number, conversation="telegram:1"):
        reply = Reply(parts=(Part(kind="text", text=number),))
        await assistant.act(conversation, lambda _, now: (Said(at=now, id=number, reply=reply),))

    return said


async def test_what_is_said_is_sent_in_order_and_once(assistant, channel, said):
    await said("a")
    await said("b")

    assert await deliver(assistant, channel) == 2
    assert await deliver(assistant, channel) == 0
    assert channel.sent == [("telegram:1", "a"), ("telegram:1", "b")]


async def test_what_failed_holds_up_the_rest_of_its_conversation_only(assistant, channel, said):
    await said("a")
    await said("b")
    await said("c", conversation="telegram:2")
    channel.problems = [TryLater(timedelta(0))]

    await deliver(assistant, channel)
    await deliver(assistant, channel)

    assert channel.sent == [("telegram:2", "c"), ("telegram:1", "a"), ("telegram:1", "b")]


async def test_what_is_given_up_stays_visible_and_holds_nothing_up(assistant, channel, said, store):
    await said("a")
    await said("b")
    channel.problems = [GiveUp()]

    await deliver(assistant, channel)

    assert channel.sent == [("telegram:1", "b")]
    assert [one.id for _, one in await store.dead_letters("telegram")] == ["a"]


async def test_who_is_forgotten_while_something_is_sent_stays_forgotten_and_it_is_taken_back(assistant, said, store):
    class Slow(Recorder):
        async def send(self, conversation, said):
            await assistant.handle(Incoming(id="1", conversation=conversation, text="/forget"))
            return ("7", "8")

    await said("a")
    channel = Slow()

    await deliver(assistant, channel)

    assert await store.read("telegram:1") == ()
    assert channel.taken_back == [("telegram:1", ("7", "8"))]


async def test_the_numbers_that_the_channel_gave_are_kept(assistant, channel, said, store):
    await said("a")

    await deliver(assistant, channel)

    [_, delivered] = await store.read("telegram:1")
    assert (delivered.said, delivered.numbers) == ("a", ("number-a",))
    assert channel.taken_back == []


def test_what_was_delivered_before_it_had_numbers_can_still_be_read():
    kept = {"kind": "delivered", "at": NOW.isoformat(), "said": "a"}

    assert EVENT.validate_json(json.dumps(kept)) == Delivered(at=NOW, said="a", numbers=())


@pytest.mark.parametrize(
    ("problem", "waited", "wait"),
    [
        (OSError(), timedelta(0), timedelta(seconds=1)),
        (OSError(), timedelta(minutes=4), timedelta(minutes=4)),
        (OSError(), timedelta(hours=5), timedelta(hours=1)),
        (OSError(), timedelta(days=3), None),
        (TryLater(timedelta(minutes=9)), timedelta(0), timedelta(minutes=9)),
        (GiveUp(), timedelta(0), None),
    ],
)
def test_the_next_try_comes_later_each_time_until_it_is_too_late(problem, waited, wait):
    assert next_try(problem, NOW - waited, NOW) == (wait and NOW + wait)
