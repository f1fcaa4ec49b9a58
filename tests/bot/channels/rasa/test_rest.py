"""Rasa's REST channel, as a client of Rasa sees it."""

import json

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.rasa.rest import rasa_routes
from bot.conversation import Conversation
from bot.events import Claimed, HandedOver, Heard, Said
from bot.messages import Part, Reply

URL = "/webhooks/rest/webhook"


@pytest.fixture
async def client(assistant):
    app = FastAPI()
    app.include_router(rasa_routes(assistant))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://wegwijs") as client:
        yield client


@pytest.fixture
def ask(client):
    """Return what sends a message and reads the list that comes back."""

    async def ask(message, sender="anna", **fields):
        answer = await client.post(URL, json={"sender": sender, "message": message, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


async def claimed(assistant, conversation="rest:anna"):
    """A colleague takes the conversation."""
    handed = lambda _, now: (HandedOver(at=now, organisation="utrecht-dock"), Claimed(at=now, by="Sam"))  # noqa: E731
    await assistant.act(conversation, handed)


async def test_a_question_comes_with_its_answers(ask, say):
    messages = await ask("ik heb schulden")

    assert messages[0]["text"].startswith(say("intro"))
    assert all(message["recipient_id"] == "anna" for message in messages)
    assert messages[-1]["buttons"][0] == {"title": "Weet ik niet", "payload": '/inform{"place":"unknown"}'}
    assert messages[-1]["custom"] == {
        "wegwijs": {
            "status": "ask",
            "ask": "place",
            "choices": messages[-1]["buttons"],
            "say_first": [],
            "referrals": [],
            "wijk": None,
            "themes": ["geldzorgen"],
            "signals": [],
        }
    }


async def test_only_the_last_message_carries_buttons_and_custom(ask):
    *first, _ = await ask("ik heb schulden")

    assert first
    assert all(set(message) == {"recipient_id", "text"} for message in first)


async def test_a_conversation_ends_in_a_referral(ask):
    await ask("ik heb schulden")
    await ask("3561 AB")
    await ask("ik heb geen achterstand")
    messages = await ask('/inform{"children_at_home":"no"}')

    told = messages[-1]["custom"]["wegwijs"]
    assert (told["status"], told["ask"]) == ("refer", None)
    assert told["referrals"] == ["utrecht-buurtteam-sociaal"]
    assert told["wijk"] == "Overvecht"
    assert any("Buurtteam Sociaal (Overvecht)" in message["text"] for message in messages)


async def test_danger_is_said_first_and_named(ask, say):
    messages = await ask("ik wil niet meer leven")

    assert messages[0]["text"].startswith(say("danger.113"))
    assert messages[-1]["custom"]["wegwijs"]["say_first"] == ["113"]
    assert messages[-1]["custom"]["wegwijs"]["signals"] == ["suicide"]


async def test_a_blank_line_makes_two_messages(ask, assistant):
    await ask("hallo")
    text = "Dag Anna.\n\n  Ik lees mee. \n \nGroet, Sam"
    reply = Reply(parts=(Part(kind="text", text=text),), status="handoff")
    await assistant.act("rest:anna", lambda _, now: (Said(at=now, id="x", by="Sam", reply=reply),))

    messages = await ask("dank u")

    assert [message["text"] for message in messages[:3]] == ["Dag Anna.", "Ik lees mee.", "Groet, Sam"]


async def test_each_request_is_a_message_of_its_own(ask, assistant):
    await ask("hallo")
    await ask("hallo")

    assert (await assistant.conversation("rest:anna")).messages == 2


async def test_a_message_with_an_id_counts_once_and_is_answered_the_same(ask, assistant):
    first = await ask("ik heb schulden", message_id="m1")
    again = await ask("ik heb schulden", message_id="m1")

    assert first == again
    assert (await assistant.conversation("rest:anna")).messages == 1


async def test_the_same_id_of_another_sender_is_another_message(ask):
    first = await ask("ik heb schulden", sender="anna", message_id="1")
    other = await ask("ik heb schulden", sender="bob", message_id="1")

    assert {message["recipient_id"] for message in other} == {"bob"}
    assert len(first) == len(other)


async def test_while_a_colleague_holds_the_conversation_the_bot_is_silent(ask, assistant):
    await ask("ik heb schulden")
    await claimed(assistant)

    [last] = await ask("bent u daar?")

    assert set(last) == {"recipient_id", "custom"}
    assert last["custom"]["wegwijs"]["status"] == "handoff"
    assert last["custom"]["wegwijs"]["themes"] == ["geldzorgen"]


async def test_what_a_colleague_said_comes_with_the_next_message_once(ask, assistant):
    await ask("ik heb schulden")
    await claimed(assistant)
    reply = Reply(parts=(Part(kind="text", text="Dag, met Sam."),), status="handoff")
    await assistant.act("rest:anna", lambda _, now: (Said(at=now, id="x", by="Sam", reply=reply),))

    said, last = await ask("bent u daar?", message_id="m2")

    assert said == {"recipient_id": "anna", "text": "Dag, met Sam."}
    assert set(last) == {"recipient_id", "custom"}
    assert await ask("bent u daar?", message_id="m2") == [said, last]
    assert len(await ask("hallo?")) == 1


async def test_forgetting_answers_and_leaves_nothing(ask, assistant, say):
    await ask("ik heb schulden")

    [last] = await ask("/forget")

    assert last["text"] == say("forgotten")
    assert await assistant.conversation("rest:anna") == Conversation(id="rest:anna")


@pytest.mark.parametrize(
    "message",
    [
        "a\x00b",
        "\ud800 hallo \udfff",
        "",
        " ",
        "😀" * 100_000,
        "a" * 100_000,
        "/nonsense{",
        '/inform{"age":7}',
    ],
    ids=["nul", "surrogates", "empty", "blank", "emoji", "long", "payload", "number"],
)
async def test_whatever_is_typed_gets_a_friendly_answer(client, message):
    body = json.dumps({"sender": "anna", "message": message})

    answer = await client.post(URL, content=body)

    assert answer.status_code == 200
    assert answer.json()[-1]["text"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"{", "the body is no JSON"),
        (b"", "the body is no JSON"),
        (b"[" * 100_000, "the body is no JSON"),
        (b'{"sender": "anna", "message": "\xff"}', "the body is not UTF-8"),
        (b'["anna"]', 'the body must be an object such as {"sender": "anna", "message": "ik heb schulden"}'),
        (b"null", 'the body must be an object such as {"sender": "anna", "message": "ik heb schulden"}'),
        (b'{"sender": "anna"}', '"message" is missing'),
        (b"{}", '"sender" is missing; "message" is missing'),
        (b'{"sender": "anna", "message": 7}', '"message" must be text'),
        (b'{"sender": "anna", "message": null}', '"message" must be text'),
        (b'{"sender": 7, "message": "x"}', '"sender" must be text of 1 to 255 characters on one line'),
        (b'{"sender": "", "message": "x"}', '"sender" must be text of 1 to 255 characters on one line'),
        (
            b'{"sender": "a\\u0000", "message": "x"}',
            '"sender" must be text of 1 to 255 characters on one line',
        ),
        (
            b'{"sender": "\\ud800", "message": "x"}',
            '"sender" must be text of 1 to 255 characters on one line',
        ),
        (b'{"sender": "a", "message": "x", "metadata": []}', '"metadata" must be an object'),
        (
            b'{"sender": "a", "message": "x", "message_id": 5}',
            '"message_id" must be text of 1 to 255 characters on one line',
        ),
    ],
    ids=range(16),
)
async def test_a_bad_request_says_what_is_wrong(client, body, what):
    answer = await client.post(URL, content=body)

    assert (answer.status_code, answer.json()) == (400, {"error": what})


