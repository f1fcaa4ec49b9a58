"""Telegram: private messages in, replies out. Nothing here knows a theme or a rule.

We call `Bot.get_updates` in a loop of our own instead of python-telegram-bot's Updater, because the Updater
puts updates in memory and tells Telegram at its next call that they arrived. Here the offset moves on only
after the assistant has stored an update, so Telegram repeats what a crash or an absent database left behind.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Sequence
from datetime import timedelta

from telegram import Bot, LinkPreviewOptions, Update
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.assistant import Assistant
from bot.channels.loops import again_and_again, unless
from bot.channels.outbox import GiveUp, TryLater, deliver
from bot.channels.problems import name_of
from bot.channels.telegram_hearing import KINDS, incoming_from, is_addressed
from bot.channels.telegram_saying import keyboard, payload_of, pieces
from bot.events import Said
from bot.messages import Incoming, Value
from bot.phrases import DUTCH
from bot.ports import Conflict, StoreAway

os.environ.setdefault("PTB_TIMEDELTA", "1")  # periods as timedelta, as the library's next major version has them

log = logging.getLogger("wegwijs")

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_LAST_WORDS = 2  # seconds for what is being sent at the moment that we must stop


class Pace(Value):
    """How long, in seconds, Telegram keeps a poll open, and how long we rest."""

    poll: int = 25
    outbox: float = 5
    first_rest: float = 1
    longest_rest: float = 60


async def run(
    assistant: Assistant,
    token: str,
    base_url: str | None = None,
    *,
    stop: asyncio.Event,
    pace: Pace = Pace(),  # noqa: B008 -- a value that never changes
) -> None:
    """Hear and answer until `stop` is set. `base_url` is that of a Bot API server of one's own."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, and the token is in them
    bot = Bot(
        token,
        base_url=f"{base_url or 'https://api.telegram.org'}/bot",
        request=HTTPXRequest(),
        get_updates_request=HTTPXRequest(),
    )
    telegram = Telegram(assistant, bot, pace)
    loops = [asyncio.create_task(loop(stop)) for loop in (telegram.listen, telegram.speak)]
    await stop.wait()
    _, unfinished = await asyncio.wait(loops, timeout=_LAST_WORDS)
    for loop in unfinished:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    await bot.shutdown()


