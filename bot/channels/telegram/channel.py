"""Telegram: private messages in, replies out. Nothing here knows a theme or a rule.

We call `Bot.get_updates` in a loop of our own instead of python-telegram-bot's Updater, because the Updater
puts updates in memory and tells Telegram at its next call that they arrived. Here the offset moves on only
after the assistant has stored an update, so Telegram repeats what a crash or an absent database left behind.
With a webhook Telegram brings the updates itself (webhook.py); what happens with each is the same.
"""

import asyncio
import contextlib
import logging
import os
from collections import deque
from collections.abc import Sequence
from functools import partial

from bot.assistant import Assistant
from bot.channels.loops import again_and_again, unless
from bot.channels.outbox import deliver
from bot.channels.telegram.chats import Chats, wait_of
from bot.channels.telegram.hearing import KINDS, incoming_from, is_addressed, is_private
from bot.channels.telegram.menu import set_menus
from bot.channels.telegram.saying import payload_of
from bot.channels.telegram.updates import Told, bare_incoming, new_updates, passed_by, read_update
from bot.messages import Incoming, Value
from bot.phrases import DUTCH
from bot.ports import Conflict, StoreAway
from bot.problems import name_of
from bot.settings import Webhook
from telegram import Bot, Update
from telegram.error import RetryAfter, TelegramError

os.environ.setdefault("PTB_TIMEDELTA", "1")  # periods as timedelta, as the library's next major version has them

log = logging.getLogger("wegwijs")

WEBHOOK = "/telegram/webhook"  # the path of the door for Telegram

_PATIENCE = 5  # times that an update may fail before it is passed by
_REMEMBERED = 1_000  # updates that were taken: as many as a moment may bring


class Pace(Value):
    """How long, in seconds, Telegram keeps a poll open, how often others look whether we are gone, how long we rest."""

    poll: int = 25
    turn: float = 3
    outbox: float = 5
    first_rest: float = 1
    longest_rest: float = 60


