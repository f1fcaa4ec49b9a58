"""Rasa's Socket.IO channel over the wire: a real server, and the clients of python-socketio and of aiohttp."""

import asyncio
import json
import logging
import socket
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import aiohttp
import httpx
import pytest
import socketio
import uvicorn
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from bot.assistant import staff_reply
from bot.channels.bodies import MOST_BYTES
from bot.channels.rasa.missed import missed
from bot.channels.rasa.rest import rasa_routes
from bot.channels.rasa.socket_io import Pace, Sockets
from bot.conversation import Conversation
from bot.events import Claimed, Delivered, HandedOver, Heard, Said

BRISK = Pace(ping=0.5, patience=1, look=0.1, rest=0.1)
SOON = 5  # seconds within which a message must be there


class Served:
    """A server on a port of its own, with its channel, as bot/server.py makes it."""

    def __init__(self, assistant, pace):
        self.stop = asyncio.Event()
        self.sockets = Sockets(assistant, pace)
        self.app = FastAPI()
        self.app.add_middleware(GZipMiddleware, minimum_size=500)
        self.app.include_router(rasa_routes(assistant))
        self.sockets.mount_on(self.app)

    @asynccontextmanager
    async def running(self):
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.address = f"http://127.0.0.1:{door.getsockname()[1]}"
            server = uvicorn.Server(uvicorn.Config(self.app, log_level="error", timeout_graceful_shutdown=2))
            serving = asyncio.create_task(server.serve(sockets=[door]))
            speaking = asyncio.create_task(self.sockets.speak(self.stop))
            await eventually(lambda: _is(server.started))
            try:
                yield self
            finally:
                self.stop.set()
                await speaking
                server.should_exit = True
                await serving


class Page:
    """A web chat of a client of Rasa: keeps what it is told."""

    def __init__(self, address, transport):
        self.address = address
        self.transport = transport
        self.client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self.confirmed = asyncio.Queue()
        self.uttered = asyncio.Queue()
        self.client.on("session_confirm", self.confirmed.put)
        self.client.on("bot_uttered", self.uttered.put)

    async def connect(self):
        await self.client.connect(self.address, transports=[self.transport])
        return self

    async def request(self, *data):
        """Ask for a session and return what is confirmed."""
        await self.client.emit("session_request", *data)
        self.session = await asyncio.wait_for(self.confirmed.get(), SOON)
        return self.session

    async def say(self, message, **fields):
        await self.client.emit("user_uttered", {"message": message, "session_id": self.session, **fields})

    async def reply(self):
        """Return the next reply: its messages up to the one with `custom`."""
        messages = []
        while not messages or "custom" not in messages[-1]:
            messages.append(await asyncio.wait_for(self.uttered.get(), SOON))
        return messages

    async def nothing(self):
        """Make sure that nothing more comes."""
        await asyncio.sleep(0.3)
        assert self.uttered.empty(), self.uttered.get_nowait()

    async def ask(self, message, **fields):
        await self.say(message, **fields)
        return await self.reply()


@pytest.fixture
async def served(assistant):
    async with Served(assistant, Pace(ping=1, patience=1, look=0.1, rest=0.1, crossing=0)).running() as served:
        yield served


@pytest.fixture
def transport():
    return "websocket"


both_ways = pytest.mark.parametrize("transport", ["websocket", "polling"])


@pytest.fixture
async def open_page(served, transport):
    """Return a way to open a page, with the session that it asks for."""
    pages = []

    async def open_page(*data):
        page = await Page(served.address, transport).connect()
        pages.append(page)
        await page.request(*data)
        return page

    yield open_page
    for page in pages:
        await page.client.disconnect()


@pytest.fixture
def colleague(assistant):
    """Return a way for a colleague to take a conversation and say something."""

    async def say(session, text):
        def step(now, at):
            taken = (
                () if now.held_by_staff else (HandedOver(at=at, organisation="utrecht-dock"), Claimed(at=at, by="Sam"))
            )
            return (*taken, staff_reply(text, "Sam", at, uuid4().hex, "nl"))

        await assistant.act(f"socketio:{session}", step)

    return say


async def events_of(assistant, session, kind):
    return [event for event in await assistant.store.read(f"socketio:{session}") if isinstance(event, kind)]


async def eventually(check):
    for _ in range(100):
        if await check():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never happened")


# ---------------------------------------------------------------- the protocol


@both_ways
async def test_a_session_is_confirmed_as_a_bare_string(open_page):
    page = await open_page({"session_id": None})

    assert isinstance(page.session, str)
    assert len(page.session) == 32


