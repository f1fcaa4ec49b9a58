"""What we said goes from the chat when the resident asks for it, or has everything erased."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.telegram.removing import removable
from bot.conversation import Conversation, replay
from bot.events import Claimed, Delivered, Said
from bot.messages import Incoming, Part, Reply, payload
from bot.turn import take_turn

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
REMOVE = "Haal uw berichten hier weg"


async def unsafe(api):
    """Tell of violence at home, after something else, and wait for the answers."""
    await api.types("hallo")
    await api.hears(1)
    await api.types("mijn man slaat me")
    return await api.hears(2)


def turn(minds, text, conversation="telegram:1", events=()):
    then = replay(conversation, events) if events else Conversation(id=conversation)
    return take_turn(then, Incoming(id=text, conversation=conversation, text=text), minds, NOW)


def buttons(found):
    [said] = [event for event in found.events if isinstance(event, Said)]
    return [choice.payload for choice in said.reply.choices]


# ---------------------------------------------------------------- the offer


def test_who_tells_of_violence_at_home_on_telegram_is_offered_it(minds):
    assert "/remove" in buttons(turn(minds, "mijn man slaat me"))


def test_who_says_that_it_is_not_safe_to_talk_is_offered_it_again(minds):
    before = turn(minds, "mijn man slaat me").events

    assert "/remove" in buttons(turn(minds, payload("safe", here="no"), events=before))


@pytest.mark.parametrize(
    ("text", "conversation"),
    [
        ("ik heb schulden", "telegram:1"),
        ("ik wil niet meer leven", "telegram:1"),
        ("mijn man slaat me", "web:1"),
        ("mijn man slaat me", "terminal:1"),
    ],
)
def test_nobody_else_is(minds, text, conversation):
    assert "/remove" not in buttons(turn(minds, text, conversation))


def test_a_channel_that_cannot_take_messages_away_does_not_say_that_it_did(minds, say):
    [said] = [event for event in turn(minds, "/remove", "web:1").events if isinstance(event, Said)]

    assert say("danger.removed") not in said.reply.plain


# ---------------------------------------------------------------- the button


async def test_our_messages_go_and_what_is_left_says_so(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await unsafe(api)
        offered = api.buttons()
        await api.taps(REMOVE)
        await api.until(lambda: api.said() == [say("danger.removed")])

    assert REMOVE in offered
    assert [method for method, _ in api.calls].count("deleteMessages") == 1


async def test_our_messages_in_other_chats_stay(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await api.types("hallo", chat=43)
        await api.hears(1, chat=43)
        await unsafe(api)
        await api.taps(REMOVE)
        await api.until(lambda: api.said() == [say("danger.removed")])

    assert len(api.said(43)) == 1


async def test_the_conversation_goes_on_and_what_is_said_then_can_be_taken_away_too(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await unsafe(api)
        await api.taps(REMOVE)
        await api.until(lambda: api.said() == [say("danger.removed")])
        await api.types("hallo")
        await api.hears(2)
        await api.types("/remove")
        await api.until(lambda: api.said() == [say("danger.removed")] and len(api.taken_away()) == 4)


async def test_it_works_also_after_a_restart(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await unsafe(api)
    async with wegwijs(assistant):
        await api.taps(REMOVE)
        await api.until(lambda: api.said() == [say("danger.removed")])


async def test_it_works_also_while_a_colleague_holds_the_conversation(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await unsafe(api)
        await assistant.act("telegram:42", lambda _, now: (Claimed(at=now, by="Sam"),))
        await api.taps(REMOVE)
        await api.until(lambda: api.said() == [say("danger.removed")])


@pytest.mark.parametrize(("code", "more"), [(502, {}), (429, {"retry_after": 0})])
async def test_when_telegram_is_away_it_is_tried_again_and_nothing_is_claimed_before(
    api, wegwijs, assistant, say, code, more
):
    async with wegwijs(assistant):
        await unsafe(api)
        api.refuse("deleteMessages", code, times=2, **more)
        await api.taps(REMOVE)
        await api.until(lambda: api.said() == [say("danger.removed")], seconds=20)

    assert [method for method, _ in api.calls].count("deleteMessages") == 3


async def test_a_message_that_telegram_will_not_delete_does_not_keep_the_others(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        said = await unsafe(api)
        api.messages[0]["date"] -= 49 * 60 * 60
        await api.taps(REMOVE)
        await api.until(lambda: api.said() == [said[0], say("danger.removed")])


async def test_a_message_that_is_gone_already_does_not_keep_the_others(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await unsafe(api)
        del api.messages[0]
        await api.taps(REMOVE)
        await api.until(lambda: api.said() == [say("danger.removed")])


async def test_more_messages_than_telegram_deletes_at_once_all_go(api, wegwijs, assistant, say):
    lines = "\n".join("a" * 2050 for _ in range(230))  # one a message
    reply = Reply(parts=(Part(kind="text", text=lines),))
    async with wegwijs(assistant):
        await unsafe(api)
        await assistant.act("telegram:42", lambda _, now: (Said(at=now, id="long", reply=reply),))
        await api.until(lambda: len(api.said()) == 232, seconds=60)
        await api.taps(REMOVE)
        await api.until(lambda: api.said() == [say("danger.removed")], seconds=20)


def test_what_telegram_would_not_delete_any_more_is_not_asked_for():
    ages = {"1": 1, "2": 47, "3": 49}
    events = [Delivered(at=NOW - timedelta(hours=age), said="a", numbers=(number,)) for number, age in ages.items()]

    assert removable(events, NOW) == (1, 2)


# ---------------------------------------------------------------- /wis


async def test_with_wis_nothing_of_us_stays_but_that_it_is_erased(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await unsafe(api)
        await api.types("/wis")
        await api.until(lambda: api.said() == [say("forgotten")])

    assert await assistant.store.read("telegram:42") == ()


async def test_with_the_buttons_of_stop_too(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await unsafe(api)
        await api.types("/stop")
        await api.hears(3)
        await api.taps("Ja, wis alles")
        await api.until(lambda: api.said() == [say("forgotten")])


async def test_what_was_being_sent_at_that_moment_goes_as_well(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)
        api.delays["sendMessage"] = 0.4
        await api.types("mijn man slaat me")
        await api.until(lambda: len([1 for update in api.queue]) == 0)
        await api.types("/wis")
        await api.until(lambda: say("forgotten") in api.said())
        await api.until(lambda: api.said() == [say("forgotten")])


async def test_a_reply_of_which_one_piece_arrived_goes_as_well(api, wegwijs, assistant, say):
    reply = Reply(parts=(Part(kind="text", text="\n".join(("a" * 4000, "b" * 4000))),))
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)
        api.refuse("sendMessage", 502, when=lambda given: given["text"].startswith("b"), times=99)
        await assistant.act("telegram:42", lambda _, now: (Said(at=now, id="long", reply=reply),))
        await api.hears(2)
        await api.types("/wis")
        await api.until(lambda: api.said() == [say("forgotten")])


async def test_that_we_could_not_answer_is_no_longer_there_either(api, wegwijs, assistant, store, say):
    store.is_away = True
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)
        store.is_away = False
        await api.hears(2)
        await api.types("/wis")
        await api.until(lambda: api.said() == [say("forgotten")])


async def test_erasing_twice_leaves_one_sentence(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await api.types("/wis")
        await api.hears(1)
        await api.types("/wis")
        await api.until(lambda: len(api.taken_away()) == 1 and api.said() == [say("forgotten")])


@pytest.mark.parametrize("code", [400, 403, 502])
async def test_what_telegram_will_not_delete_is_still_erased_here(api, wegwijs, assistant, say, caplog, code):
    async with wegwijs(assistant):
        await unsafe(api)
        api.refuse("deleteMessages", code, times=9)
        api.refuse("deleteMessage", code, times=9)
        await api.types("/wis")
        await api.until(lambda: say("forgotten") in api.said())

    assert await assistant.store.read("telegram:42") == ()