class Telegram:
    """Hears private messages and says replies in the same chat. Without a webhook it polls."""

    def __init__(
        self,
        assistant: Assistant,
        bot: Bot,
        webhook: Webhook | None = None,
        pace: Pace = Pace(),  # noqa: B008 -- a value that never changes
    ) -> None:
        self.assistant = assistant
        self.bot = bot
        self.chats = Chats(assistant, bot)
        self.webhook = webhook
        self.pace = pace
        self.is_connected = False
        self._offset = 0
        self._one_at_a_time = asyncio.Lock()
        self._taken: deque[int] = deque(maxlen=_REMEMBERED)
        self._told_away: set[int] = set()
        self._failing = (0, 0)  # an update, and how often in a row it could not be kept

    async def speak(self, stop: asyncio.Event) -> None:
        """Send what was said, as soon as the store rings and again every few seconds, until `stop` is set."""
        async with self.assistant.store.changed.subscribe(f"outbox:{self.chats.name}") as rings:

            async def step() -> None:
                await deliver(self.assistant, self.chats)
                with contextlib.suppress(TimeoutError):
                    await unless(stop, asyncio.wait_for(anext(rings), self.pace.outbox))

            await again_and_again(step, stop, self._rest)

    # ---------------------------------------------------------------- hearing

    async def listen(self, stop: asyncio.Event) -> None:
        """Hand every update to the assistant until `stop` is set. Whatever fails, it goes on.

        Of several processes one polls; when it is gone, another takes over.
        """
        menus_set = False

        async def connect_and_listen() -> None:
            nonlocal menus_set
            if not self.is_connected:
                await self._connect()
            if not await self.assistant.store.holds("telegram"):
                await unless(stop, asyncio.sleep(self.pace.turn))
                return
            if not menus_set:
                await unless(stop, set_menus(self.bot, self.assistant.minds.phrases))
                menus_set = True
            await (stop.wait() if self.webhook else self._poll(stop))

        await again_and_again(connect_and_listen, stop, self._rest)

    async def _connect(self) -> None:
        await self.bot.initialize()
        if self.webhook:
            url = self.webhook.url.rstrip("/") + WEBHOOK
            await self.bot.set_webhook(url, secret_token=self.webhook.secret, allowed_updates=KINDS)
        else:
            await self.bot.delete_webhook()  # as long as there is one, Telegram refuses to be polled
        self.is_connected = True

    async def _poll(self, stop: asyncio.Event) -> None:
        updates = await unless(stop, new_updates(self.bot, self._offset, self.pace.poll)) or ()
        for number, told in enumerate(updates):
            if stop.is_set():
                return
            try:
                await self.take(told)
            except (StoreAway, Conflict):
                await self.tell_away(updates[number:])
                raise
            self._offset = told["update_id"] + 1

    async def take(self, told: Told) -> None:
        """Answer an update, once; raise StoreAway or Conflict when it was not kept and must come again."""
        number = told["update_id"]
        async with self._one_at_a_time:
            if number in self._taken:
                return
            update = read_update(told, self.bot)
            try:
                await (self._hear_bare(told) if update is None else self._hear(update))
            except Exception as problem:  # the edge: an update we cannot handle must not come for ever
                is_away = isinstance(problem, StoreAway | Conflict)
                if is_away and not await self._stands_in_the_way(number):
                    raise
                await self._pass_by(number, update, problem)
            self._taken.append(number)

    async def _hear_bare(self, told: Told) -> None:
        """Answer what the library cannot read, as far as we can see who wrote what."""
        if incoming := bare_incoming(told):
            await self.assistant.handle(incoming)
        else:
            await self._pass_by(told["update_id"], None, ValueError())

    async def _stands_in_the_way(self, number: int) -> bool:
        """Tell whether an update fails again and again while the database works; those behind it must not wait."""
        before, times = self._failing
        self._failing = number, times + 1 if before == number else 1
        return self._failing[1] >= _PATIENCE and await self.assistant.store.ready()

    async def _pass_by(self, number: int, update: Update | None, problem: Exception) -> None:
        """Leave an update alone: show it to who runs Wegwijs, and tell the resident how to go on."""
        log.error("update %s not handled: %s", number, name_of(problem))
        if inbox := self.assistant.aside.inbox:
            chat = f"{self.chats.name}:{_chat(update)}" if update and is_private(update) else None
            await inbox.fail(passed_by(number, chat, problem, self.assistant.clock.now()))
        if update and is_private(update):
            await self.chats.say(_chat(update), self._phrase("trouble", update))

    async def _hear(self, update: Update) -> None:
        if incoming := self._incoming(update):
            await self._answer(incoming, update)
            self._told_away.discard(_chat(update))
        elif update.message and is_addressed(update.message, self.bot.bot):
            await self.chats.say(
                update.message.chat_id, self._phrase("in_a_group", update, link=f"https://t.me/{self.bot.username}")
            )

    def _incoming(self, update: Update) -> Incoming | None:
        return incoming_from(update, self.assistant.minds.phrases)

    async def _answer(self, incoming: Incoming, update: Update) -> None:
        if update.callback_query:
            events = await self.assistant.store.read(incoming.conversation)
            incoming = incoming.model_copy(update={"text": payload_of(incoming.text, events)})
        answers = await self.assistant.handle(incoming, partial(self.chats.leave_nothing, incoming.conversation))
        if not await self.assistant.store.read(incoming.conversation):  # forgotten, and the outbox with it
            await self.chats.leave_nothing(incoming.conversation)  # what was noted just before it was erased
            for said in answers:
                await self.chats.say(_chat(update), said.reply.plain)
        if update.callback_query:
            await self._take_buttons_away(update)

    async def _take_buttons_away(self, update: Update) -> None:
        """Tell Telegram that the tap was heard, and take away buttons that have been answered."""
        assert update.callback_query  # noqa: S101 -- asked for by the caller
        for call in (update.callback_query.answer, update.callback_query.edit_message_reply_markup):
            with contextlib.suppress(TelegramError):  # too old, or gone; the message itself was stored
                await call()

    async def tell_away(self, updates: Sequence[Told]) -> None:
        """Tell each resident once that we cannot answer now. Telegram keeps what they wrote for us."""
        for update in filter(None, (read_update(told, self.bot) for told in updates)):
            if self._incoming(update) and (chat := _chat(update)) not in self._told_away:
                self._told_away.add(chat)
                await self.chats.say(chat, self._phrase("away_later", update))

    def _phrase(self, key: str, update: Update, **values: str) -> str:
        phrases = self.assistant.minds.phrases
        return phrases(key, phrases.spoken(_language(update)), **values)

    def _rest(self, problem: Exception, failures: int) -> float:
        """Return how many seconds to rest: as Telegram asks, else twice as long after each failure."""
        if isinstance(problem, RetryAfter):
            return wait_of(problem).total_seconds()
        return min(self.pace.first_rest * 2.0 ** min(failures - 1, 20), self.pace.longest_rest)


def _chat(update: Update) -> int:
    assert update.effective_chat  # noqa: S101 -- what has no chat was passed by
    return update.effective_chat.id


def _language(update: Update) -> str:
    """Return the language of the resident's own Telegram."""
    return ((update.effective_user and update.effective_user.language_code) or DUTCH).partition("-")[0]
