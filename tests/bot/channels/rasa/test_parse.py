"""Rasa's /model/parse, as the HTTP interpreter of Rasa 3.6 calls it."""

import json

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.rasa.rest import rasa_routes

TOKEN = "geheim"


@pytest.fixture
async def client(assistant):
    app = FastAPI()
    app.include_router(rasa_routes(assistant, TOKEN))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wegwijs") as client:
        yield client


@pytest.fixture
def parse(client):
    """Return a way to ask as Rasa 3.6 does: the token stands in the body."""

    async def parse(text):
        answer = await client.post("/model/parse", json={"token": TOKEN, "text": text, "message_id": "anna"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return parse


def told(parsed):
    return {entity["entity"]: entity["value"] for entity in parsed["entities"]}


async def test_a_message_is_told_as_rasas_own_nlu_tells_it(parse):
    parsed = await parse("schulden in Overvecht")

    place = {"start": 12, "end": 21, "confidence_entity": 1.0, "extractor": "Wegwijs"}
    assert parsed == {
        "text": "schulden in Overvecht",
        "intent": {"name": "geldzorgen", "confidence": 0.9},
        "entities": [
            {"entity": "city", "value": "utrecht", **place},
            {"entity": "wijk", "value": "utrecht-overvecht", **place},
        ],
        "text_tokens": [[0, 8], [9, 11], [12, 21]],
        "intent_ranking": [{"name": "geldzorgen", "confidence": 0.9}],
    }


async def test_facts_and_danger_are_entities(parse):
    parsed = await parse("schulden, geen achterstand, ik wil niet meer leven")

    assert told(parsed) == {"home_or_utilities_at_risk": "no", "signal": "suicide"}
    assert {(entity["start"], entity["end"]) for entity in parsed["entities"]} == {(0, 50)}


async def test_an_act_comes_before_the_themes(parse):
    parsed = await parse("hallo")

    assert parsed["intent"] == {"name": "greet", "confidence": 1.0}
    assert parsed["intent_ranking"][0] == parsed["intent"]


async def test_what_is_not_understood_is_a_fallback_with_the_likeliest_after_it(parse):
    parsed = await parse("blub")

    assert parsed["intent"] == {"name": "nlu_fallback", "confidence": 0.3}
    assert [one["name"] for one in parsed["intent_ranking"]] == ["nlu_fallback", "wonen"]


@pytest.mark.parametrize(
    ("text", "intent", "entities"),
    [
        ("/greet", "greet", {}),
        ('/inform{"place": "unknown"}', "inform", {"place": "unknown"}),
        (' /theme{"theme":"wonen"} ', "theme", {"theme": "wonen"}),
    ],
)
async def test_a_button_is_read_as_rasa_would(parse, text, intent, entities):
    """With an NLU over HTTP, Rasa leaves also these to it."""
    parsed = await parse(text)

    assert parsed["intent"] == {"name": intent, "confidence": 1.0}
    assert told(parsed) == entities


@pytest.mark.parametrize("text", ["", " ", "a\x00b", "\ud800", "😀" * 100_000, "/nonsense{", "/", "İßﬁ Overvecht"])
async def test_whatever_is_typed_is_told(client, text):
    answer = await client.post("/model/parse", content=json.dumps({"token": TOKEN, "text": text}))

    assert answer.status_code == 200
    assert all(0 <= entity["start"] <= entity["end"] <= len(text) for entity in answer.json()["entities"])


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer geheim2"}, {"Authorization": "geheimx"}])
@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": 7}, {"token": "geheim "}, {"token": "\udc00"}])
async def test_without_the_token_nothing_is_read(client, header, body):
    answer = await client.post("/model/parse", headers=header, content=json.dumps({"text": "hallo", **body}))

    assert answer.status_code == 401
    assert answer.json()["reason"] == "NotAuthenticated"


async def test_the_token_may_also_stand_where_the_webhook_has_it(client):
    for way in ({"headers": {"Authorization": f"Bearer {TOKEN}"}}, {"params": {"token": TOKEN}}):
        assert (await client.post("/model/parse", json={"text": "hallo"}, **way)).status_code == 200


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"text": 7}', 400),
        (b'{"text": null}', 400),
        (b" " * 4_000_001, 413),
    ],
    ids=range(7),
)
async def test_a_bad_request_is_told_in_rasas_form(client, content, status):
    answer = await client.post("/model/parse", params={"token": TOKEN}, content=content)

    assert answer.status_code == status
    assert answer.json()["status"] == "failure"
    assert answer.json()["code"] == status


async def test_an_error_of_ours_tells_nothing_of_the_text(client, parse, monkeypatch, caplog):
    def crash(text, _):
        raise ZeroDivisionError(text)

    monkeypatch.setattr("bot.channels.rasa.parse.parse_message", crash)
    answer = await client.post("/model/parse", json={"token": TOKEN, "text": "ik heb schulden"})

    assert (answer.status_code, answer.json()["reason"]) == (500, "ParsingError")
    assert "schulden" not in answer.text + caplog.text


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_configured_token_it_is_off(assistant, token):
    app = FastAPI()
    app.include_router(rasa_routes(assistant, token))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wegwijs") as client:
        assert (await client.post("/model/parse", json={"text": "hallo", "token": ""})).status_code == 404
