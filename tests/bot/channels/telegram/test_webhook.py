"""The webhook: Telegram brings updates to our door, which lets nobody else in and loses nothing."""

import asyncio
import json

import pytest

from bot.assistant import Assistant
from bot.bootstrap import SystemClock, open_store
from bot.events import Heard, Said
from bot.server import build_app
from bot.settings import Webhook, settings_from
from bot.stores.kept import kept_over

PATH = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def kept(assistant, kind, chat=42):
    return [event for event in await assistant.store.read(f"telegram:{chat}") if isinstance(event, kind)]


PERSON = {"id": 42, "is_bot": False, "first_name": "Anna", "language_code": "nl"}


def private(text, update=1, message=5, chat=42):
    """Return an update as Telegram writes it."""
    person = {**PERSON, "id": chat}
    where = {"id": chat, "type": "private", "first_name": "Anna"}
    said = {"message_id": message, "date": 1795292664, "chat": where, "from": person, "text": text}
    return {"update_id": update, "message": said}


@pytest.fixture
def post(secret):
    """Return what posts an update, with the right secret unless another is given."""

    async def post(client, told, shown=secret):
        content = told if isinstance(told, bytes) else json.dumps(told).encode()
        headers = {} if shown is None else {HEADER: shown}
        return (await client.post(PATH, content=content, headers=headers)).status_code

    return post


@pytest.fixture
def connected(api, door):
    """Return what runs the door, and waits until Telegram knows it."""

    class Connected:
        def __init__(self, assistant):
            self._door = door(assistant)

        async def __aenter__(self):
            client = await self._door.__aenter__()
            await api.until(lambda: api.menus)  # after the webhook
            return client

        async def __aexit__(self, *problem):
            await self._door.__aexit__(*problem)

    return Connected


async def test_a_conversation_ends_in_a_referral_without_any_polling(api, door, assistant, secret):
    async with door(assistant):
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

    assert "Buurtteam Sociaal (Overvecht)" in said[4]
    assert (api.secret, api.allowed) == (secret, ["message", "edited_message", "callback_query"])
    assert {"getUpdates", "deleteWebhook"}.isdisjoint(method for method, _ in api.calls)


async def test_what_is_said_in_edits_photos_and_groups_is_answered_as_when_polling(api, door, assistant, say):
    async with door(assistant):
        await api.sends(photo=[{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}])
        first = await api.hears(1)
        await api.edits("ik wil niet meer leven", message=99)
        said = await api.hears(2)
        await api.types("@wegwijs_bot ik heb schulden", chat=-7, kind="group")
        [in_group] = await api.hears(1, chat=-7)

    assert say("empty") in first[0]
    assert "113" in said[1]
    assert "https://t.me/wegwijs_bot" in in_group


@pytest.mark.parametrize("shown", [None, "", "wrong", "a-secret_of-123", "a-secret_of-12345", "A-SECRET_OF-1234", "é"])
async def test_who_does_not_know_the_secret_is_refused_and_nothing_is_kept(connected, assistant, post, shown):
    async with connected(assistant) as client:
        status = await post(client, private("ik heb schulden"), shown and shown.encode())
        right = await post(client, private("ik heb schulden"))

    assert (status, right) == (403, 200)
    assert len(await kept(assistant, Heard)) == 1


async def test_without_the_secret_megabytes_are_not_even_read(connected, assistant, post):
    async with connected(assistant) as client:
        assert await post(client, b"x" * 5_000_000, "wrong") == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"geen json", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"update_id"', 400),
        (b"{}", 400),
        (b'{"update_id": "1"}', 400),
        (b'{"update_id": true}', 400),
        (b'{"update_id": 1, "message": {"text": "' + b"x" * 2_000_000 + b'"}}', 413),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_what_is_no_update_is_refused_and_the_next_one_is_answered(api, connected, assistant, post, body, status):
    async with connected(assistant) as client:
        assert await post(client, body) == status
        assert await post(client, private("hallo")) == 200
        await api.hears(1)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"poll_of_the_future": {"id": 1}},
        {"message_reaction": {"chat": 1}},
        {"message": "tekst"},
        {"message": {}},
        {"message": {**private("x")["message"], "chat": {"id": {"a": 1}, "type": "private"}}},
        {"message": {**private("x")["message"], "text": {"a": 1}}},
        {"message": {**private("x")["message"], "text": "\ud800", "from": None}},
        {"callback_query": {"id": "1", "chat_instance": "1", "data": "/greet", "from": PERSON}},
    ],
    ids=lambda content: str(content)[:40],
)
async def test_an_update_that_we_cannot_use_does_not_come_for_ever(api, connected, assistant, post, content):
    async with connected(assistant) as client:
        assert await post(client, {"update_id": 1, **content}) == 200
        assert await post(client, private("hallo", update=2, message=6, chat=43)) == 200
        await api.hears(1, chat=43)


async def test_the_same_update_twice_at_the_same_time_counts_once(api, connected, assistant, post):
    async with connected(assistant) as client:
        statuses = await asyncio.gather(*(post(client, private("ik heb schulden")) for _ in range(5)))
        await api.hears(1)
        await asyncio.sleep(0.3)

    assert statuses == [200] * 5
    assert len(await kept(assistant, Heard)) == len(await kept(assistant, Said)) == len(api.said()) == 1


async def test_the_same_update_for_a_group_is_answered_once(api, connected, assistant, post):
    update = private("@wegwijs_bot hallo", chat=-7)
    update["message"]["chat"]["type"] = "group"
    update["message"]["entities"] = [{"type": "mention", "offset": 0, "length": 12}]
    async with connected(assistant) as client:
        await asyncio.gather(*(post(client, update) for _ in range(3)))
        await post(client, update)

    assert len(api.said(-7)) == 1


