"""Read, think, write: once for each message, whoever comes in between."""

import asyncio

import pytest

from bot.events import Heard, Said
from bot.handover import NotAllowed, Staff, claim, close
from bot.messages import Incoming, payload
from bot.ports import StoreAway


def incoming(text, number="1"):
    return Incoming(id=number, conversation="web:1", text=text)


async def test_the_same_message_twice_is_kept_once_and_answered_alike(real_assistant):
    first = await real_assistant.handle(incoming("hallo"))
    second = await real_assistant.handle(incoming("hallo"))

    events = await real_assistant.store.read("web:1")
    assert first == second
    assert sum(isinstance(event, Heard) for event in events) == 1


async def test_twenty_messages_at_once_are_all_kept_in_one_row(real_assistant):
    await asyncio.gather(*(real_assistant.handle(incoming("hallo", str(number))) for number in range(15)))

    events = await real_assistant.store.read("web:1")
    heard = {event.id for event in events if isinstance(event, Heard)}
    answered = {event.answers for event in events if isinstance(event, Said)}
    assert heard == answered == {str(number) for number in range(15)}


async def test_what_is_kept_holds_no_number_of_the_resident(real_assistant):
    await real_assistant.handle(incoming("mijn bsn is 111222333 en ik heb schulden"))

    kept = "".join(event.model_dump_json() for event in await real_assistant.store.read("web:1"))
    assert "111222333" not in kept


async def test_forgetting_leaves_nothing_and_says_so(real_assistant):
    await real_assistant.handle(incoming("ik heb schulden"))
    (said,) = await real_assistant.handle(incoming(payload("forget"), "2"))

    assert "gewist" in said.reply.plain
    assert await real_assistant.store.read("web:1") == ()


async def test_a_message_is_not_acknowledged_when_the_database_is_away(real_assistant, monkeypatch):
    async def away(*_args, **_more):
        raise StoreAway

    monkeypatch.setattr(real_assistant.store, "append", away)

    with pytest.raises(StoreAway):
        await real_assistant.handle(incoming("hallo"))


async def test_what_is_said_after_a_case_was_closed_does_not_change_its_row(real_assistant):
    sanne = Staff(name="Sanne", team="utrecht-werk-en-inkomen")
    for number, text in enumerate([payload("theme", theme="werk"), "utrecht", payload("contact"), payload("affirm")]):
        await real_assistant.handle(incoming(text, str(number)))
    await real_assistant.act("web:1", lambda known, now: claim(known, sanne, now))
    await real_assistant.act("web:1", lambda known, now: close(known, sanne, "helped", "", now))
    row = await real_assistant.store.case("web:1")

    await real_assistant.handle(incoming("mijn man slaat me en ik ben bang", "later"))

    assert await real_assistant.store.case("web:1") == row


async def test_two_colleagues_who_claim_at_once_give_one_owner(real_assistant):
    for number, text in enumerate([payload("theme", theme="werk"), "utrecht", payload("contact"), payload("affirm")]):
        await real_assistant.handle(incoming(text, str(number)))

    async def claim_by(name):
        who = Staff(name=name, team="utrecht-werk-en-inkomen")
        return await real_assistant.act("web:1", lambda known, now: claim(known, who, now))

    results = await asyncio.gather(*map(claim_by, ["Sanne", "Ali", "Bo"]), return_exceptions=True)

    assert sum(isinstance(result, NotAllowed) for result in results) == 2
    assert (await real_assistant.conversation("web:1")).state == "staff"