@pytest.mark.parametrize(
    "data",
    [(), (None,), ({},), ({"session_id": ""},), ({"session_id": 7},), ({"session_id": "a\n"},), (["x"],), ("x",)],
)
async def test_what_is_no_session_becomes_a_new_one(open_page, data):
    page = await open_page(*data)

    assert len(page.session) == 32


async def test_a_stored_session_is_confirmed_as_it_is(open_page):
    page = await open_page({"session_id": "4c23b16c9b2247a8a611989f6b474dc1"})

    assert page.session == "4c23b16c9b2247a8a611989f6b474dc1"


@both_ways
async def test_the_reply_is_that_of_the_rest_channel(open_page, served):
    page = await open_page()
    messages = await page.ask("ik heb schulden", customData={"language": "nl"}, metadata="{}")
    async with httpx.AsyncClient(base_url=served.address) as client:
        answer = await client.post("/webhooks/rest/webhook", json={"sender": "x", "message": "ik heb schulden"})
    rest = answer.json()

    *texts, custom = messages
    assert [one["text"] for one in texts] == [one["text"] for one in rest]
    assert texts[-1]["quick_replies"] == [{"content_type": "text", **one} for one in rest[-1]["buttons"]]
    assert all(set(one) == {"text"} for one in texts[:-1])
    assert custom == {"custom": rest[-1]["custom"]}


async def test_a_conversation_ends_in_a_referral(open_page):
    page = await open_page()
    for message in ("ik heb schulden", "3561 AB", "ik heb geen achterstand"):
        await page.ask(message)
    messages = await page.ask('/inform{"children_at_home":"no"}')

    assert messages[-1]["custom"]["wegwijs"]["referrals"] == ["utrecht-buurtteam-sociaal"]
    assert any("Buurtteam Sociaal (Overvecht)" in one.get("text", "") for one in messages)


async def test_danger_comes_first(open_page, say):
    page = await open_page()
    messages = await page.ask("ik wil niet meer leven")

    assert messages[0]["text"].startswith(say("danger.113"))


async def test_what_is_said_is_heard_in_its_order(open_page, assistant):
    page = await open_page()
    for number in range(5):
        await page.say(f"hallo {number}")
    for _ in range(5):
        await page.reply()

    heard = await events_of(assistant, page.session, Heard)
    assert [event.text for event in heard] == [f"hallo {number}" for number in range(5)]


async def test_a_message_with_an_id_counts_once(open_page, assistant):
    page = await open_page()
    await page.ask("ik heb schulden", message_id="1")
    await page.say("ik heb schulden", message_id="1")
    await page.nothing()

    assert len(await events_of(assistant, page.session, Heard)) == 1


async def test_without_a_session_the_page_itself_is_one(open_page):
    """As in Rasa without session persistence."""
    page = await open_page()
    page.session = None
    other = await Page(page.address, page.transport).connect()
    await other.client.emit("user_uttered", {"message": "ik heb schulden"})

    assert (await other.reply())[-1]["custom"]["wegwijs"]["ask"] == "place"
    await page.nothing()
    await other.client.disconnect()


async def test_forgetting_answers_and_leaves_nothing(open_page, assistant, say):
    page = await open_page()
    await page.ask("ik heb schulden")
    messages = await page.ask("/forget")

    assert messages[0]["text"] == say("forgotten")
    assert await assistant.conversation(f"socketio:{page.session}") == Conversation(id=f"socketio:{page.session}")


async def test_the_channel_tells_that_it_is_there(served):
    async with httpx.AsyncClient(base_url=served.address) as client:
        assert (await client.get("/webhooks/socketio/")).json() == {"status": "ok"}


async def test_a_chat_on_the_site_of_a_municipality_may_connect_without_cookies(served):
    async with httpx.AsyncClient(base_url=served.address) as client:
        answer = await client.get("/socket.io/?EIO=4&transport=polling", headers={"Origin": "https://gemeente.example"})

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://gemeente.example"
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers


# ---------------------------------------------------------------- nothing lost, nothing twice


@both_ways
async def test_what_a_colleague_says_comes_unasked(open_page, colleague):
    page = await open_page()
    await page.ask("ik heb schulden")
    await colleague(page.session, "Dag, met Sam.\n\nZal ik bellen?")

    assert [one.get("text") for one in await page.reply()] == ["Dag, met Sam.", "Zal ik bellen?", None]
    await page.say("ja graag")
    await page.nothing()


@both_ways
async def test_two_pages_of_one_session_hear_the_same_and_another_session_nothing(open_page):
    first = await open_page()
    second = await open_page({"session_id": first.session})
    stranger = await open_page()
    answer = await first.ask("ik heb schulden")

    assert await second.reply() == answer
    await stranger.nothing()
    await first.nothing()


