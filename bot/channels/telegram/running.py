"""Connects to Telegram and runs the channel until we must stop."""

import asyncio
import logging

from bot.channels.telegram.channel import Telegram
from telegram import Bot
from telegram.request import HTTPXRequest

_LAST_WORDS = 2  # seconds for what is being sent at the moment that we must stop


def bot_at(token: str, base_url: str | None = None) -> Bot:
    """Return the bot of this token. `base_url` is that of a Bot API server of one's own."""
    return Bot(
        token,
        base_url=f"{base_url or 'https://api.telegram.org'}/bot",
        request=HTTPXRequest(),
        get_updates_request=HTTPXRequest(),
    )


async def run(telegram: Telegram, stop: asyncio.Event) -> None:
    """Hear and answer until `stop` is set."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, and the token is in them
    loops = [asyncio.create_task(loop(stop)) for loop in (telegram.listen, telegram.speak)]
    await stop.wait()
    _, unfinished = await asyncio.wait(loops, timeout=_LAST_WORDS)
    for loop in unfinished:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    telegram.is_connected = False
    await telegram.bot.shutdown()
