"""Erases what was kept long enough: conversations through `SqlStore.forget`, so that their keys go too."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select

from bot.ports import Prune
from bot.retention import STAFF_SESSIONS, Id, over_at
from bot.settings import Retention
from bot.stores.engines import to_the_end
from bot.stores.quiet import Place, Sort, quiet
from bot.stores.sql import SqlStore
from bot.stores.tables.conversations import CASES, EVENTS, INBOX, SHARED_ADVICE
from bot.stores.tables.sending import DELIVERIES, OUTBOX
from bot.stores.tables.staff import SESSIONS, STAFF_JOURNEYS, STAFF_LINKS, STAFF_TRIES

_AT_ONCE = 200


class Sweep:
    """Goes through all that is kept. `prune` erases lines of the audit log up to a moment (`Audit.prune`)."""

    def __init__(self, store: SqlStore, prune: Prune, days: Retention) -> None:
        self._store = store
        self._prune = prune
        self._days = days

    async def run(self, now: datetime) -> Mapping[Id, int]:
        """Erase what is over, and return how much of each kind. Raises StoreAway; what was erased stays so."""
        gone: Counter[Id] = Counter()
        sorts: tuple[Sort, ...] = ("conversation", "handoff_open", "handoff_closed")
        for sort in sorts:
            gone[sort] = await self._forget(sort, over_at(getattr(self._days, sort), now))
        gone["undelivered"] = await self._undelivered(over_at(self._days.undelivered, now))
        gone["shared"] = await self._erase(SHARED_ADVICE, SHARED_ADVICE.c.expires <= now)
        gone["elsewhere"] = await self._erase(DELIVERIES, _told(over_at(self._days.elsewhere, now)))
        gone["staff_sessions"] = await self._entrance(over_at(STAFF_SESSIONS, now))
        gone["audit"] = await self._prune(over_at(self._days.audit, now))
        await self._store.engines.wipe()
        return gone

    async def _forget(self, sort: Sort, until: datetime) -> int:
        gone = 0
        after: Place | None = None
        while rows := await self._quiet(sort, until, after):
            for began, conversation in rows:
                gone += await self._store.forget(conversation, quiet_since=until)
                after = (began, conversation)
        return gone

    async def _quiet(self, sort: Sort, until: datetime, after: Place | None) -> list[Place]:
        async with self._store.engines.reading() as connection:
            rows = await connection.execute(quiet(sort, until, after, _AT_ONCE))
            return [(began, conversation) for began, conversation in rows]

    async def _undelivered(self, until: datetime) -> int:
        """Erase letters that nobody will get any more, and notes of what stood still; what was said stays said."""
        said = and_(EVENTS.c.conversation == OUTBOX.c.conversation, EVENTS.c.number == OUTBOX.c.number)
        letters = await self._erase(OUTBOX, select(EVENTS.c.at).where(said, EVENTS.c.at <= until).exists())
        return letters + await self._erase(INBOX, INBOX.c.at <= until)

    async def _entrance(self, until: datetime) -> int:
        ended = ((SESSIONS, "expires"), (STAFF_LINKS, "expires"), (STAFF_JOURNEYS, "expires"), (STAFF_TRIES, "at"))
        return sum([await self._erase(table, table.c[moment] <= until) for table, moment in ended])

    @to_the_end
    async def _erase(self, table: Table, over: ColumnElement[bool]) -> int:
        async with self._store.engines.writing() as connection:
            return (await connection.execute(delete(table).where(over))).rowcount


def _told(until: datetime) -> ColumnElement[bool]:
    """Return which deliveries are over: of an open case they hold by which number another system knows it."""
    theirs = CASES.c.conversation == DELIVERIES.c.conversation
    is_open = select(CASES.c.state).where(theirs, CASES.c.state != "closed").exists()
    return and_(DELIVERIES.c.made_at <= until, or_(DELIVERIES.c.conversation.is_(None), ~is_open))