@both_ways
async def test_who_comes_back_hears_what_was_missed_once_and_nothing_again(open_page, colleague, assistant):
    page = await open_page()
    await page.ask("ik heb schulden")
    await page.client.disconnect()
    await eventually(lambda: _all_delivered(assistant, page.session))
    await colleague(page.session, "Bent u er nog?")

    back = await open_page({"session_id": page.session})
    missed = await back.reply()
    await back.request({"session_id": page.session})
    await back.nothing()
    await back.client.disconnect()
    again = await open_page({"session_id": page.session})

    assert missed[0] == {"text": "Bent u er nog?"}
    await again.nothing()


async def _all_delivered(assistant, session):
    said = {event.id for event in await events_of(assistant, session, Said)}
    return said == {event.said for event in await events_of(assistant, session, Delivered)}


async def test_what_was_sent_to_a_page_that_fell_silent_is_sent_again(assistant, colleague):
    async with Served(assistant, BRISK).running() as served, aiohttp.ClientSession() as session:
        line = await session.ws_connect(f"{served.address}/socket.io/?EIO=4&transport=websocket")
        await line.receive_str()
        await line.send_str("40")
        await line.receive_str()
        await line.send_str('42["session_request",{"session_id":"anna-on-a-train"}]')
        await eventually(lambda: _went(line, "session_confirm"))
        await colleague("anna-on-a-train", "Dag, met Sam.")
        await eventually(lambda: _went(line, "Dag, met Sam."))  # it answers no ping from now on
        await eventually(lambda: _is(not served.sockets.pages))

        assert not await events_of(assistant, "anna-on-a-train", Delivered)
        page = await Page(served.address, "websocket").connect()
        await page.request({"session_id": "anna-on-a-train"})
        assert (await page.reply())[0] == {"text": "Dag, met Sam."}
        await eventually(lambda: _all_delivered(assistant, "anna-on-a-train"))  # for this one answers its pings
        await page.client.disconnect()


async def test_what_a_page_says_or_does_at_once_may_have_crossed_what_it_was_sent(assistant):
    async with Served(assistant, Pace()).running() as served:
        page = await Page(served.address, "websocket").connect()
        await page.request()
        first = await page.ask("ik heb schulden")
        second = await page.ask("hallo")
        await page.client.disconnect()
        await eventually(lambda: _is(not served.sockets.pages))
        delivered = await events_of(assistant, page.session, Delivered)
        back = await Page(served.address, "websocket").connect()
        await back.request({"session_id": page.session})

        assert not delivered
        assert [await back.reply(), await back.reply()] == [first, second]
        await back.client.disconnect()


async def _went(line, text):
    return text in await line.receive_str()


async def _is(fact):
    return fact


async def test_after_a_restart_only_what_did_not_arrive_is_sent(assistant, colleague):
    async with Served(assistant, Pace()).running() as served:
        page = await Page(served.address, "websocket").connect()
        await page.request()
        await page.ask("ik heb schulden")
    await colleague(page.session, "Dag, met Sam.")

    async with Served(assistant, Pace()).running() as served:
        back = await Page(served.address, "websocket").connect()
        await back.request({"session_id": page.session})

        assert (await back.reply())[0] == {"text": "Dag, met Sam."}
        await back.nothing()
        await back.client.disconnect()


@both_ways
async def test_a_server_that_stops_hangs_up_so_that_clients_look_for_it_again(assistant, transport):
    async with Served(assistant, Pace()).running() as served:
        page = await Page(served.address, transport).connect()
        await page.request()
        gone = asyncio.Event()
        page.client.on("disconnect", lambda *_: gone.set())
        begin = asyncio.get_running_loop().time()

    assert asyncio.get_running_loop().time() - begin < 4
    await asyncio.wait_for(gone.wait(), SOON)


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("user_uttered", ()),
        ("user_uttered", (None,)),
        ("user_uttered", ("hallo",)),
        ("user_uttered", (["hallo"],)),
        ("user_uttered", ({},)),
        ("user_uttered", ({"message": 7},)),
        ("user_uttered", ({"message": None},)),
        ("user_uttered", ({"message": b"hallo"},)),
        ("user_uttered", ({"message": "x", "session_id": "a\x00"},)),
        ("user_uttered", ({"message": "x", "session_id": "a" * 256},)),
        ("bot_uttered", ({"text": "x"},)),
        ("session_confirm", ("x",)),
        ("nonsense", ({"a": 1}, 2, "three")),
    ],
)
async def test_what_is_no_message_is_passed_by(open_page, assistant, event, data):
    page = await open_page()
    await page.client.emit(event, data)
    answer = await page.ask("ik heb schulden")

    assert answer[-1]["custom"]["wegwijs"]["ask"] == "place"
    assert len(await events_of(assistant, page.session, Heard)) == 1


