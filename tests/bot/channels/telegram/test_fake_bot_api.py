"""Another library asks the fake the same, so that it does not just mirror python-telegram-bot."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import BotCommand, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web
from aiohttp.test_utils import TestServer

YES = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Ja", callback_data="/affirm")]])


@asynccontextmanager
async def aiogram_bot(api, token):
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.url))
    async with Bot(token, session=session) as bot:
        yield bot


async def test_a_bot_of_aiogram_talks_taps_and_takes_buttons_away(api, token):
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message):
        await message.answer(f"{message.text}?", reply_markup=YES)

    @dispatcher.callback_query()
    async def tapped(tap: CallbackQuery):
        await tap.answer()
        await tap.message.edit_reply_markup()
        await tap.message.answer(f"gekozen: {tap.data}")

    async with aiogram_bot(api, token) as bot:
        polling = asyncio.create_task(dispatcher.start_polling(bot, polling_timeout=2, handle_signals=False))
        await api.types("hallo")
        await api.hears(1)
        await api.taps("Ja")
        said = await api.hears(2)
        await dispatcher.stop_polling()
        await polling

    assert said == ["hallo?", "gekozen: /affirm"]
    assert api.buttons() == []


async def test_the_bot_knows_who_it_is(api, token):
    async with aiogram_bot(api, token) as bot:
        me = await bot.get_me()

    assert (me.is_bot, me.username) == (True, "wegwijs_bot")


async def test_an_update_comes_until_it_is_confirmed(api, token):
    first = await api.types("een")
    second = await api.types("twee")
    async with aiogram_bot(api, token) as bot:
        both = await bot.get_updates()
        again = await bot.get_updates(offset=first["update_id"])
        rest = await bot.get_updates(offset=first["update_id"] + 1)
        none = await bot.get_updates(offset=second["update_id"] + 1)

    assert [len(updates) for updates in (both, again, rest, none)] == [2, 2, 1, 0]


async def test_a_long_poll_ends_as_soon_as_somebody_types(api, token):
    async with aiogram_bot(api, token) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.1)
        await api.types("hallo")
        [update] = await asyncio.wait_for(poll, 1)

    assert update.message.text == "hallo"


async def test_of_two_pollers_the_first_gets_a_conflict(api, token):
    async with aiogram_bot(api, token) as bot:
        first = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.1)
        await bot.get_updates(timeout=0)

        with pytest.raises(TelegramConflictError):
            await first


async def test_a_webhook_keeps_pollers_out_until_it_is_deleted(api, token):
    async with aiogram_bot(api, token) as bot:
        await bot.set_webhook("https://wegwijs.example/hook")
        with pytest.raises(TelegramConflictError):
            await bot.get_updates()
        await bot.delete_webhook()

        assert await bot.get_updates() == []


@pytest.mark.parametrize(
    ("code", "parameters", "error"),
    [
        (429, {"retry_after": 7}, TelegramRetryAfter),
        (403, {}, TelegramForbiddenError),
        (400, {}, TelegramBadRequest),
        (502, {}, TelegramServerError),
    ],
)
async def test_refusals_are_those_of_telegram(api, token, code, parameters, error):
    api.refuse("sendMessage", code, "refused", **parameters)
    async with aiogram_bot(api, token) as bot:
        with pytest.raises(error):
            await bot.send_message(42, "hallo")

        assert (await bot.send_message(42, "hallo")).text == "hallo"


async def test_another_token_is_refused(api):
    async with aiogram_bot(api, "1:other") as bot:
        with pytest.raises(TelegramUnauthorizedError):
            await bot.get_me()


async def test_who_blocked_the_bot_is_not_reached(api, token):
    api.blocked.add(42)
    async with aiogram_bot(api, token) as bot:
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(42, "hallo")


@pytest.mark.parametrize(
    ("text", "data"), [("a" * 4097, "x"), (" ", "x"), ("hallo", "x" * 65)], ids=["long", "empty", "data"]
)
async def test_what_telegram_does_not_take_is_a_bad_request(api, token, text, data):
    button = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Ja", callback_data=data)]])
    async with aiogram_bot(api, token) as bot:
        with pytest.raises(TelegramBadRequest):
            await bot.send_message(42, text, reply_markup=button)


async def test_a_message_can_be_deleted_once(api, token):
    async with aiogram_bot(api, token) as bot:
        message = await bot.send_message(42, "hallo")
        await message.delete()
        with pytest.raises(TelegramBadRequest):
            await message.delete()

    assert api.said() == []


async def test_of_several_messages_those_that_are_gone_are_passed_by_and_one_that_is_too_old_stops_all(api, token):
    async with aiogram_bot(api, token) as bot:
        numbers = [(await bot.send_message(42, text)).message_id for text in ("een", "twee", "drie")]
        assert await bot.delete_messages(42, [numbers[0], 999])
        api.messages[0]["date"] -= 49 * 60 * 60
        with pytest.raises(TelegramBadRequest):
            await bot.delete_messages(42, numbers)
        with pytest.raises(TelegramBadRequest):
            await bot.delete_messages(42, list(range(1, 102)))

    assert api.said() == ["twee", "drie"]


@pytest.mark.parametrize(
    ("command", "told", "language"), [("Start", "x", ""), ("start", "", ""), ("start", "x", "pap")]
)
async def test_a_command_that_telegram_does_not_take_is_a_bad_request(api, token, command, told, language):
    async with aiogram_bot(api, token) as bot:
        await bot.set_my_commands([BotCommand(command="start", description="Begin")], language_code="nl")
        with pytest.raises(TelegramBadRequest):
            await bot.set_my_commands([BotCommand(command=command, description=told)], language_code=language)


@pytest.mark.parametrize("secret", ["een geheim", "a" * 257])
async def test_a_secret_that_telegram_does_not_take_is_a_bad_request(api, token, secret):
    async with aiogram_bot(api, token) as bot:
        with pytest.raises(TelegramBadRequest):
            await bot.set_webhook("https://wegwijs.example/hook", secret_token=secret)


async def test_a_webhook_of_aiogram_gets_each_update_with_the_secret(api, token, secret):
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message):
        await message.answer(f"{message.text}?")

    async with aiogram_bot(api, token) as bot:
        app = web.Application()
        SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=secret).register(app, "/hook")
        async with TestServer(app) as server:
            await bot.set_webhook(str(server.make_url("/hook")), secret_token="another")
            await api.types("hallo")
            await api.until(lambda: api.brought)
            await bot.set_webhook(str(server.make_url("/hook")), secret_token=secret)
            said = await api.hears(1)
            await api.until(lambda: not api.queue)

    assert {status for _, status in api.brought} == {401, 200}
    assert said == ["hallo?"]


async def test_a_slow_answer_takes_its_time(api, token):
    api.delays["getMe"] = 0.2
    before = asyncio.get_running_loop().time()
    async with aiogram_bot(api, token) as bot:
        await bot.get_me()

    assert asyncio.get_running_loop().time() - before >= 0.2
