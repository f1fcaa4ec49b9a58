"""What is new in a conversation, as it happens: from the bot, from a colleague, from another tab."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi.sse import ServerSentEvent

from bot.assistant import Assistant
from bot.channels.web.page import Pages
from bot.messages import Value
from bot.ports import StoreAway

LONGEST = 3600.0  # seconds of one stream, since what little is sent to who reads nothing looks as if it was taken
_TRY_AGAIN = 3000  # milliseconds, when the line is lost


class Listener(Value):
    """A page that listens: to which conversation, how many of its events it has, in which language."""

    conversation: str
    seen: int
    language: str | None
    other: bool = False  # what stands on the page is of another conversation, which a second tab has replaced


async def news(
    assistant: Assistant, pages: Pages, page: Listener, shutdown: asyncio.Event
) -> AsyncIterator[ServerSentEvent]:
    """Give each message that the page has not seen as HTML, under the number of its event.

    Ends when the conversation was erased, when the store is away or it took long enough (the browser asks again
    by itself, with the number it has), or at shutdown.
    """
    seen = page.seen
    yield ServerSentEvent(comment="open", retry=_TRY_AGAIN)
    async with (
        assistant.store.changed.subscribe(page.conversation) as rings,
        aclosing(_at_once_and_at(rings, shutdown)) as turns,
    ):
        async for _ in turns:
            try:
                events = await assistant.store.read(page.conversation)
            except StoreAway:
                return
            if page.other or len(events) < seen:
                yield ServerSentEvent(event="gewist", raw_data="gewist")  # without data a browser passes it by
                return
            for entry in pages.news(events, seen):
                html = pages.messages([entry], page.language, assistant.clock.now(), events)
                number = str(entry.number) if entry.number > seen else None  # an earlier one has other buttons
                yield ServerSentEvent(event="bericht", raw_data=html, id=number)
            seen = len(events)


async def _at_once_and_at(rings: AsyncIterator[str], shutdown: asyncio.Event) -> AsyncGenerator[None, None]:
    """Give a turn at once and then at each ring, until shutdown, or until it took long enough."""
    clock = asyncio.get_running_loop().time
    until = clock() + LONGEST
    down = asyncio.ensure_future(shutdown.wait())
    try:
        while not shutdown.is_set() and (left := until - clock()) > 0:
            yield
            ring = asyncio.ensure_future(anext(rings))
            try:
                await asyncio.wait({ring, down}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ring.cancel()
    finally:
        down.cancel()
