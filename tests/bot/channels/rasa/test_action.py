"""The action webhook. rasa-sdk's own Sanic server is asked the same and must answer the same."""

import copy
import json
import zlib

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.rasa.asking import ACTION
from bot.channels.rasa.rest import rasa_routes

TOKEN = "geheim"
DOMAIN = {
    "intents": ["inform"],
    "entities": [],
    "slots": {},
    "responses": {},
    "actions": [ACTION],
    "forms": {},
}
SLOTS = {"themes": None, "signals": None, "place": None, "city": None, "wijk": None}


def call(text="ik heb schulden", slots=SLOTS, **fields):
    """Return a call as Rasa 3.6 sends it."""
    tracker = {
        "sender_id": "anna",
        "slots": dict(slots),
        "latest_message": {"intent": {"name": "inform", "confidence": 0.9}, "entities": [], "text": text},
        "events": [{"event": "user", "text": text}],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": "action_listen",
    }
    whole = {
        "next_action": ACTION,
        "sender_id": "anna",
        "tracker": tracker,
        "version": "3.6.21",
        "domain": DOMAIN,
    }
    return copy.deepcopy(whole | fields)


def without(name, given=None):
    return {key: value for key, value in (given or call()).items() if key != name}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (call(), 200),
        (call("ik wil niet meer leven en heb schulden"), 200),
        (call("wat?"), 200),
        (call("", {**SLOTS, "themes": ["geldzorgen"], "place": "Amersfoort"}), 200),
        (call(""), 400),
        (call(next_action="action_unknown"), 404),
        (without("next_action"), 200),
        (call(next_action=""), 200),
        (call(domain=None, domain_digest="abc"), 449),
        (None, 400),
    ],
    ids=["ask", "danger", "clarify", "refer", "rejected", "unknown", "no action", "empty", "digest", "null"],
)
async def test_the_answer_is_that_of_rasa_sdks_own_server(ours, oracle, body, status):
    answer = await ours.post("/webhook", content=json.dumps(body))
    theirs = await oracle.post("/webhook", content=json.dumps(body))

    assert (answer.status_code, answer.json()) == (theirs.status_code, theirs.json())
    assert answer.status_code == status


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("body", [without("domain"), call(domain={}), call(domain=None)], ids=["absent", "{}", "null"])
async def test_without_a_domain_it_answers_as_with_one_that_says_nothing(ours, oracle, body):
    """Rasa-sdk answers 449, which Rasa 3.6 does not understand, or takes the domain of the call before."""
    empty = {"intents": [], "entities": [], "slots": {}, "responses": {}, "actions": [], "forms": {}}

    first = await oracle.post("/webhook", json=without("domain"))
    answer = await ours.post("/webhook", json=body)
    theirs = await oracle.post("/webhook", json=call(domain=empty))

    assert first.status_code == 449
    assert (answer.status_code, answer.json()) == (200, theirs.json())


@pytest.mark.filterwarnings("ignore::UserWarning")
async def test_a_deflated_call_is_read(ours, oracle):
    packed = zlib.compress(json.dumps(call()).encode())

    answers = [
        await client.post("/webhook", content=packed, headers={"Content-Encoding": "deflate"})
        for client in (ours, oracle)
    ]

    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["responses"]


async def test_the_actions_are_listed_as_by_rasa_sdk(ours, oracle):
    names = (await ours.get("/actions")).json()

    assert names == (await oracle.get("/actions")).json()
    assert {"name": ACTION} in names
    assert {"name": "validate_wegwijs_form"} in names


async def test_the_question_comes_with_buttons_and_sets_the_slots_that_the_assistant_has(ours):
    answer = (await ours.post("/webhook", json=call("ik heb schulden in 3561 AB"))).json()

    slots = {event["name"]: event["value"] for event in answer["events"]}
    last = answer["responses"][-1]
    assert slots == {"themes": ["geldzorgen"], "city": "utrecht", "wijk": "utrecht-overvecht", "signals": []}
    assert last["custom"]["wegwijs"]["ask"] == "home_or_utilities_at_risk"
    assert last["buttons"][0]["payload"] == '/inform{"home_or_utilities_at_risk":"yes"}'


