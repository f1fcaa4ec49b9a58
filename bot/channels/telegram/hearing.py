"""A Telegram update to a message for the assistant."""

import re

from bot.messages import Incoming, payload
from bot.phrases import Phrases
from telegram import Message, Update, User
from telegram.constants import ChatType, MessageEntityType, UpdateType

KINDS = (UpdateType.MESSAGE, UpdateType.EDITED_MESSAGE, UpdateType.CALLBACK_QUERY)  # what we ask Telegram for

_COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s(.*))?", re.DOTALL)
_LANGUAGE = "taal"  # alone, or with the language: /taal tr, /taal Türkçe
_MEANT = {"start": payload("greet"), "stop": payload("stop"), "wis": payload("forget")}


def incoming_from(update: Update, phrases: Phrases) -> Incoming | None:
    """Read an update of a private chat as a message, None when there is nothing to answer.

    The id follows from the update, so that a repeated update counts once. What is no text (a photo, a voice
    note) becomes a message without text.
    """
    if update.effective_chat is None or not is_private(update):
        return None
    chat = update.effective_chat.id
    conversation = f"telegram:{chat}"
    if tap := update.callback_query:
        return Incoming(id=f"callback_query{chat}:{tap.id}", conversation=conversation, text=tap.data or "")
    if (sent := update.message) and (sent.text or sent.effective_attachment):
        text = _meant(sent.text or "", phrases)
        return Incoming(id=f"message{chat}:{sent.message_id}", conversation=conversation, text=text)
    if (edited := update.edited_message) and edited.text:  # danger may stand in the edit only
        edit = f"edited_message{chat}:{edited.message_id}:{edited.edit_date and edited.edit_date.timestamp()}"
        return Incoming(id=edit, conversation=conversation, text=edited.text)
    return None


def _meant(text: str, phrases: Phrases) -> str:
    """Return our own command for one of Telegram's; anything else as it was typed."""
    command = _COMMAND.fullmatch(text)
    if command and command[1] == _LANGUAGE:
        return _language(command[2] or "", phrases)
    return _MEANT.get(command[1], text) if command else text


def _language(named: str, phrases: Phrases) -> str:
    """Return the choice of a language by its code or its own name, and of none when we do not know which."""
    codes = {name.casefold(): code for code in phrases.languages for name in (code, phrases("language_name", code))}
    code = codes.get(named.strip().casefold())
    return payload("language", language=code) if code else payload("language")


def is_private(update: Update) -> bool:
    """Tell whether an update is of a chat with one resident."""
    return update.effective_chat is not None and update.effective_chat.type == ChatType.PRIVATE


def is_addressed(message: Message, bot: User) -> bool:
    """Tell whether a message in a group is for the bot: it names the bot or answers it."""
    named = f"@{bot.username}".casefold()
    entities = message.parse_entities([MessageEntityType.MENTION, MessageEntityType.BOT_COMMAND])
    answered = message.reply_to_message
    is_answer = answered is not None and answered.from_user is not None and answered.from_user.id == bot.id
    return is_answer or any(word.casefold().endswith(named) for word in entities.values())
