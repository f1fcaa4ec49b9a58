"""Takes what was forgotten out of the files too, right after it was forgotten.

SQLite overwrites what it erases; its write-ahead file is emptied. PostgreSQL leaves erased bytes where they were until
it writes over them, so the table of keys is written anew (VACUUM FULL): without its key the rest of a conversation is
noise. That table is small (about 150 bytes a conversation), and locked while it is written.
"""

import asyncio
import logging
import time
from contextlib import suppress

import psycopg

from bot.stores.engines import Engines
from bot.stores.tables.every import of_a_conversation
from bot.stores.tables.keys import CONVERSATION_KEYS

log = logging.getLogger("wegwijs")

_TRIES = 3
_PATIENCE = "SET lock_timeout = '200ms'"  # who waits for a table holds up all who come after
_PAUSE = 0.3  # seconds between two tries
_LATER = 60.0  # seconds until it is tried again when others kept the table
_SHARE = 20  # it takes at most one twentieth of the time, so that many may be forgotten after each other


class Wiping:
    """Wipes after each forgetting; what comes soon after another is wiped together."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._next = 0.0  # by the clock of time.monotonic
        self._wanted = False
        self._later: asyncio.Task[None] | None = None

    async def wipe(self) -> None:
        """Wipe now, or soon when it was just done."""
        if self._engines.is_file:
            await self._engines.wipe()
            return
        self._wanted = True
        if time.monotonic() >= self._next:
            await self._rewrite()
        if self._wanted and (self._later is None or self._later.done()):
            self._later = asyncio.create_task(self._in_a_while())

    async def close(self) -> None:
        """Wipe what still waits for it."""
        if self._later:
            self._later.cancel()
            with suppress(asyncio.CancelledError):
                await self._later
        if self._wanted:
            await self._rewrite()

    async def _in_a_while(self) -> None:
        while self._wanted:
            await asyncio.sleep(max(0.0, self._next - time.monotonic()))
            await self._rewrite()

    async def _rewrite(self) -> None:
        self._wanted, began = False, time.monotonic()
        if await rewrite(self._engines, CONVERSATION_KEYS.name):
            self._next = time.monotonic() + _SHARE * (time.monotonic() - began)
        else:
            self._wanted, self._next = True, time.monotonic() + _LATER


async def rewrite(engines: Engines, table: str) -> bool:
    """Write a table of PostgreSQL anew without what was erased; tell whether others let go of it in time."""
    for attempt in range(_TRIES):
        try:
            async with await engines.line() as line:
                await line.execute(_PATIENCE)
                await line.execute(f'VACUUM (FULL, ANALYZE) "{table}"'.encode())
        except psycopg.Error as busy:
            log.warning("the table %s was not written anew: %s", table, type(busy).__name__)
            if attempt + 1 < _TRIES:
                await asyncio.sleep(_PAUSE)
        else:
            return True
    return False


async def wipe_all(engines: Engines) -> tuple[str, ...]:
    """Take what was erased out of all files; return the tables that others kept."""
    if engines.is_file:
        await engines.wipe()
        return ()
    names = [table.name for table in reversed(of_a_conversation())]
    return tuple([name for name in names if not await rewrite(engines, name)])