class Telegram:
    """Hears private messages and says replies in the same chat."""

    name = "telegram"

    def __init__(self, assistant: Assistant, bot: Bot, pace: Pace) -> None:
        self.assistant = assistant
        self.bot = bot
        self.pace = pace
        self._is_connected = False
        self._offset = 0
        self._told_away: set[int] = set()

    # ---------------------------------------------------------------- saying

    async def send(self, conversation: str, said: Said) -> None:
        """Say it in the chat of the conversation; raise GiveUp or TryLater when Telegram wants it so."""
        *first, last = pieces(said.reply.plain)
        chat = int(conversation.removeprefix("telegram:"))
        try:
            for text in first:
                await self.bot.send_message(chat, text, link_preview_options=_NO_PREVIEW)
            await self.bot.send_message(chat, last, reply_markup=keyboard(said.reply), link_preview_options=_NO_PREVIEW)
        except (Forbidden, BadRequest) as refused:
            raise GiveUp(type(refused).__name__) from refused
        except RetryAfter as busy:
            raise TryLater(_wait(busy)) from busy

    async def speak(self, stop: asyncio.Event) -> None:
        """Send what was said, as soon as the store rings and again every few seconds, until `stop` is set."""
        async with self.assistant.store.changed.subscribe("*") as rings:

            async def step() -> None:
                await deliver(self.assistant, self)
                with contextlib.suppress(TimeoutError):
                    await unless(stop, asyncio.wait_for(anext(rings), self.pace.outbox))

            await again_and_again(step, stop, self._rest)

    async def _say_directly(self, chat: int, text: str) -> None:
        """Say what is not kept. Should it fail, it is lost."""
        try:
            await self.bot.send_message(chat, text, link_preview_options=_NO_PREVIEW)
        except TelegramError as problem:
            log.warning("not said on Telegram: %s", type(problem).__name__)

    # ---------------------------------------------------------------- hearing

    async def listen(self, stop: asyncio.Event) -> None:
        """Hand every update to the assistant until `stop` is set. Whatever fails, it goes on."""

        async def connect_and_poll() -> None:
            if not self._is_connected:
                await self.bot.initialize()
                await self.bot.delete_webhook()  # as long as there is one, Telegram refuses to be polled
                self._is_connected = True
            await self._poll(stop)

        await again_and_again(connect_and_poll, stop, self._rest)

    async def _poll(self, stop: asyncio.Event) -> None:
        asked = self.bot.get_updates(offset=self._offset, timeout=self.pace.poll, allowed_updates=KINDS)
        updates = await unless(stop, asked) or ()
        for number, update in enumerate(updates):
            if stop.is_set():
                return
            try:
                await self._hear(update)
            except (StoreAway, Conflict):
                await self._tell_away(updates[number:])
                raise
            self._offset = update.update_id + 1
        self._told_away.clear()

    async def _hear(self, update: Update) -> None:
        if incoming := incoming_from(update):
            try:
                await self._answer(incoming, update)
            except (StoreAway, Conflict):
                raise
            except Exception as problem:  # the edge: an update we cannot handle must not come for ever
                log.error("%s not handled: %s", incoming.conversation, name_of(problem))
                await self._say_directly(_chat(update), self._phrase("trouble", update))
        elif update.message and is_addressed(update.message, self.bot.bot):
            await self._say_directly(
                update.message.chat_id, self._phrase("in_a_group", update, link=f"https://t.me/{self.bot.username}")
            )

    async def _answer(self, incoming: Incoming, update: Update) -> None:
        if update.callback_query:
            events = await self.assistant.store.read(incoming.conversation)
            incoming = incoming.model_copy(update={"text": payload_of(incoming.text, events)})
        answers = await self.assistant.handle(incoming)
        if not await self.assistant.store.read(incoming.conversation):  # forgotten, and the outbox with it
            for said in answers:
                await self._say_directly(_chat(update), said.reply.plain)
        if update.callback_query:
            await self._take_buttons_away(update)

    async def _take_buttons_away(self, update: Update) -> None:
        """Tell Telegram that the tap was heard, and take away buttons that have been answered."""
        assert update.callback_query  # noqa: S101 -- asked for by the caller
        for call in (update.callback_query.answer, update.callback_query.edit_message_reply_markup):
            with contextlib.suppress(TelegramError):  # too old, or gone; the message itself was stored
                await call()

    async def _tell_away(self, updates: Sequence[Update]) -> None:
        """Tell each resident once that we cannot answer now. Telegram keeps what they wrote for us."""
        for update in updates:
            if incoming_from(update) and (chat := _chat(update)) not in self._told_away:
                self._told_away.add(chat)
                await self._say_directly(chat, self._phrase("away_later", update))

    def _phrase(self, key: str, update: Update, **values: str) -> str:
        phrases = self.assistant.minds.phrases
        return phrases(key, phrases.spoken(_language(update)), **values)

    def _rest(self, problem: Exception, failures: int) -> float:
        """Return how many seconds to rest: as Telegram asks, else twice as long after each failure."""
        if isinstance(problem, RetryAfter):
            return _wait(problem).total_seconds()
        return min(self.pace.first_rest * 2.0 ** min(failures - 1, 20), self.pace.longest_rest)


def _wait(busy: RetryAfter) -> timedelta:
    after = busy.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)


def _chat(update: Update) -> int:
    assert update.effective_chat  # noqa: S101 -- what has no chat was passed by
    return update.effective_chat.id


def _language(update: Update) -> str:
    """Return the language of the resident's own Telegram."""
    return ((update.effective_user and update.effective_user.language_code) or DUTCH).partition("-")[0]
