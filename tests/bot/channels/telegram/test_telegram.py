"""Telegram from end to end: residents type and tap at a Bot API server, and a real assistant answers."""

import asyncio

import pytest

from bot.events import Delivered, Heard, Said
from bot.messages import Choice, Part, Reply


async def kept(assistant, kind, chat=42):
    return [event for event in await assistant.store.read(f"telegram:{chat}") if isinstance(event, kind)]


async def test_a_conversation_ends_in_a_referral(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.types("/start")
        await api.hears(1)
        await api.types("ik heb schulden")
        await api.hears(2)
        await api.types("3561 AB")
        await api.hears(3)
        await api.types("ik heb geen achterstand")
        await api.hears(4)
        await api.taps("Nee")
        said = await api.hears(5)

    assert "Ik ben een computer, geen mens" in said[0]
    assert "Waar woont u?" in said[1]
    assert "Buurtteam Sociaal (Overvecht)" in said[4]
    assert "https://www.buurtteamsutrecht.nl" in said[4]


async def test_with_the_real_reader_free_text_ends_in_a_referral_at_once(api, wegwijs, real_assistant):
    async with wegwijs(real_assistant):
        await api.types("ik kan mijn rekeningen niet meer betalen, ik woon in amersfoort")
        [said] = await api.hears(1)

    assert "Stadsring" in said
    assert "https://stadsring.nl" in said


async def test_the_same_question_as_in_the_other_channels_ends_at_the_same_team(api, wegwijs, real_assistant):
    async with wegwijs(real_assistant):
        for number, text in enumerate(
            ["mijn man en ik maken de hele tijd ruzie en nu wil hij scheiden", "lombok", "ja 2 kindjes"], 1
        ):
            await api.types(text)
            said = await api.hears(number)

    assert "Buurtteam Jeugd & Gezin (West)" in said[-1]


async def test_a_reply_that_arrived_is_noted(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)
        await until(lambda: kept(assistant, Delivered))

    assert [event.said for event in await kept(assistant, Delivered)] == [
        event.id for event in await kept(assistant, Said)
    ]


async def test_the_choices_are_buttons_and_go_when_one_is_tapped(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await api.hears(1)
        before = api.buttons()
        await api.taps("Weet ik niet")
        await api.until(lambda: api.taken and api.messages[0].get("reply_markup") is None)

    assert before[:2] == ["Weet ik niet", "Waarom vraagt u dit?"]


async def test_a_button_with_a_long_payload_is_understood_by_its_key(api, wegwijs, assistant, minds):
    long = '/inform{"city":"utrecht","wijk":"overvecht","home_or_utilities_at_risk":"no"}'
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await api.hears(1)
        reply = Reply(parts=(Part(kind="question", text="Klopt dit?"),), choices=(Choice(title="Klopt", payload=long),))
        await assistant.act("telegram:42", lambda _, now: (Said(at=now, id="x", reply=reply),))
        await api.hears(2)
        await api.taps("Klopt")
        await api.hears(3)

    assert [event.text for event in await kept(assistant, Heard)] == ["ik heb schulden", long]


async def test_an_update_that_comes_again_counts_once(api, wegwijs, assistant):
    async with wegwijs(assistant):
        update = await api.types("ik heb schulden")
        await api.hears(1)

    await api.comes_again(update)
    async with wegwijs(assistant):
        await api.types("3561 AB")
        said = await api.hears(2)

    assert len(said) == 2
    assert len(await kept(assistant, Heard)) == 2


async def test_a_tap_that_comes_again_counts_once(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await api.hears(1)
        tap = await api.taps("Weet ik niet")
        await api.hears(2)

    await api.comes_again(tap)
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(3)

    assert len(await kept(assistant, Heard)) == 3


async def test_what_was_stored_but_not_sent_arrives_after_a_restart(api, wegwijs, assistant):
    api.refuse("sendMessage", 502, "Bad Gateway", times=99)
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await api.until(lambda: not api.queue)
    api.refusals.clear()

    async with wegwijs(assistant):
        [said] = await api.hears(1)

    assert "Waar woont u?" in said


async def test_after_too_many_requests_the_reply_arrives_once_and_not_before_telegram_wants_it(api, wegwijs, assistant):
    api.refuse("sendMessage", 429, "Too Many Requests: retry after 2", retry_after=2)
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await api.until(lambda: any(method == "sendMessage" for method, _ in api.calls))
        before = asyncio.get_running_loop().time()
        await api.hears(1)
        await until(lambda: kept(assistant, Delivered))

    assert asyncio.get_running_loop().time() - before > 1.5
    assert len(api.said()) == 1
    assert [method for method, _ in api.calls].count("sendMessage") == 2


async def test_a_resident_who_blocked_the_bot_gets_no_second_try(api, wegwijs, assistant, store):
    api.blocked.add(42)
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await until(lambda: store.dead_letters("telegram"))
        await api.types("hallo", chat=43)
        await api.hears(1, chat=43)

    assert [conversation for conversation, _ in await store.dead_letters("telegram")] == ["telegram:42"]
    assert (await store.outbox_depth()).waiting == 0


@pytest.mark.parametrize(("code", "why"), [(409, "Conflict"), (502, "Bad Gateway"), (429, "Too Many Requests")])
async def test_polling_goes_on_after_a_refusal(api, wegwijs, assistant, code, why):
    api.refuse("getUpdates", code, why, times=3, **({"retry_after": 0} if code == 429 else {}))
    async with wegwijs(assistant):
        await api.types("hallo")
        [said] = await api.hears(1)

    assert "Goedendag" in said


async def test_a_start_without_network_is_tried_again(api, wegwijs, assistant):
    await api.stop()
    async with wegwijs(assistant):
        await asyncio.sleep(0.2)
        await api.start()
        await api.types("hallo")
        await api.hears(1)


async def test_nothing_is_lost_when_the_network_falls_away(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)
        await api.stop()
        await api.types("ik heb schulden")
        await asyncio.sleep(0.2)
        await api.start()
        said = await api.hears(2)

    assert "Waar woont u?" in said[1]


async def test_a_webhook_of_before_does_not_stop_the_polling(api, wegwijs, assistant):
    api.webhook = "https://elsewhere.example"
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)


async def test_while_the_store_is_away_nothing_is_confirmed_and_the_resident_is_told_once(
    api, wegwijs, assistant, store, say
):
    store.is_away = True
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await api.hears(1)
        await asyncio.sleep(0.5)
        waiting = list(api.queue)
        store.is_away = False
        said = await api.hears(2)

    assert len(waiting) == 1
    assert said[0] == say("away_later")
    assert "Waar woont u?" in said[1]
    assert len(said) == 2


async def test_an_error_of_ours_is_a_sentence_and_the_next_message_is_answered(
    api, wegwijs, assistant, say, monkeypatch
):
    real = assistant.handle

    async def handle(incoming, farewell):
        if incoming.text == "breek":
            raise ZeroDivisionError
        return await real(incoming, farewell)

    monkeypatch.setattr(assistant, "handle", handle)
    async with wegwijs(assistant):
        await api.types("breek")
        await api.types("hallo")
        said = await api.hears(2)

    assert said[0] == say("trouble")
    assert "Goedendag" in said[1]


async def test_a_group_is_left_alone(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.types("ik heb schulden", chat=-7, kind="group")
        await api.until(lambda: not api.queue)
        await api.types("hallo")
        await api.hears(1)

    assert api.said(-7) == []
    assert await kept(assistant, Heard, chat=-7) == []


@pytest.mark.parametrize("text", ["@Wegwijs_bot ik heb schulden", "/start@wegwijs_bot"])
async def test_who_addresses_the_bot_in_a_group_is_asked_to_write_in_private(api, wegwijs, assistant, text):
    async with wegwijs(assistant):
        await api.types(text, chat=-7, kind="group")
        [said] = await api.hears(1, chat=-7)

    assert "https://t.me/wegwijs_bot" in said
    assert await kept(assistant, Heard, chat=-7) == []


@pytest.mark.parametrize(
    "content",
    [
        {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]},
        {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 1}},
        {"sticker": None},
    ],
    ids=lambda content: next(iter(content)),
)
async def test_what_is_no_text_gets_a_friendly_answer(api, wegwijs, assistant, say, content):
    sticker = {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1, "is_animated": False}
    sticker |= {"is_video": False, "type": "regular"}
    async with wegwijs(assistant):
        await api.sends(**{kind: value or sticker for kind, value in content.items()})
        [said] = await api.hears(1)

    assert say("empty") in said


async def test_danger_that_stands_in_an_edited_message_only_is_seen(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await api.hears(1)
        await api.edits("ik heb schulden en wil niet meer leven", message=5)
        said = await api.hears(2)

    assert "113" in said[1]


async def test_a_long_reply_is_split_at_line_ends_with_the_buttons_below(api, wegwijs, assistant):
    lines = [f"regel {number} " + "a" * 90 for number in range(100)]
    reply = Reply(parts=(Part(kind="text", text="\n".join(lines)),), choices=(Choice(title="Ja", payload="/affirm"),))
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)
        await assistant.act("telegram:42", lambda _, now: (Said(at=now, id="long", reply=reply),))
        said = await api.hears(4)

    assert "\n".join(said[1:]) == "\n".join(lines)
    assert ["reply_markup" in message for message in api.messages[1:]] == [False, False, True]


async def test_formatting_signs_stay_as_they_are(api, wegwijs, assistant):
    reply = Reply(parts=(Part(kind="text", text="<b>50%_korting*</b> [hier](https://x.example) & `meer`"),))
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)
        await assistant.act("telegram:42", lambda _, now: (Said(at=now, id="y", reply=reply),))
        said = await api.hears(2)

    assert said[1] == reply.plain
    assert not any("parse_mode" in given for _, given in api.calls)


