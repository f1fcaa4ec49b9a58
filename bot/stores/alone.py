"""Which process does what one does for all: on PostgreSQL who holds the advisory lock, on SQLite the only one."""

import asyncio
from contextlib import suppress

import psycopg

from bot.ports import StoreAway
from bot.stores.engines import Engines, Line


class Alone:
    """Holds tasks for this process until it ends, or loses the connection; then another may take them."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._line: Line | None = None
        self._held: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def holds(self, task: str) -> bool:
        """Tell whether this process does the task, taking it up when nobody does. Raises StoreAway."""
        if self._engines.is_file:
            return True
        async with self._one_at_a_time:
            try:
                return await self._asks(task)
            except (psycopg.Error, OSError) as problem:
                await self._let_go()
                raise StoreAway(type(problem).__name__) from problem

    async def _asks(self, task: str) -> bool:
        if self._line is None:
            self._line = await self._engines.line()
        if task in self._held:
            await self._line.execute("SELECT 1")  # the lock is ours for as long as the connection lives
            return True
        asked = await self._line.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (f"task:{task}",))
        row = await asked.fetchone()
        if row and row[0]:
            self._held.add(task)
        return task in self._held

    async def close(self) -> None:
        """Let another process take what this one held."""
        async with self._one_at_a_time:
            await self._let_go()

    async def _let_go(self) -> None:
        line, self._line, self._held = self._line, None, set()
        if line is not None:
            with suppress(psycopg.Error, OSError):
                await line.close()
