"""Keeps conversations in SQL: SQLite by default, PostgreSQL by its URL. One code for both.

A conversation is forgotten by `forget`: its events, its case, its key and all else of it go in one transaction. Then
what is left in the files is wiped (wiping.py).
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation import Conversation
from bot.counted import Dimension, Key, Kind, Span, Tally, Teams
from bot.deliveries import deliveries
from bot.events import Event, Followed, Said, Timer
from bot.places import NOWHERE, Places
from bot.ports import Conflict, Everything, OutboxDepth, Stop, StoreAway, Timers
from bot.queue import Case, Wanted
from bot.standing import Standing
from bot.stores import answers, cases, happened, inbox, outbox
from bot.stores import deliveries as elsewhere
from bot.stores import tallies as counted
from bot.stores import timers as timing
from bot.stores.alone import Alone
from bot.stores.bell import Bell, outbox_of, teams
from bot.stores.engines import Engines, to_the_end
from bot.stores.everything import everything_of
from bot.stores.forgotten import add_forgotten
from bot.stores.keys import erase, key_from, note_forgotten, root_of
from bot.stores.migrate import at_head
from bot.stores.news import News
from bot.stores.quiet import is_quiet
from bot.stores.shared import SqlShared
from bot.stores.standing import standing_of
from bot.stores.tables.conversations import CASES
from bot.stores.vault import ConversationKey, Vault
from bot.stores.wiping import Wiping


class SqlStore:
    """An EventStore over SQL. The vault seals what conversations say; that of this environment when none is given.

    `pushed` are the channels whose replies go by the outbox; `places` are told of what happens to cases. In the file
    `forgotten` is added who was forgotten, as a keyed hash, for `wegwijs restore`.
    """

    def __init__(
        self,
        url: str,
        pushed: AbstractSet[str] = frozenset({"telegram"}),
        places: Places = NOWHERE,
        vault: Vault | None = None,
        forgotten: Path | None = None,
    ) -> None:
        self.engines = Engines(url, vault)
        _ = self.engines.vault  # without a key nothing works
        self.changed = Bell()
        self._news = News(self.engines, self.changed)
        self._alone = Alone(self.engines)
        self.shared = SqlShared(self.engines)
        self._pushed = pushed
        self._places = places
        self._wiping = Wiping(self.engines)
        self._forgotten = forgotten

    async def read(self, conversation: str) -> tuple[Event, ...]:
        """Return all events of a conversation, oldest first; empty when there is none."""
        async with self.engines.reading() as connection:
            return await happened.of(connection, self.engines.vault, conversation)

    @to_the_end
    async def append(
        self,
        conversation: str,
        events: Sequence[Event],
        *,
        after: int,
        case: Case | None = None,
        timers: Timers | None = None,
        tallies: Sequence[Tally] = (),
    ) -> None:
        """Add events behind the first `after` ones, with all that goes with them, in one transaction."""
        try:
            async with self.engines.writing(only=conversation) as connection:
                await connection.run_sync(root_of, self.engines.vault)  # the numbers of cases come from it
                wrapped = await happened.expect(connection, conversation, after)
                key = await key_from(connection, self.engines.vault, conversation, wrapped)
                await self._add(connection, key, events, after)
                before = await cases.put(connection, case, key) if case else None
                await self._tell(connection, case, list(enumerate(events, after + 1)), before)
                await timing.put(connection, conversation, timers)
                await counted.put(connection, tallies)
                topics = self._topics(conversation, events, before, case)
                await self._news.note(connection, conversation, *topics)
        except IntegrityError as taken:  # two took the same number, or the message was heard before
            raise Conflict(conversation) from taken
        self._ring(conversation, *topics)

    @staticmethod
    def _topics(conversation: str, events: Sequence[Event], before: str | None, case: Case | None) -> tuple[str, ...]:
        letters = outbox_of(Conversation(id=conversation).channel, events)
        return (*teams(before, case.organisation if case else None), *letters)

    def _ring(self, conversation: str, *topics: str) -> None:
        self.changed.ring(conversation, *topics)
        self._news.tell()

    async def _add(
        self, connection: AsyncConnection, key: ConversationKey, events: Sequence[Event], after: int
    ) -> None:
        numbered, conversation = list(enumerate(events, after + 1)), key.conversation
        await happened.put(connection, key, numbered)
        await answers.put(connection, conversation, numbered)
        channel = Conversation(id=conversation).channel
        if channel in self._pushed:
            await outbox.put(connection, conversation, channel, numbered)
            await outbox.take_out(connection, conversation, events)
        await inbox.put(connection, conversation, events)

    async def _tell(
        self, connection: AsyncConnection, case: Case | None, numbered: Sequence[tuple[int, Event]], before: str | None
    ) -> None:
        if case is not None:
            await elsewhere.put(connection, deliveries(numbered, case, self._places, before))

    async def everything(self, conversation: str) -> Everything:
        """Return all that is kept of a conversation, readable: its rows by table; empty when there is nothing."""
        return await everything_of(self.engines, conversation)

    @to_the_end
    async def forget(self, conversation: str, *, quiet_since: datetime | None = None) -> bool:
        """Erase a conversation with everything kept about it; tell whether there was one.

        With `quiet_since` only when nothing happened in it after that moment, nor is still to happen.
        """
        async with self.engines.writing(only=conversation) as connection:
            if quiet_since is not None and not await is_quiet(connection, conversation, quiet_since):
                return False
            team = await cases.take_out(connection, conversation)
            was_there, now = await erase(connection, conversation), datetime.now(UTC)
            if was_there:
                mark = await note_forgotten(connection, self.engines.vault, conversation, now)
            await self._news.note(connection, conversation, *teams(team))
        self._ring(conversation, *teams(team))
        if was_there:
            await add_forgotten(self._forgotten, mark, now)
        await self._wiping.wipe()
        return was_there

    async def due(self, now: datetime, limit: int = 100) -> tuple[tuple[str, Timer], ...]:
        """Return (conversation, timer) of the timers that must have gone off by now, the oldest first."""
        async with self.engines.reading() as connection:
            return await timing.due(connection, now, limit)

    async def followed(self) -> tuple[Followed, ...]:
        """Return what residents told about how it went, oldest first."""
        async with self.engines.reading() as connection:
            return await happened.followed(connection, self.engines.vault)

    async def tallied(
        self, kind: Kind, by: Sequence[Dimension], *, teams: Teams | None = None
    ) -> Mapping[tuple[date, Key], int]:
        """Return how many tallies there are of each combination, by week."""
        async with self.engines.reading() as connection:
            return await counted.tallied(connection, kind, by, teams)

    async def spans(self, kind: Kind, since: date, before: date, *, teams: Teams | None = None) -> tuple[Span, ...]:
        """Return how long it took each time, in these weeks."""
        async with self.engines.reading() as connection:
            return await counted.spans(connection, kind, since, before, teams)

    async def waiting(self) -> Mapping[str, int]:
        """Return how many questions wait for each organisation that has any."""
        async with self.engines.reading() as connection:
            return await cases.waiting(connection)

    async def cases(self, wanted: Wanted, *, after: str = "", limit: int = 50) -> tuple[Case, ...]:
        """Return the first wanted cases behind this place, each in its place."""
        async with self.engines.reading() as connection:
            return await cases.page(connection, self.engines.vault, wanted, after, limit)

    async def count(self, *wanted: Wanted, most: int = 1000) -> tuple[int, ...]:
        """Return how many cases each of these wants, or `most` when there are as many or more."""
        async with self.engines.reading() as connection:
            return await cases.count(connection, wanted, most)

    async def case(self, conversation: str) -> Case | None:
        """Return one case, or None."""
        return await self._case(CASES.c.conversation == conversation)

    async def numbered(self, number: str) -> Case | None:
        """Return the case that this number stands for in an address, or None."""
        return await self._case(CASES.c.number == number)

    async def _case(self, this: ColumnElement[bool]) -> Case | None:
        async with self.engines.reading() as connection:
            return await cases.one(connection, self.engines.vault, this)

    async def answered(self, receipt: str) -> tuple[str, ...]:
        """Return the conversations in which the answer of this number was given, the last one first."""
        async with self.engines.reading() as connection:
            return await answers.answered(connection, receipt)

    async def undelivered(
        self, channel: str, limit: int = 100, *, now: datetime | None = None
    ) -> tuple[tuple[str, Said], ...]:
        """Return (conversation, Said) that must be sent over a channel by now, oldest first."""
        async with self.engines.reading() as connection:
            due = outbox.due(channel, now or datetime.now(UTC), limit)
            return await outbox.read(connection, self.engines.vault, due)

    @to_the_end
    async def claim(self, channel: str, now: datetime, until: datetime) -> tuple[str, Said] | None:
        """Return the first (conversation, Said) that must be sent by now, as the caller's own until a moment."""
        async with self.engines.writing() as connection:
            return await outbox.claim(connection, self.engines.vault, channel, now, until)

    @to_the_end
    async def failed(
        self,
        conversation: str,
        said: str,
        retry_at: datetime | None,
        *,
        now: datetime | None = None,
        problem: str = "",
    ) -> int:
        """Note that sending failed and when to try again, None for never; return how often it failed."""
        async with self.engines.writing() as connection:
            return await outbox.failed(connection, conversation, said, retry_at, now or datetime.now(UTC), problem)

    async def dead_letters(self, channel: str, limit: int = 100) -> tuple[tuple[str, Said], ...]:
        """Return (conversation, Said) that were given up, oldest first."""
        async with self.engines.reading() as connection:
            return await outbox.read(connection, self.engines.vault, outbox.dead(channel, limit))

    async def outbox_depth(self) -> OutboxDepth:
        """Return how much waits to be pushed, over all channels."""
        async with self.engines.reading() as connection:
            return await outbox.depth(connection)

    async def standing(self, now: datetime, municipality_of: Callable[[str], str]) -> Standing:
        """Return how the store stands, by municipality where it is about organisations."""
        return await standing_of(self.engines, now, municipality_of)

    async def ready(self) -> bool:
        """Tell whether the database answers and its tables are up to date."""
        try:
            return await at_head(self.engines)
        except StoreAway:
            return False

    @to_the_end
    async def resume(self) -> None:
        """Take up what the process before this one left half done; others' claims come free with their time."""
        if self.engines.is_file:
            async with self.engines.writing() as connection:
                await outbox.release(connection)

    async def follow(self, stop: Stop) -> None:
        """Ring for what other processes change, until `stop` is set."""
        await self._news.follow(stop)

    async def holds(self, task: str) -> bool:
        """Tell whether this process is the one that does a task; it takes it up when nobody does."""
        return await self._alone.holds(task)

    async def close(self) -> None:
        """Close all connections."""
        await self._wiping.close()
        await self._alone.close()
        await self.engines.close()
