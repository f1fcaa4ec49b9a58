"""What the bot needs from the world outside."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.counted import Figures, Tally
from bot.events import Event, Followed, Said, Timer
from bot.messages import Value
from bot.queue import Case, Wanted
from bot.shared import Shared
from bot.standing import Standing

Prune = Callable[[datetime], Awaitable[int]]  # erases lines of the audit log up to a moment
Everything = Mapping[str, Sequence[Mapping[str, Any]]]  # table -> rows
Timers = Mapping[Timer, datetime]  # what is said later, and when


class Conflict(Exception):
    """Somebody else added to the conversation first. Read it again and take the step again."""


class StoreAway(Exception):
    """The database does not answer, or refuses. Take it as not stored; doing it again is safe."""


class OutboxDepth(Value):
    """How many replies wait to be pushed, and how many were given up (dead letters)."""

    waiting: int = 0
    dead: int = 0


class Stop(Protocol):
    """Tells that we must stop (an asyncio.Event)."""

    def is_set(self) -> bool:
        """Tell whether we must."""
        ...

    async def wait(self) -> Literal[True]:
        """Wait until we must."""
        ...


class Changes(Protocol):
    """Tells which conversations changed, in whatever process."""

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Return a listener to conversations, to the cases of teams (see queue.topic) or to all ("*").

        It gives the number (queue.case_number) of each conversation that changed. A case that leaves a team is told
        to both. Subscribe first and read then, so that nothing falls between. A listener that is far behind is
        given "*": anything may have changed. To "outbox:<channel>" it tells what must be pushed there.
        """
        ...


class EventStore(Figures, Protocol):
    """Keeps conversations: the events of each, in order, and the desk's row of each.

    Every method raises StoreAway when the database is away, only `ready` says so by its answer.
    """

    @property
    def changed(self) -> Changes:
        """Rings for a conversation when something about it was stored or forgotten, never before."""
        ...

    @property
    def shared(self) -> Shared:
        """Keeps the private links to an advice, which `forget` erases too."""
        ...

    async def read(self, conversation: str) -> tuple[Event, ...]:
        """Return all events of a conversation, oldest first; empty when there is none."""
        ...

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
        """Add events behind the first `after` ones, and set the desk's row and the timers, in one transaction.

        `tallies` are what is counted of these events; `forget` leaves them.

        `timers` are all that the conversation has from now on; None leaves them as they are.

        Raises Conflict when the conversation does not have exactly `after` events, or has heard one of
        these messages already.
        """
        ...

    async def due(self, now: datetime, limit: int = 100) -> tuple[tuple[str, Timer], ...]:
        """Return (conversation, timer) of the timers that must have gone off by now, the oldest first."""
        ...

    async def followed(self) -> tuple[Followed, ...]:
        """Return what residents told about how it went, oldest first. Nothing in it says who they are."""
        ...

    async def waiting(self) -> Mapping[str, int]:
        """Return how many questions wait for each organisation that has any."""
        ...

    async def everything(self, conversation: str) -> Everything:
        """Return all that is kept of a conversation, readable: its rows by table; empty when there is nothing."""
        ...

    async def forget(self, conversation: str) -> bool:
        """Erase a conversation with everything kept about it; tell whether there was one."""
        ...

    async def cases(self, wanted: Wanted, *, after: str = "", limit: int = 50) -> tuple[Case, ...]:
        """Return the first wanted cases behind this place, each in its place."""
        ...

    async def count(self, *wanted: Wanted, most: int = 1000) -> tuple[int, ...]:
        """Return how many cases each of these wants, or `most` when there are as many or more."""
        ...

    async def case(self, conversation: str) -> Case | None:
        """Return one case, or None."""
        ...

    async def numbered(self, number: str) -> Case | None:
        """Return the case that this number stands for in an address, or None."""
        ...

    async def answered(self, receipt: str) -> tuple[str, ...]:
        """Return the conversations in which the answer of this number was given, the last one first."""
        ...

    async def undelivered(
        self, channel: str, limit: int = 100, *, now: datetime | None = None
    ) -> tuple[tuple[str, Said], ...]:
        """Return (conversation, Said) that must be sent over a channel by now, oldest first.

        What waits for its next try holds up what was said after it in the same conversation.
        """
        ...

    async def claim(self, channel: str, now: datetime, until: datetime) -> tuple[str, Said] | None:
        """Return the first (conversation, Said) that must be sent by now, as the caller's own until a moment.

        None when there is none, or others have claimed them all. Of a conversation only the first that was not
        sent can be claimed, so their order is kept. A claim ends by a Delivered, by `failed`, or with its time.
        """
        ...

    async def failed(
        self,
        conversation: str,
        said: str,
        retry_at: datetime | None,
        *,
        now: datetime | None = None,
        problem: str = "",
    ) -> int:
        """Note that sending failed, why and when to try again, None for never; return how often it failed.

        What is never tried again stays as a dead letter. A later `retry_at` brings it back.
        """
        ...

    async def dead_letters(self, channel: str, limit: int = 100) -> tuple[tuple[str, Said], ...]:
        """Return (conversation, Said) that were given up, oldest first."""
        ...

    async def outbox_depth(self) -> OutboxDepth:
        """Return how much waits to be pushed, over all channels."""
        ...

    async def resume(self) -> None:
        """Take up what the process before this one left half done, before anything else is done."""
        ...

    async def follow(self, stop: Stop) -> None:
        """Ring for what other processes change, until `stop` is set; it never fails."""
        ...

    async def holds(self, task: str) -> bool:
        """Tell whether this process is the one that does a task; it takes it up when nobody does.

        It stays so until it ends or loses the database.
        """
        ...

    async def standing(self, now: datetime, municipality_of: Callable[[str], str]) -> Standing:
        """Return how the store stands, by municipality where it is about organisations."""
        ...

    async def ready(self) -> bool:
        """Tell whether the store answers and its tables are up to date."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return now, with time zone."""
        ...


class Channel(Protocol):
    """A way to reach a resident that must be pushed (Telegram); web and REST fetch what is said."""

    name: str

    async def send(self, conversation: str, said: Said) -> tuple[str, ...]:
        """Bring what was said to the resident and return the channel's own numbers of it, () where it has none.

        Raises when it did not arrive (channels/outbox.py says what then).
        """
        ...

    async def take_back(self, conversation: str, numbers: Sequence[str]) -> None:
        """Take away what was sent, as far as the channel can; it never fails."""
        ...
