"""What stands still because it keeps failing: a message, a timer, a reply. It waits for a person to try it again."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from hashlib import sha256
from typing import Literal, Protocol

from bot.events import Timer
from bot.messages import Value
from bot.queue import case_number

StuckKind = Literal["message", "update", "timer", "reply"]

CRASHES = 3  # of the process while it took the same message; then it is set aside


class Stuck(Value):
    """Something that stands still, without what it says. `what` is the number that its channel or the bot gave it."""

    id: str
    kind: StuckKind
    channel: str
    conversation: str | None = None  # None: of nobody that we could make out
    what: str
    at: datetime
    tries: int
    problem: str
    again: bool = False  # somebody asked to try it again


class Inbox(Protocol):
    """Keeps what stands still. Every method raises StoreAway."""

    async def stuck(self, limit: int = 100) -> tuple[Stuck, ...]:
        """Return what stands still, the oldest first."""
        ...

    async def again(self, ids: Collection[str] | None, now: datetime) -> int:
        """Let these be tried again (all for None); return how many that are."""
        ...

    async def take(self) -> Stuck | None:
        """Return a message that must be tried again, as standing still once more; None when there is none.

        So one that ends the process is tried once.
        """
        ...

    async def fail(self, stuck: Stuck) -> None:
        """Note that something stands still, or why it still does."""
        ...

    async def drop(self, id: str) -> None:  # noqa: A002 -- it is its id
        """Take out what is over."""
        ...

    async def put_off(self, conversation: str, timer: Timer, now: datetime, problem: str) -> None:
        """Let a timer that failed go off later, each time after longer; after some times it stands still."""
        ...

    async def count(self, marks: Iterable[str], now: datetime) -> None:
        """Note the messages that were being taken when a process died."""
        ...

    async def crashes(self) -> Mapping[str, int]:
        """Return of which messages (marks) it is known that a process died while it took them, and how often."""
        ...


class Watch(Protocol):
    """Remembers what is being taken, also when the process dies of it."""

    def over(self, mark: str) -> AbstractContextManager[None]:
        """Remember a message as long as it is being taken."""
        ...

    def left(self) -> tuple[str, ...]:
        """Return what was being taken by processes that died."""
        ...

    def clear(self) -> None:
        """Forget what `left` returned last: it is counted."""
        ...


def mark_of(conversation: str, number: str) -> str:
    """Return what stands for a message where nothing may be known of it."""
    return sha256(f"{case_number(conversation)}\n{number}".encode()).hexdigest()[:32]


class NoWatch:
    """A Watch that remembers nothing."""

    def over(self, mark: str) -> AbstractContextManager[None]:  # noqa: ARG002
        """Remember nothing."""
        return nullcontext()

    def left(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def clear(self) -> None:
        """Do nothing."""


class Aside:
    """What is set aside, as this process knows it: which messages it must not take any more.

    When a process dies, every message that it was taking may be the reason. So those are taken one at a time from then
    on: of the next crash only one of them can be the reason, and one that has nothing to do with it goes free.
    """

    def __init__(self, inbox: Inbox | None = None, watch: Watch | None = None) -> None:
        self.inbox = inbox
        self.watch: Watch = watch or NoWatch()
        self._crashes: Mapping[str, int] = {}
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def over(self, mark: str) -> AsyncIterator[bool]:
        """Watch over a message that is being taken; tell whether it may be: no process died of it too often."""
        async with self._alone if mark in self._crashes else nullcontext():
            with self.watch.over(mark):
                yield self._crashes.get(mark, 0) < CRASHES

    async def look(self, now: datetime) -> None:
        """Count what dead processes left, and learn which messages they died of. Raises StoreAway."""
        if self.inbox is None:
            return
        if left := self.watch.left():
            await self.inbox.count(left, now)
        self.watch.clear()
        self._crashes = await self.inbox.crashes()