async def test_messages_that_come_at_the_same_time_are_all_answered(api, connected, assistant, post):
    async with connected(assistant) as client:
        updates = [private("hallo", update=number, message=number, chat=42 + number % 2) for number in range(1, 9)]
        await asyncio.gather(*(post(client, update) for update in updates))
        await api.hears(4)
        await api.hears(4, chat=43)

    assert len(await kept(assistant, Heard)) == len(await kept(assistant, Heard, chat=43)) == 4


async def test_while_the_store_is_away_telegram_keeps_the_update_and_the_resident_is_told_once(
    api, door, assistant, store, say
):
    store.is_away = True
    async with door(assistant):
        await api.types("ik heb schulden")
        await api.hears(1)
        await api.until(lambda: len(api.brought) > 2)
        store.is_away = False
        said = await api.hears(2)
        await api.until(lambda: not api.queue)

    statuses = [status for _, status in api.brought]
    assert statuses == [503] * (len(statuses) - 1) + [200]
    assert said[0] == say("away_later")
    assert "Waar woont u?" in said[1]
    assert len(said) == 2


async def test_before_we_know_who_we_are_telegram_keeps_the_update(api, door, assistant, post):
    api.refuse("getMe", 502, times=99)
    async with door(assistant) as client:
        assert await post(client, private("hallo")) == 503
        api.refusals.clear()
        await api.types("hallo")
        await api.hears(1)


async def test_a_start_without_network_is_tried_again(api, door, assistant):
    await api.stop()
    async with door(assistant):
        await asyncio.sleep(0.2)
        await api.start()
        await api.types("hallo")
        await api.hears(1)


async def test_what_is_sent_between_two_runs_arrives_at_the_next(api, door, wegwijs, assistant):
    async with door(assistant):
        await api.types("hallo")
        await api.hears(1)
        await api.until(lambda: not api.queue)
    await api.types("ik heb schulden")
    await api.until(lambda: (api.queue[0]["update_id"], 0) in api.brought)

    async with wegwijs(assistant):  # polling now
        said = await api.hears(2)

    assert "Waar woont u?" in said[1]
    assert api.webhook == ""


async def test_an_error_of_ours_is_a_sentence_and_the_next_message_is_answered(api, door, assistant, say, monkeypatch):
    real = assistant.handle

    async def handle(incoming, farewell):
        if incoming.text == "breek":
            raise ZeroDivisionError
        return await real(incoming, farewell)

    monkeypatch.setattr(assistant, "handle", handle)
    async with door(assistant):
        await api.types("breek")
        await api.types("hallo")
        said = await api.hears(2)

    assert said[0] == say("trouble")
    assert "Goedendag" in said[1]


async def test_neither_token_nor_secret_is_in_a_log(api, door, assistant, token, secret, caplog):
    caplog.set_level("INFO")
    api.refuse("setWebhook", 502, times=2)
    async with door(assistant):
        await api.types("hallo")
        await api.hears(1)

    assert "again later" in caplog.text
    assert token not in caplog.text
    assert secret not in caplog.text


# ---------------------------------------------------------------- settings


def test_without_an_address_telegram_is_polled():
    assert settings_from({"WEGWIJS_TELEGRAM_SECRET": "x"}).telegram_webhook is None


def test_address_and_secret_are_read_and_the_secret_is_not_shown():
    environment = {"WEGWIJS_TELEGRAM_WEBHOOK": "https://wegwijs.example", "WEGWIJS_TELEGRAM_SECRET": "Geheim_1"}

    webhook = settings_from(environment).telegram_webhook

    assert webhook == Webhook(url="https://wegwijs.example", secret="Geheim_1")
    assert "Geheim_1" not in repr(webhook)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("https://wegwijs.example", ""),
        ("https://wegwijs.example", "een geheim"),
        ("https://wegwijs.example", "a" * 257),
        ("wegwijs.example", "Geheim_1"),
        ("http://wegwijs.example", "Geheim_1"),
    ],
)
def test_what_telegram_would_refuse_is_refused_at_the_start(url, secret):
    with pytest.raises(ValueError, match=r"SECRET|validation error|https://") as refused:
        settings_from({"WEGWIJS_TELEGRAM_WEBHOOK": url, "WEGWIJS_TELEGRAM_SECRET": secret})

    assert secret == "" or secret not in str(refused.value)


# ---------------------------------------------------------------- the whole server


async def test_the_whole_server_is_reached_through_its_webhook(api, serves, minds, token, secret, tmp_path, say):
    port = serves.free_port()
    environment = {
        "WEGWIJS_DATABASE_URL": f"sqlite:///{tmp_path}/w.db",
        "WEGWIJS_TELEGRAM_TOKEN": token,
        "WEGWIJS_TELEGRAM_URL": api.url,
        "WEGWIJS_TELEGRAM_WEBHOOK": f"http://127.0.0.1:{port}/",
        "WEGWIJS_TELEGRAM_SECRET": secret,
    }
    settings = settings_from(environment)
    store, stop = open_store(settings), asyncio.Event()
    app = build_app(Assistant(store, minds, SystemClock()), kept_over(store.engines), settings, stop)
    async with serves(app, port) as client:
        await api.types("mijn man slaat me")
        await api.hears(1)
        refused = await client.post(PATH, json=private("hallo"))
        await api.taps("Haal uw berichten hier weg")
        await api.until(lambda: api.said() == [say("danger.removed")])
        await api.types("/wis")
        await api.until(lambda: api.said() == [say("forgotten")])
        stop.set()

    assert refused.status_code == 403
    assert api.webhook == f"http://127.0.0.1:{port}{PATH}"
    assert await store.read("telegram:42") == ()
