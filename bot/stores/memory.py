"""Keeps conversations in memory, for tests. It promises what the SQL store promises."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from bot.conversation import Conversation
from bot.counted import Dimension, Key, Kind, Span, Tally, Teams
from bot.events import Decided, Delivered, Event, Followed, Heard, Said, Timer
from bot.ports import Conflict, Everything, OutboxDepth, Stop, Timers
from bot.queue import Case, Wanted, wanted_of
from bot.standing import Standing
from bot.stores.bell import Bell, outbox_of, teams
from bot.stores.memory_shared import MemoryShared


@dataclass(frozen=True)
class _Letter:
    """A reply on its way to a channel that must be pushed."""

    conversation: str
    said: Said
    attempts: int = 0
    next_try_at: datetime | None = None
    dead: bool = False

    @property
    def channel(self) -> str:
        return Conversation(id=self.conversation).channel

    def is_due(self, now: datetime) -> bool:
        return self.next_try_at is None or self.next_try_at <= now


class MemoryStore:
    """An EventStore of dictionaries. Nothing in `append` awaits, so each append is one step."""

    def __init__(self, pushed: AbstractSet[str] = frozenset({"telegram"})) -> None:
        self.changed = Bell()
        self.shared = MemoryShared(self._events_of)
        self._pushed = pushed
        self._events: dict[str, tuple[Event, ...]] = {}
        self._cases: dict[str, Case] = {}
        self._timers: dict[str, Timers] = {}
        self._outbox: tuple[_Letter, ...] = ()
        self._tallies: tuple[Tally, ...] = ()

    def _events_of(self, conversation: str) -> int:
        return len(self._events.get(conversation, ()))

    async def read(self, conversation: str) -> tuple[Event, ...]:
        """Return all events of a conversation, oldest first; empty when there is none."""
        return self._events.get(conversation, ())

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
        """Add events behind the first `after` ones, and set the desk's row and the timers."""
        known = self._events.get(conversation, ())
        together = (*known, *events)
        if len(known) != after or _twice_heard(together):
            raise Conflict(conversation)
        if together:
            self._events[conversation] = together
        self._push(conversation, events)
        topics = teams(*(one.organisation for one in (self._cases.get(conversation), case) if one and case))
        if case is not None:
            self._cases[conversation] = case
        if timers is not None:
            self._timers[conversation] = timers
        self._tallies += tuple(tallies)
        self.changed.ring(conversation, *topics, *outbox_of(Conversation(id=conversation).channel, events))

    def _push(self, conversation: str, events: Sequence[Event]) -> None:
        said = (_Letter(conversation, event) for event in events if isinstance(event, Said))
        arrived = {(conversation, event.said) for event in events if isinstance(event, Delivered)}
        letters = (*self._outbox, *(letter for letter in said if letter.channel in self._pushed))
        self._outbox = tuple(letter for letter in letters if (letter.conversation, letter.said.id) not in arrived)

    async def everything(self, conversation: str) -> Everything:
        """Return all that is kept of a conversation, readable: its rows by table; empty when there is nothing."""
        events = enumerate(self._events.get(conversation, ()), start=1)
        rows = [
            {"conversation": conversation, "number": number, "kind": event.kind, "body": event.model_dump(mode="json")}
            for number, event in events
        ]
        return {"events": rows} if rows else {}

    async def forget(self, conversation: str) -> bool:
        """Erase a conversation with everything kept about it; tell whether there was one."""
        was_there = self._events.pop(conversation, None) is not None
        case = self._cases.pop(conversation, None)
        self._timers.pop(conversation, None)
        self.shared.forget(conversation)
        self._outbox = tuple(letter for letter in self._outbox if letter.conversation != conversation)
        self.changed.ring(conversation, *teams(case.organisation if case else None))
        return was_there

    async def due(self, now: datetime, limit: int = 100) -> tuple[tuple[str, Timer], ...]:
        """Return (conversation, timer) of the timers that must have gone off by now, the oldest first."""
        each = ((at, conversation, timer) for conversation, set_ in self._timers.items() for timer, at in set_.items())
        return tuple((conversation, timer) for at, conversation, timer in sorted(each)[:limit] if at <= now)

    async def followed(self) -> tuple[Followed, ...]:
        """Return what residents told about how it went, oldest first."""
        told = (event for events in self._events.values() for event in events if isinstance(event, Followed))
        return tuple(sorted(told, key=lambda event: event.at))

    async def tallied(
        self, kind: Kind, by: Sequence[Dimension], *, teams: Teams | None = None
    ) -> Mapping[tuple[date, Key], int]:
        """Return how many tallies there are of each combination, by week."""
        return Counter((one.week, tuple(getattr(one, name) for name in by)) for one in self._tallied(kind, teams))

    async def spans(self, kind: Kind, since: date, before: date, *, teams: Teams | None = None) -> tuple[Span, ...]:
        """Return how long it took each time, in these weeks."""
        return tuple(
            Span(organisation=one.organisation, theme=one.theme, minutes=one.minutes)
            for one in self._tallied(kind, teams)
            if one.minutes is not None and since <= one.week < before
        )

    def _tallied(self, kind: Kind, teams: Teams | None) -> list[Tally]:
        return [one for one in self._tallies if one.kind == kind and (teams is None or one.organisation in teams)]

    async def waiting(self) -> Mapping[str, int]:
        """Return how many questions wait for each organisation that has any."""
        return Counter(case.organisation for case in self._cases.values() if case.state == "waiting")

    async def cases(self, wanted: Wanted, *, after: str = "", limit: int = 50) -> tuple[Case, ...]:
        """Return the first wanted cases behind this place, each in its place."""
        behind = [case for case in wanted_of(self._cases.values(), wanted) if case.place > after]
        return tuple(behind[:limit])

    async def count(self, *wanted: Wanted, most: int = 1000) -> tuple[int, ...]:
        """Return how many cases each of these wants, or `most` when there are as many or more."""
        return tuple(min(len(wanted_of(self._cases.values(), one)), most) for one in wanted)

    async def case(self, conversation: str) -> Case | None:
        """Return one case, or None."""
        return self._cases.get(conversation)

    async def numbered(self, number: str) -> Case | None:
        """Return the case that this number stands for in an address, or None."""
        return next((case for case in self._cases.values() if case.number == number), None)

    async def answered(self, receipt: str) -> tuple[str, ...]:
        """Return the conversations in which the answer of this number was given, the last one first."""
        given = [
            (event.at, conversation)
            for conversation, events in self._events.items()
            for event in events
            if isinstance(event, Decided) and event.receipt == receipt
        ]
        latest = sorted(sorted(given, key=lambda one: one[1]), key=lambda one: one[0], reverse=True)
        return tuple(dict.fromkeys(conversation for _, conversation in latest))

    async def undelivered(
        self, channel: str, limit: int = 100, *, now: datetime | None = None
    ) -> tuple[tuple[str, Said], ...]:
        """Return (conversation, Said) that must be sent over a channel by now, oldest first."""
        now = now or datetime.now(UTC)
        living = [letter for letter in self._outbox if letter.channel == channel and not letter.dead]
        held_up: set[str] = set()
        due = []
        for letter in living:
            if not letter.is_due(now):
                held_up.add(letter.conversation)
            elif letter.conversation not in held_up:
                due.append((letter.conversation, letter.said))
        return tuple(due[:limit])

    async def claim(self, channel: str, now: datetime, until: datetime) -> tuple[str, Said] | None:
        """Return the first (conversation, Said) that must be sent by now, as the caller's own until a moment."""
        due = await self.undelivered(channel, 1, now=now)
        if not due:
            return None
        (letter,) = (each for each in self._outbox if (each.conversation, each.said) == due[0])
        ours = replace(letter, next_try_at=until)
        self._outbox = tuple(ours if each is letter else each for each in self._outbox)
        return due[0]

    async def failed(
        self,
        conversation: str,
        said: str,
        retry_at: datetime | None,
        *,
        now: datetime | None = None,  # noqa: ARG002
        problem: str = "",  # noqa: ARG002
    ) -> int:
        """Note that sending failed and when to try again, None for never; return how often it failed."""
        letters = (each for each in self._outbox if (each.conversation, each.said.id) == (conversation, said))
        letter = next(letters, None)
        if letter is None:
            return 0
        tried = replace(letter, attempts=letter.attempts + 1, next_try_at=retry_at, dead=retry_at is None)
        self._outbox = tuple(tried if each is letter else each for each in self._outbox)
        return tried.attempts

    async def dead_letters(self, channel: str, limit: int = 100) -> tuple[tuple[str, Said], ...]:
        """Return (conversation, Said) that were given up, oldest first."""
        dead = [letter for letter in self._outbox if letter.channel == channel and letter.dead]
        return tuple((letter.conversation, letter.said) for letter in dead[:limit])

    async def outbox_depth(self) -> OutboxDepth:
        """Return how much waits to be pushed, over all channels."""
        dead = sum(letter.dead for letter in self._outbox)
        return OutboxDepth(waiting=len(self._outbox) - dead, dead=dead)

    async def resume(self) -> None:
        """Do nothing: what is in memory ends with its process."""

    async def follow(self, stop: Stop) -> None:
        """Wait: nobody else can change what is in memory."""
        await stop.wait()

    async def holds(self, task: str) -> bool:  # noqa: ARG002 -- all tasks
        """Tell that there is no other process."""
        return True

    async def standing(self, now: datetime, municipality_of: Callable[[str], str]) -> Standing:  # noqa: ARG002
        """Return how much is on its way."""
        depth = await self.outbox_depth()
        return Standing(letters=depth.waiting, dead_letters=depth.dead, letter_age=0.0, stuck=0, failing=0)

    async def ready(self) -> bool:
        """Tell that memory is always there."""
        return True


def _twice_heard(events: Sequence[Event]) -> bool:
    heard = [event.id for event in events if isinstance(event, Heard)]
    return len(set(heard)) < len(heard)
