"""The commands that Telegram shows beside the field to type in, in each language that the bot speaks."""

import logging

from bot.phrases import Phrases
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

log = logging.getLogger("wegwijs")

_LONGEST = 256  # signs of a description
_SAYS = {"start": "start", "taal": "choice.languages", "stop": "stop", "wis": "choice.yes_forget"}
_ANY_OTHER = "other"  # a language that we do not speak


def menu(phrases: Phrases, language: str) -> tuple[BotCommand, ...]:
    """Return the commands with what each does, in this language."""
    return tuple(BotCommand(command, phrases(key, language)[:_LONGEST]) for command, key in _SAYS.items())


async def set_menus(bot: Bot, phrases: Phrases) -> None:
    """Tell Telegram the commands for private chats. A failure is only logged: the commands work without a menu."""
    menus = {code: menu(phrases, code) for code in phrases.languages if len(code) == len("nl")}  # as Telegram has them
    scope = BotCommandScopeAllPrivateChats()
    try:
        await bot.set_my_commands(menu(phrases, phrases.spoken(_ANY_OTHER)), scope)
        for code, commands in menus.items():
            await bot.set_my_commands(commands, scope, code)
    except TelegramError as problem:
        log.warning("commands not shown on Telegram: %s", type(problem).__name__)
