"""Updates as Telegram gives them, each read by itself: one that the library cannot read must not hide the others."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.channels.telegram.hearing import KINDS
from bot.inbox import Stuck, mark_of
from bot.messages import Incoming
from bot.problems import name_of
from telegram import Bot, Update
from telegram.constants import ChatType

log = logging.getLogger("wegwijs")

Told = Mapping[str, Any]  # an update as JSON, with its update_id

_ANSWER = 5  # seconds for Telegram's answer beyond the poll itself

# `Bot.get_updates` reads all of them or none, and logs what residents wrote when one cannot be read. Written like
# this, the library does not warn that there is a method of this name.
_GET = "get_Updates"


async def new_updates(bot: Bot, offset: int, seconds: int) -> Sequence[Told]:
    """Return the updates from a number on, as soon as there are any, and none after so many seconds."""
    asked = {"offset": offset, "timeout": seconds, "allowed_updates": KINDS}
    updates: Sequence[Told] = await bot.do_api_request(_GET, asked, read_timeout=seconds + _ANSWER)
    return updates


def read_update(told: Told, bot: Bot) -> Update | None:
    """Return an update, None for one that the library cannot read."""
    try:
        return Update.de_json(dict(told), bot)
    except Exception as problem:  # whatever it stumbles over
        log.warning("update %s cannot be read: %s", told["update_id"], name_of(problem))
        return None


def bare_incoming(told: Told) -> Incoming | None:
    """Return the text of a private message in an update that the library cannot read, None when there is none."""
    for kind in ("message", "edited_message"):
        match told.get(kind):
            case {"chat": {"id": int(chat), "type": ChatType.PRIVATE}, "text": str(text)}:
                return Incoming(id=f"update{chat}:{told['update_id']}", conversation=f"telegram:{chat}", text=text)
    return None


def passed_by(number: int, conversation: str | None, problem: Exception, now: datetime) -> Stuck:
    """Return what is shown of an update that was left alone."""
    return Stuck(
        id=mark_of("telegram", f"update {number}"),
        kind="update",
        channel="telegram",
        conversation=conversation,
        what=str(number),
        at=now,
        tries=1,
        problem=type(problem).__name__,
    )
