"""Our own messages in the chats of Telegram: sent once, and taken away again where it must be so."""

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.assistant import Assistant
from bot.channels.outbox import GiveUp, TryLater
from bot.channels.telegram.removing import asks_removal, removable, remove
from bot.channels.telegram.saying import keyboard, pieces
from bot.events import Event, Said
from bot.messages import Reply
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

log = logging.getLogger("wegwijs")

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_REMEMBERED = 1_000  # messages that were sent: as many as a moment may bring


class Chats:
    """Says replies in the chat of each conversation (a Channel)."""

    name = "telegram"

    def __init__(self, assistant: Assistant, bot: Bot) -> None:
        self.assistant = assistant
        self.bot = bot
        self._sent: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED)  # chat and number; perhaps not noted yet

    async def send(self, conversation: str, said: Said) -> tuple[str, ...]:
        """Say it in the chat of the conversation; raise GiveUp or TryLater when Telegram wants it so.

        Before we say that our messages are gone, we take them away: by then all that was said earlier arrived.
        """
        events = await self.assistant.store.read(conversation)
        if said not in events:  # forgotten in the meantime
            return ()
        chat = _chat_of(conversation)
        try:
            if asks_removal(said, events):
                await self._remove(chat, events)
            return await self._reply(chat, said.reply)
        except (Forbidden, BadRequest) as refused:
            raise GiveUp(type(refused).__name__) from refused
        except RetryAfter as busy:
            raise TryLater(wait_of(busy)) from busy

    async def _reply(self, chat: int, reply: Reply) -> tuple[str, ...]:
        *first, last = pieces(reply.plain)
        sent = [await self._put(chat, text) for text in first]
        return tuple(map(str, (*sent, await self._put(chat, last, keyboard(reply)))))

    async def _put(self, chat: int, text: str, buttons: InlineKeyboardMarkup | None = None) -> int:
        """Send one message and return its number."""
        sent = await self.bot.send_message(chat, text, reply_markup=buttons, link_preview_options=_NO_PREVIEW)
        self._sent.append((chat, sent.message_id))
        return sent.message_id

    async def take_back(self, conversation: str, numbers: Sequence[str]) -> None:
        """Take away what was sent, as far as Telegram lets us; it never fails."""
        try:
            await remove(self.bot, _chat_of(conversation), [int(number) for number in numbers])
        except TelegramError as problem:
            log.warning("not taken back on Telegram: %s", type(problem).__name__)

    async def leave_nothing(self, conversation: str) -> None:
        """Take away all that we said, as far as Telegram lets us."""
        events = await self.assistant.store.read(conversation)
        try:
            await self._remove(_chat_of(conversation), events)
        except TelegramError as problem:
            log.warning("not removed on Telegram: %s", type(problem).__name__)

    async def _remove(self, chat: int, events: Iterable[Event]) -> None:
        """Delete what is known from the events, and what was sent so lately that they do not tell it yet."""
        lately = {one for one in self._sent if one[0] == chat}
        numbers = {*removable(events, self.assistant.clock.now()), *(number for _, number in lately)}
        await remove(self.bot, chat, sorted(numbers))
        self._sent = deque((one for one in self._sent if one not in lately), _REMEMBERED)

    async def say(self, chat: int, text: str) -> None:
        """Say what is not kept. Should it fail, it is lost."""
        try:
            await self._put(chat, text)
        except TelegramError as problem:
            log.warning("not said on Telegram: %s", type(problem).__name__)


def wait_of(busy: RetryAfter) -> timedelta:
    """Return how long Telegram wants us to wait."""
    after = busy.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)


def _chat_of(conversation: str) -> int:
    return int(conversation.removeprefix("telegram:"))
