"""An update that cannot be handled must not stop the others, whether Telegram is polled or comes to us."""

import pytest

from bot.channels.telegram.updates import passed_by
from bot.events import Heard
from bot.inbox import Aside
from bot.ports import StoreAway


class Noting:
    """An inbox that writes down what is passed by."""

    def __init__(self):
        self.stuck = []

    async def fail(self, stuck):
        self.stuck.append(stuck)


@pytest.fixture
def noted(assistant):
    assistant.aside = Aside(Noting())
    return assistant.aside.inbox.stuck


async def bare(api, **content):
    """Send an update that the library cannot read."""
    message = {"message_id": "?", "chat": {"id": 42, "type": "private"}, "date": "?", **content}
    return await api._push("message", message)


async def test_what_the_library_cannot_read_is_answered_by_its_text_and_the_next_too(api, wegwijs, assistant, noted):
    async with wegwijs(assistant):
        await bare(api, text="ik heb schulden")
        await api.types("hallo", chat=43)
        await api.hears(1, chat=43)
        [said] = await api.hears(1)

    assert "Waar woont u?" in said
    assert api.queue == []
    assert noted == []


async def test_what_nobody_can_make_out_is_passed_by_and_shown(api, wegwijs, assistant, noted):
    async with wegwijs(assistant):
        update = await bare(api, text={"not": "text"})
        await api.types("hallo", chat=43)
        await api.hears(1, chat=43)
        await api.until(lambda: not api.queue)

    assert [(stuck.kind, stuck.what) for stuck in noted] == [("update", str(update["update_id"]))]


async def test_what_fails_again_and_again_while_the_database_works_is_passed_by(
    api, wegwijs, assistant, noted, monkeypatch, say
):
    real = assistant.store.read

    async def read(conversation):
        if conversation == "telegram:42":  # such as a conversation that was sealed with a key that is gone
            raise StoreAway
        return await real(conversation)

    monkeypatch.setattr(assistant.store, "read", read)
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await api.types("hallo", chat=43)
        await api.hears(1, chat=43)
        said = await api.hears(2)

    assert said == [say("away_later"), say("trouble")]
    assert [stuck.conversation for stuck in noted] == ["telegram:42"]


async def test_by_webhook_it_does_not_come_for_ever_either(api, door, assistant, noted, secret):
    async with door(assistant):
        await api.until(lambda: api.webhook)
        await bare(api, text="ik heb schulden")
        await api.types("hallo", chat=43)
        await api.hears(1, chat=43)
        await api.hears(1)

    assert len([event for event in await assistant.store.read("telegram:42") if isinstance(event, Heard)]) == 1


def test_an_update_that_was_passed_by_is_shown_once(assistant):
    now = assistant.clock.now()

    assert passed_by(7, None, ValueError(), now).id == passed_by(7, None, KeyError(), now).id