async def test_stop_asks_whether_to_erase_and_wis_erases(api, wegwijs, assistant, say):
    async with wegwijs(assistant):
        await api.types("/stop")
        [asked] = await api.hears(1)
        await api.types("/wis")
        await api.until(lambda: api.said() == [say("forgotten")])

    assert say("stop") in asked
    assert await assistant.store.read("telegram:42") == ()


async def test_what_a_colleague_says_arrives_at_once(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)
        reply = Reply(parts=(Part(kind="text", text="Dag, met Sam."),), status="handoff")
        await assistant.act("telegram:42", lambda _, now: (Said(at=now, id="z", by="Sam", reply=reply),))
        said = await api.hears(2)

    assert said[1] == "Dag, met Sam."


async def test_no_typing_is_shown(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.types("ik heb schulden")
        await api.hears(1)

    assert "sendChatAction" not in [method for method, _ in api.calls]


async def test_the_token_is_in_no_log(api, wegwijs, assistant, token, caplog):
    caplog.set_level("INFO")

    async def noted():
        return "again later" in caplog.text

    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)
        await api.stop()
        await until(noted)
        await api.start()

    assert token not in caplog.text


async def test_stopping_in_the_middle_of_a_long_poll_takes_a_moment(api, wegwijs, assistant):
    async with wegwijs(assistant):
        await api.until(lambda: any(method == "deleteWebhook" for method, _ in api.calls))
        await asyncio.sleep(0.1)
        before = asyncio.get_running_loop().time()

    assert asyncio.get_running_loop().time() - before < 10  # seconds; the poll itself would take 25


async def until(found):
    """Wait until an asynchronous question has an answer."""
    async with asyncio.timeout(20):
        while not await found():  # noqa: ASYNC110 -- the store is asked, it has no event for this
            await asyncio.sleep(0.02)
