"""What other processes changed, over PostgreSQL: each change is a row, and a notification says only "look".

A row is written with what it tells, in the same transaction, so none is lost with a process. Who listens reads the
rows since its last look: after a notification, every few seconds, and when a lost connection is back. "Since" goes by
transactions (`pg_current_xact_id`) and not by a counter, because a lower number may become visible after a higher one.
It is told after the commit, not in it: a commit that notifies waits for every other one. SQLite has one process.
"""

import asyncio
import logging
import random
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Stop
from bot.queue import case_number
from bot.stores.bell import Bell
from bot.stores.engines import Engines, Line
from bot.stores.keys import root_of
from bot.stores.tables.processes import CHANGES

log = logging.getLogger("wegwijs")

CHANNEL = "wegwijs"
BEAT = 5.0  # seconds between two looks when no notification comes: a process may die between its commit and the telling
_TOGETHER = 0.01  # seconds; what changes in them is told, and looked at, in one
_KEPT = timedelta(minutes=10)  # who did not look for so long is told that anything may have changed
_LONGEST_REST = 30.0  # seconds
_TRANSACTION = text("pg_current_xact_id()::text::bigint")
_SINCE = """
    SELECT now.horizon, changes.number, changes.xact, changes.conversation, changes.topics, changes.by
    FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) AS now
    LEFT JOIN changes ON changes.xact >= %s
    ORDER BY changes.number
"""


class News:
    """Tells other processes what changed here, and rings the bell here for what changed there."""

    def __init__(self, engines: Engines, bell: Bell) -> None:
        self._engines = engines
        self._bell = bell
        self._me = uuid4().hex[:12]
        self._untold = asyncio.Event()
        self._horizon: int | None = None  # all transactions below it were looked at
        self._seen: set[int] = set()  # rows above the horizon that were
        self._looked = datetime.min.replace(tzinfo=UTC)

    async def note(self, connection: AsyncConnection, conversation: str, *topics: str) -> None:
        """Keep, in the transaction that changes a conversation, that it did. No id of it is kept, only its number."""
        if self._engines.is_file:
            return
        told = {"conversation": case_number(conversation), "topics": " ".join(topics), "by": self._me}
        await connection.execute(insert(CHANGES).values(xact=_TRANSACTION, at=datetime.now(UTC), **told))

    def tell(self) -> None:
        """Let the others look, in a moment; for use after the commit."""
        self._untold.set()

    async def follow(self, stop: Stop) -> None:
        """Tell and hear until `stop` is set. Who loses the connection comes back and catches up."""
        failures = 0
        while not stop.is_set() and not self._engines.is_file:
            try:
                await self._know_numbers()
                async with await self._engines.line() as ear, await self._engines.line() as mouth:
                    await ear.execute(f"LISTEN {CHANNEL}")
                    await self._look(ear)  # what was missed while nobody listened
                    failures = 0
                    await _first_of(self._hear(ear), self._speak(mouth), stop.wait())
            except Exception as problem:  # a loop never dies
                failures += 1
                log.warning("no news of other processes, again later: %s", type(problem).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _rest(failures))
        await stop.wait()

    async def _know_numbers(self) -> None:
        """Take the numbers of conversations from the secret of this database, as the other processes do."""
        async with self._engines.writing() as connection:
            await connection.run_sync(root_of, self._engines.vault)
        self._bell.renumber()

    async def _hear(self, ear: Line) -> None:
        while True:
            said = [note.payload async for note in ear.notifies(timeout=BEAT, stop_after=1)]
            if said and set(said) == {self._me}:
                continue
            await asyncio.sleep(_TOGETHER)
            await self._look(ear)

    async def _speak(self, mouth: Line) -> None:
        tidied = datetime.now(UTC)
        while True:
            await self._untold.wait()
            await asyncio.sleep(_TOGETHER)
            self._untold.clear()
            await mouth.execute("SELECT pg_notify(%s, %s)", (CHANNEL, self._me))
            if datetime.now(UTC) - tidied > _KEPT:
                tidied = datetime.now(UTC)
                await mouth.execute("DELETE FROM changes WHERE at < %s", (tidied - _KEPT,))

    async def _look(self, ear: Line) -> None:
        """Ring for what others changed since the last look; for all when that is too long ago to know."""
        now = datetime.now(UTC)
        rows = await (await ear.execute(_SINCE, (self._horizon or 0,))).fetchall()
        horizon = rows[0][0]
        if self._horizon is None or horizon < self._horizon or now - self._looked > _KEPT / 2:
            self._bell.ring_all()
        else:
            for _, number, _, conversation, topics, by in rows:
                if number is not None and number not in self._seen and by != self._me:
                    self._bell.ring_number(conversation, *topics.split())
        self._seen = {number for _, number, xact, *_ in rows if number is not None and xact >= horizon}
        self._horizon, self._looked = horizon, now


async def _first_of(*steps: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of these to end, end the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(step) for step in steps]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _rest(failures: int) -> float:
    """Return how long to rest, in seconds: ever longer, and not all processes at the same moment."""
    return min(0.2 * 2.0 ** min(failures, 20), _LONGEST_REST) * random.uniform(0.5, 1)  # noqa: S311 -- no secret
