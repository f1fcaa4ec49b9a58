"""What the web chat turns away or survives: bad input, a database that is away, other websites."""

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import quote

import pytest

from bot.assistant import Assistant
from bot.channels.web.assets import load_assets
from bot.messages import Incoming
from bot.phrases import load_phrases
from bot.ports import StoreAway

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PHRASES = load_phrases()
FETCH = {"accept": "application/json"}


# ---------------------------------------------------------------- bad input


BAD = {
    "empty": "",
    "spaces": "   \n ",
    "huge": "a" * 100_000,
    "nul": "ik\x00heb geen geld",
    "emoji": "😀" * 2_000,
    "unknown payload": '/doe_iets{"x":"y"}',
    "payload with a wrong theme": '/theme{"theme":"bestaat_niet"}',
    "broken payload": '/inform{"age":',
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
@pytest.mark.parametrize("field", ["message", "choice"])
async def test_strange_input_gets_a_friendly_answer(client, text, field):
    page = await client.get("/")

    sent = await client.post("/chat", data={**client.fields(page.text), field: text}, headers=FETCH)

    assert sent.status_code == 200
    assert "ww-message--bot" in sent.json()["html"]
    assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(
    "body", [b"message=%ED%A0%80geld", b"message=%FF%FEgeld", b"message=\xff\xfe geld", b"=&&;%%%"]
)
async def test_bytes_that_are_no_text_get_a_friendly_answer(client, body):
    sent = await client.post("/chat", content=body, headers=FETCH)

    assert sent.status_code == 200
    assert "ww-message--bot" in sent.json()["html"]
    assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(
    "field",
    [{"id": "<b>"}, {"id": "x" * 5000}, {"start": "web:niet-van-u"}, {"after": "-1"}, {"after": "9" * 99}],
)
async def test_a_wrong_hidden_field_does_no_harm(client, field):
    sent = await client.post("/chat", data={"message": "geld", **field}, headers=FETCH)

    assert sent.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{32}", client.token)


@pytest.mark.parametrize("cookie", ["x", "../../etc/passwd", "telegram:42", "A" * 32])
async def test_a_made_up_cookie_opens_nothing(client, cookie):
    page = await client.get("/", headers={"cookie": f"wegwijs={cookie}"})

    assert page.status_code == 200
    assert "<article" not in page.text


@pytest.mark.parametrize("headers", [{}, FETCH])
async def test_a_body_above_300_kilobytes_is_turned_away_in_plain_words(client, assistant, headers):
    sent = await client.post("/chat", data={"message": "a" * 301_000}, headers=headers)

    assert sent.status_code == 413
    assert "te lang" in client.text_of(sent.json()["html"] if headers else sent.text)
    assert assistant.store._events == {}


async def test_a_body_that_hides_its_length_is_cut_off_too(client):
    async def endless():
        for _ in range(400):
            yield b"a" * 1000

    sent = await client.post("/chat", content=endless())

    assert sent.status_code == 413


# ---------------------------------------------------------------- when the world fails


@pytest.fixture
def away(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object, **__: object) -> None:
        raise StoreAway

    monkeypatch.setattr(assistant.store, "read", nobody)


async def test_when_the_database_is_away_the_resident_keeps_the_words_and_gets_the_numbers(client, away):
    form = {"message": "Ik heb <hulp> nodig", "id": "12345678-abcd", "taal": "nl"}

    sent = await client.post("/chat", data=form)

    assert sent.status_code == 503
    assert PHRASES("away", "nl") in client.text_of(sent.text)
    for number in ("112", "113", "14030", "08002000", "08000432"):
        assert f'href="tel:{number}"' in sent.text
    assert ">Ik heb &lt;hulp&gt; nodig</textarea>" in sent.text
    assert client.fields(sent.text)["id"] == "12345678-abcd"
    assert "set-cookie" not in sent.headers


async def test_the_script_hears_that_the_database_is_away(client, away):
    sent = await client.post("/chat", data={"message": "geld", "taal": "en"}, headers=FETCH)

    assert (sent.status_code, PHRASES("away", "en") in client.text_of(sent.json()["html"])) == (503, True)


async def test_the_page_still_helps_when_the_database_is_away(client, away):
    client.cookies.set("wegwijs", "a" * 32)

    page = await client.get("/")

    assert page.status_code == 503
    assert PHRASES("intro", "nl") in client.text_of(page.text)
    assert PHRASES("away", "nl") in client.text_of(page.text)


@pytest.mark.parametrize("headers", [{}, FETCH])
async def test_what_nobody_foresaw_gives_a_sentence_and_no_trace_and_no_text_in_the_log(
    client, assistant, monkeypatch, caplog, headers
):
    async def stumble(incoming: Incoming, *_: object) -> None:
        raise RuntimeError(incoming.text)

    monkeypatch.setattr(assistant, "taken", stumble)

    sent = await client.post("/chat", data={"message": "geheim van Jansen"}, headers=headers)

    assert sent.status_code == 500
    assert PHRASES("trouble", "nl") in client.text_of(sent.json()["html"] if headers else sent.text)
    assert "Traceback" not in sent.text
    assert "RuntimeError in conversation" in caplog.text
    assert "geheim" not in caplog.text


# ---------------------------------------------------------------- from elsewhere

ELSEWHERE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://ander.wegwijs.test"},
    {"origin": "https://kwaad.example"},
    {"origin": "null"},
]


@pytest.mark.parametrize("path", ["/chat", "/chat/wis"])
@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_another_website_cannot_send_or_erase(client, assistant, path, headers):
    await client.say("Ik kom niet rond met mijn geld")
    before = await assistant.store.read(f"web:{client.token}")

    refused = await client.post(path, data={"message": "kwaad"}, headers=headers)

    assert refused.status_code == 403
    assert "andere website" in client.text_of(refused.text)
    assert await assistant.store.read(f"web:{client.token}") == before


OURS = [
    {"origin": "http://wegwijs.test", "sec-fetch-site": "same-origin"},
    {"origin": "http://wegwijs.test"},
    {"origin": "null", "sec-fetch-site": "same-origin"},
]


@pytest.mark.parametrize("headers", OURS, ids=str)
async def test_our_own_page_may_send(client, headers):

    sent = await client.post("/chat", data={"message": "geld"}, headers=headers)

    assert sent.status_code == 303


# ---------------------------------------------------------------- files


async def test_files_may_be_kept_for_ever_under_an_address_of_their_content(client):
    page = await client.get("/")
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)

    answers = [await client.get(unescape(address)) for address in addresses]

    assert len(addresses) == 3
    assert {answer.status_code for answer in answers} == {200}
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)


async def test_a_file_without_its_number_is_asked_for_again(client):
    first = await client.get("/static/wegwijs.css")
    again = await client.get("/static/wegwijs.css", headers={"if-none-match": first.headers["etag"]})

    assert "must-revalidate" in first.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["niets.css", "../page.py", quote("../page.py", safe=""), "vendor"])
async def test_only_the_files_of_the_page_are_served(client, name):
    answer = await client.get(f"/static/{name}")

    assert answer.status_code == 404


def test_the_files_of_others_lie_beside_their_licences():
    names = load_assets()

    for folder in ("component-library-css", "voorbeeld-design-tokens"):
        assert "EUROPEAN UNION PUBLIC LICENCE" in names[f"vendor/{folder}/LICENSE.md"].content.decode()
    assert "vendor/README.md" in names