@pytest.mark.parametrize(
    "place",
    [
        {"city": "amersfoort"},
        {"city": "Amersfoort"},
        {"place": "ik woon in Amersfoort"},
        {"wijk": "Schothorst"},
    ],
    ids=lambda place: next(iter(place.values())),
)
async def test_what_the_slots_tell_is_not_asked_again(ours, place):
    slots = {**SLOTS, "themes": "geldzorgen, eenzaamheid", "home_or_utilities_at_risk": False, **place}

    answer = (await ours.post("/webhook", json=call("", slots))).json()

    told = answer["responses"][-1]["custom"]["wegwijs"]
    assert (told["status"], told["themes"]) == ("refer", ["geldzorgen", "eenzaamheid"])
    assert told["referrals"][0].startswith("amersfoort-")


async def test_a_referral_offers_nothing_that_only_our_own_chat_can_do(ours):
    slots = {**SLOTS, "themes": ["geldzorgen"], "city": "amersfoort", "home_or_utilities_at_risk": "no"}

    last = (await ours.post("/webhook", json=call("", slots))).json()["responses"][-1]

    assert last["custom"]["wegwijs"]["status"] == "refer"
    assert last["buttons"] == []


@pytest.mark.parametrize(
    "slots",
    [
        {"themes": ["no-theme", 7], "city": 12, "wijk": ["x"], "age": "heel oud"},
        {"city": "amersfoort", "wijk": "utrecht-overvecht"},
        {"signals": "suicide,nothing", "themes": {"a": 1}},
    ],
    ids=["unknown words", "wijk elsewhere", "other kinds"],
)
async def test_slots_that_make_no_sense_are_passed_by(ours, slots):
    answer = await ours.post("/webhook", json=call("ik heb schulden", {**SLOTS, **slots}))

    assert answer.status_code == 200
    assert answer.json()["responses"][-1]["custom"]["wegwijs"]["themes"] == ["geldzorgen"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (without("tracker"), "missing or of the wrong kind: tracker"),
        (call(tracker={"slots": {}}), "missing or of the wrong kind: tracker.sender_id"),
        (call(tracker=[]), "missing or of the wrong kind: tracker"),
        (call(tracker={"sender_id": "x", "events": [7]}), "missing or of the wrong kind: tracker.events.0"),
        (call(tracker={"sender_id": "x", "events": [{}]}), "missing or of the wrong kind: tracker.events.0.event"),
        (call(next_action=7), "missing or of the wrong kind: next_action"),
        ([], "Invalid body request"),
        ("x", "Invalid body request"),
    ],
    ids=["no tracker", "no sender", "list", "no event", "nameless event", "number", "array", "text"],
)
async def test_a_call_that_cannot_be_run_is_refused_with_a_sentence(ours, body, what):
    answer = await ours.post("/webhook", json=body)

    assert (answer.status_code, answer.json()) == (400, {"error": what})


@pytest.mark.parametrize("content", [b"{", b"\xff", b""])
async def test_what_is_no_json_is_refused(ours, content):
    assert (await ours.post("/webhook", content=content)).status_code == 400


async def test_a_deflated_bomb_is_refused(ours):
    bomb = zlib.compress(b" " * 20_000_001)

    answer = await ours.post("/webhook", content=bomb, headers={"Content-Encoding": "deflate"})

    assert answer.status_code == 413


async def test_a_crash_echoes_nothing_of_the_conversation(ours, monkeypatch, caplog):
    def crash(*_):
        raise ZeroDivisionError("ik heb schulden")

    monkeypatch.setattr("bot.channels.rasa.action.advise", crash)
    answer = await ours.post("/webhook", json=call())

    assert (answer.status_code, answer.json()) == (500, {"error": "internal error", "action_name": ACTION})
    assert "schulden" not in caplog.text


@pytest.mark.parametrize("path", ["/webhook", f"/webhook?token={TOKEN}x"])
async def test_without_the_token_nothing_is_run(ours, path):
    del ours.headers["Authorization"]

    assert (await ours.post(path, json=call())).status_code == 401
    assert (await ours.get(path.replace("webhook", "actions"))).status_code == 401


async def test_the_token_may_stand_in_the_address(ours):
    del ours.headers["Authorization"]

    assert (await ours.post(f"/webhook?token={TOKEN}", json=call())).status_code == 200


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_configured_token_the_webhook_is_off(assistant, token):
    app = FastAPI()
    app.include_router(rasa_routes(assistant, token))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wegwijs") as client:
        assert (await client.post("/webhook", json=call())).status_code == 404
        assert (await client.get("/actions")).status_code == 404