@pytest.mark.parametrize("message", ["", " ", "a\x00b", "😀" * 100_000, "/nonsense{", '/inform{"age":7}'], ids=range(6))
async def test_whatever_is_typed_gets_a_friendly_answer(open_page, message):
    page = await open_page()

    assert (await page.ask(message))[0]["text"]


async def test_a_lone_surrogate_gets_a_friendly_answer(served):
    async with aiohttp.ClientSession() as session:
        line = await session.ws_connect(f"{served.address}/socket.io/?EIO=4&transport=websocket")
        await line.receive_str()
        await line.send_str("40")
        await line.receive_str()
        await line.send_str(r'42["user_uttered",{"message":"\ud800 hallo","session_id":"surrogate-session"}]')

        assert json.loads((await line.receive_str()).removeprefix("42"))[1]["text"]


@pytest.mark.parametrize(
    "frame",
    ["42", "42[", "4", "42{}", '42["user_uttered",', "9", "x", "", '451-["user_uttered",{"_placeholder":true}]', "2"],
)
async def test_a_frame_that_makes_no_sense_harms_nobody(served, open_page, frame, caplog):
    page = await open_page()
    async with aiohttp.ClientSession() as session:
        line = await session.ws_connect(f"{served.address}/socket.io/?EIO=4&transport=websocket")
        await line.receive_str()
        await line.send_str("40")
        await line.receive_str()
        await line.send_str(frame)
        await line.close()

    assert (await page.ask("ik heb schulden"))[0]["text"]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@both_ways
async def test_megabytes_are_hung_up_on(open_page, assistant):
    page = await open_page()
    gone = asyncio.Event()
    page.client.on("disconnect", lambda *_: gone.set())
    await page.say("a" * (MOST_BYTES + 1))

    await asyncio.wait_for(gone.wait(), SOON)
    assert not await events_of(assistant, page.session, Heard)
    assert (await (await open_page()).ask("hallo"))[0]["text"]


async def test_without_a_database_the_resident_gets_the_numbers_and_can_go_on_after(open_page, store, say):
    page = await open_page()
    store.is_away = True
    await page.say("ik heb schulden")
    sorry = await asyncio.wait_for(page.uttered.get(), SOON)
    store.is_away = False

    assert sorry == {"text": say("away")}
    assert (await page.ask("ik heb schulden"))[-1]["custom"]["wegwijs"]["ask"] == "place"


async def test_who_comes_back_while_the_database_is_away_hears_what_was_missed_after(open_page, store, colleague):
    page = await open_page()
    await colleague(page.session, "Dag, met Sam.")
    await page.reply()
    await page.client.disconnect()
    await asyncio.sleep(0.1)
    await colleague(page.session, "Bent u er nog?")
    store.is_away = True
    back = await open_page({"session_id": page.session})
    store.is_away = False

    assert (await back.reply())[0] == {"text": "Bent u er nog?"}


async def test_what_was_said_while_the_database_was_away_comes_after(open_page, store, colleague):
    page = await open_page()
    await page.ask("ik heb schulden")
    await colleague(page.session, "Dag, met Sam.")
    store.is_away = True
    await asyncio.sleep(0.3)
    store.is_away = False

    assert (await page.reply())[0] == {"text": "Dag, met Sam."}


async def test_an_error_of_ours_is_a_sentence_and_the_log_holds_no_text(open_page, assistant, say, monkeypatch, caplog):
    async def handle(incoming):
        raise ZeroDivisionError(incoming.text)

    page = await open_page()
    monkeypatch.setattr(assistant, "taken", handle)
    await page.say("ik heb schulden")

    assert await asyncio.wait_for(page.uttered.get(), SOON) == {"text": say("trouble")}
    assert "ZeroDivisionError" in caplog.text
    assert "schulden" not in caplog.text


def test_a_page_gets_all_since_it_was_looked_after_also_what_arrived_at_a_page_of_another_process():
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    first, second = (staff_reply(text, "Sanne", at, text, "nl") for text in ("een", "twee"))
    events = (first, Delivered(at=at, said="een"), second, Delivered(at=at, said="twee"))

    assert missed(events, None) == ()
    assert missed(events, 2) == (second,)
    assert missed(events[:3], 3) == (second,)
