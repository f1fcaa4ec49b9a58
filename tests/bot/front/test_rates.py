"""Who asks too much hears so in a sentence with numbers to call; who shares their address does not."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
import socketio
import uvicorn

from bot.server import Server

FETCH = {"accept": "application/json"}
REST = "/webhooks/rest/webhook"
TOKEN = "a-token-of-this-installation"


@pytest.fixture
def app(make_app):
    """Return the application with limits a tenth as wide: two messages of a conversation, then one in 20 seconds."""
    return make_app(WEGWIJS_LIMITS="0.1")


async def write(client: httpx.AsyncClient, times: int, **more: str) -> httpx.Response:
    """Send so many messages in one conversation of the web chat, and return the last answer."""
    for number in range(times):
        answer = await client.post(
            "/chat", data={"message": "/restart", "id": f"number-{number}", **more}, headers=FETCH
        )
    return answer


def is_kind(text: str) -> bool:
    return all(number in text for number in ("112", "113", "0800-2000", "0800-0432"))


# ---------------------------------------------------------------- the web chat


async def test_a_resident_who_writes_too_fast_reads_where_to_call_and_when_to_try_again(ask):
    answer = await write(ask, 3, taal="nl")

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert "Probeer het over een minuut nog eens" in answer.json()["html"]
    assert is_kind(answer.json()["html"])


@pytest.mark.parametrize(
    ("language", "words"), [("en", "try again in a minute"), ("ar", "بعد دقيقة"), ("tr", "dakika")]
)
async def test_the_sentence_comes_in_the_language_of_the_page(ask, language, words):
    answer = await write(ask, 3, taal=language)

    assert words in answer.json()["html"]
    assert is_kind(answer.json()["html"])


async def test_without_a_script_the_typed_words_stay_in_the_box_to_be_sent_again(ask):
    await write(ask, 2)

    answer = await ask.post("/chat", data={"message": "ik ben in gevaar", "id": "number-99"})

    assert (answer.status_code, is_kind(answer.text)) == (429, True)
    assert ">ik ben in gevaar</textarea>" in answer.text
    assert 'href="tel:112"' in answer.text


async def test_erasing_counts_as_a_message_too(ask):
    await write(ask, 2)

    assert (await ask.post("/chat/wis", headers=FETCH)).status_code == 429


async def test_another_resident_at_the_same_address_is_heard(ask, app):
    await write(ask, 3)
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 50_001))

    async with httpx.AsyncClient(transport=transport, base_url="http://wegwijs.test") as other:
        assert (await write(other, 1)).status_code == 200


# ---------------------------------------------------------------- Rasa's doors


async def test_a_rest_client_gets_the_sentence_as_a_message_of_the_bot(ask):
    for _ in range(3):
        answer = await ask.post(REST, json={"sender": "anna", "message": "hallo"})

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert is_kind(answer.json()[0]["text"])
    assert answer.json()[0]["recipient_id"] == "anna"


async def test_a_gateway_with_the_token_brings_the_messages_of_many(narrow):
    async with at(narrow, "192.0.2.1") as gateway:
        bodies = [{"sender": f"resident-{number}", "message": "hallo"} for number in range(3)]
        with_it = [await gateway.post(f"{REST}?token={TOKEN}", json=body) for body in bodies]
        without = [await gateway.post(REST, json={**body, "sender": f"new-{body['sender']}"}) for body in bodies]

    assert [answer.status_code for answer in with_it] == [200] * 3
    assert without[-1].status_code == 429


@pytest.fixture
async def address(app) -> AsyncIterator[str]:
    """Return the address of a real server."""
    started = asyncio.Event()
    config = uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1)
    server = Server(config, asyncio.Event(), started.set)
    running = asyncio.create_task(server.serve())
    await started.wait()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


async def test_a_page_over_socket_io_gets_the_sentence_and_keeps_its_line(address):
    said: asyncio.Queue[dict] = asyncio.Queue()
    page = socketio.AsyncClient(reconnection=False, handle_sigint=False)
    page.on("bot_uttered", said.put)
    await page.connect(address, transports=["websocket"])
    for _ in range(3):
        await page.emit("user_uttered", {"message": "hallo", "session_id": "anna"})

    while "over een minuut" not in (told := (await asyncio.wait_for(said.get(), 5)).get("text", "")):
        pass

    assert is_kind(told)
    assert page.connected
    await page.disconnect()


# ---------------------------------------------------------------- every other route


@pytest.fixture
def narrow(make_app):
    """Return the application with limits a hundredth as wide: 15 requests of an address, 3 of a colleague."""
    return make_app(WEGWIJS_LIMITS="0.01")


def at(app, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://wegwijs.test")


@pytest.mark.parametrize("path", ["/", "/model/parse", "/webhook", "/staff", "/static/x", "/openapi.json", "/nowhere"])
async def test_any_route_asked_too_often_says_so_and_another_address_is_let_in(narrow, path):
    async with (
        at(narrow, "2001:db8::1") as one,
        at(narrow, "2001:db8::2") as same_home,
        at(narrow, "192.0.2.1") as other,
    ):
        for _ in range(15):
            assert (await one.get(path)).status_code != 429
        page = await same_home.get(path, headers={"accept": "text/html", "accept-language": "en-GB,en;q=0.9"})
        data = await one.get(path)

        assert (page.status_code, data.status_code, (await other.get(path)).status_code == 429) == (429, 429, False)
        assert is_kind(page.text)
        assert '<html lang="en">' in page.text
        assert is_kind(data.json()["error"])


@pytest.mark.parametrize(("method", "path"), [("POST", "/staff/welcome/x"), ("GET", "/advies/x/advies.pdf")])
async def test_what_costs_much_may_be_asked_less_often(app, method, path):
    async with at(app, "192.0.2.1") as one, at(app, "192.0.2.2") as other:
        told = [(await one.request(method, path)).status_code for _ in range(7)]

        assert (429 in told[:6], told[6], (await other.request(method, path)).status_code == 429) == (False, 429, False)


async def test_who_watches_us_is_never_turned_away(narrow):
    async with at(narrow, "192.0.2.1") as watcher:
        assert {(await watcher.get("/health")).status_code for _ in range(50)} == {200}


async def test_a_colleague_is_counted_by_session_and_not_by_office(narrow):
    async with at(narrow, "192.0.2.1") as office:
        mine = [(await office.get("/staff", headers={"cookie": "wegwijs_staff=mine"})).status_code for _ in range(4)]
        yours = await office.get("/staff", headers={"cookie": "wegwijs_staff=yours"})

    assert (mine[:3], mine[3], yours.status_code) == ([303] * 3, 429, 303)


async def test_the_address_is_the_one_that_the_server_saw_and_not_the_one_that_a_client_tells(narrow, caplog):
    caplog.set_level(logging.WARNING, "wegwijs")
    async with at(narrow, "10.0.0.5") as liar:
        told = [(await liar.get("/", headers={"x-forwarded-for": f"198.51.100.{n}"})).status_code for n in range(16)]

    assert told[-1] == 429
    assert [record.getMessage() for record in caplog.records if "WEGWIJS_PROXIES" in record.getMessage()] == [
        "a proxy at 10.0.0.5 is not named in WEGWIJS_PROXIES: whoever comes through it counts as one"
    ]