async def test_a_body_of_megabytes_is_refused(client):
    answer = await client.post(URL, content=b" " * 4_000_001)

    assert answer.status_code == 413


async def test_without_a_database_the_resident_gets_the_numbers_and_nothing_is_stored(
    client, ask, store, assistant, say
):
    store.is_away = True
    answer = await client.post(URL, json={"sender": "anna", "message": "ik heb schulden"})
    store.is_away = False

    assert answer.status_code == 503
    assert answer.json() == [{"recipient_id": "anna", "text": say("away")}]
    assert (await assistant.conversation("rest:anna")).messages == 0


async def test_an_error_of_ours_is_a_sentence_and_the_log_holds_no_text(client, assistant, say, monkeypatch, caplog):
    async def handle(incoming):
        raise ZeroDivisionError(incoming.text)

    monkeypatch.setattr(assistant, "taken", handle)
    answer = await client.post(URL, json={"sender": "anna", "message": "ik heb schulden"})

    assert (answer.status_code, answer.json()) == (500, [{"recipient_id": "anna", "text": say("trouble")}])
    assert "ZeroDivisionError" in caplog.text
    assert "schulden" not in caplog.text


async def test_the_channel_tells_that_it_is_there(client):
    assert (await client.get("/webhooks/rest/")).json() == {"status": "ok"}


async def test_openapi_names_every_answer(client):
    described = (await client.get("/openapi.json")).json()["paths"][URL]["post"]

    assert set(described["responses"]) >= {"200", "400", "413", "500", "503"}
    assert described["requestBody"]["content"]["application/json"]["schema"]["required"] == [
        "sender",
        "message",
    ]


async def test_other_fields_of_rasa_are_passed_by(ask, assistant):
    await ask("hallo", input_channel="rest", metadata={"taal": "nl"})

    [heard] = [event for event in await assistant.store.read("rest:anna") if isinstance(event, Heard)]
    assert heard.text == "hallo"


@pytest.mark.parametrize("asked", ["true", "True"])
async def test_a_stream_is_the_same_messages_a_line_each(client, ask, asked):
    whole = await ask("ik heb schulden", sender="anna", message_id="1")

    body = {"sender": "anna", "message": "ik heb schulden", "message_id": "1"}
    async with client.stream("POST", f"{URL}?stream={asked}", json=body) as answer:
        lines = [line async for line in answer.aiter_lines()]

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [json.loads(line) for line in lines] == whole


@pytest.mark.parametrize("asked", ["false", "", "1", "x"])
async def test_any_other_value_of_stream_is_no_stream(client, asked):
    answer = await client.post(f"{URL}?stream={asked}", json={"sender": "anna", "message": "hallo"})

    assert answer.headers["content-type"] == "application/json"
    assert answer.json()


async def test_a_stream_that_cannot_be_given_says_so_too(client, store, say):
    store.is_away = True
    answer = await client.post(f"{URL}?stream=true", json={"sender": "anna", "message": "hallo"})

    assert answer.status_code == 503
    assert json.loads(answer.text) == {"recipient_id": "anna", "text": say("away")}


async def test_a_bad_request_for_a_stream_says_what_is_wrong(client):
    answer = await client.post(f"{URL}?stream=true", content=b"{}")

    assert (answer.status_code, answer.json()) == (400, {"error": '"sender" is missing; "message" is missing'})
