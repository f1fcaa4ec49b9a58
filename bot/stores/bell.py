"""Rings when a conversation changed, for whoever listens in this process (one event loop).

It tells the number of a conversation (see `case_number`) and not its id, which may be a resident's secret. What other
processes changed comes in by `stores/news.py`.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Self

from bot.events import Event, Said
from bot.queue import case_number, topic

ALL = "*"
_MOST = 1000  # numbers that wait for one listener


class Listener(AsyncIterator[str]):
    """Gives the number of each conversation that changed since it was last asked, each once.

    Beyond a thousand they become one "*". It listens inside its `async with`; waiting for the
    next one may be cancelled and taken up again, so a heartbeat can be a timeout.
    """

    def __init__(self, bell: "Bell", topics: tuple[str, ...]) -> None:
        self._bell = bell
        self._topics = topics
        self._waiting: dict[str, None] = {}  # a set that keeps its order
        self._rung = asyncio.Event()

    def hear(self, number: str) -> None:
        """Keep the number until it is asked for."""
        if number == ALL or len(self._waiting) >= _MOST or ALL in self._waiting:
            self._waiting = {ALL: None}
        else:
            self._waiting[number] = None
        self._rung.set()

    async def __aenter__(self) -> Self:
        for name in self._topics:
            self._bell.listeners[name].add(self)
            self._bell.known(name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self._topics:
            listeners = self._bell.listeners[name]
            listeners.discard(self)
            if not listeners:
                del self._bell.listeners[name]
                self._bell.unknown(name)

    async def __anext__(self) -> str:
        while not self._waiting:
            self._rung.clear()
            await self._rung.wait()
        number = next(iter(self._waiting))
        del self._waiting[number]
        return number


class Bell:
    """Tells listeners that a conversation changed. Ringing never waits for them."""

    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self.names: dict[str, str] = {}  # of the conversations that somebody listens to, by their numbers
        self._numbers: dict[str, str] = {}

    def subscribe(self, *topics: str) -> Listener:
        """Return a listener to conversations, to the cases of teams (see `topic`) or to all ("*")."""
        return Listener(self, topics)

    def ring(self, conversation: str, *topics: str) -> None:
        """Tell everybody who listens to this conversation, to one of these topics or to all."""
        self._tell(case_number(conversation), conversation, *topics)

    def ring_number(self, number: str, *topics: str) -> None:
        """Do the same for a conversation of which only the number is known."""
        self._tell(number, *filter(None, [self.names.get(number)]), *topics)

    def ring_all(self) -> None:
        """Tell everybody that anything may have changed."""
        for listener in {one for some in self.listeners.values() for one in some}:
            listener.hear(ALL)

    def known(self, name: str) -> None:
        """Remember by which number a name will be told."""
        self._numbers[name] = case_number(name)
        self.names[self._numbers[name]] = name

    def unknown(self, name: str) -> None:
        """Forget a name that nobody listens to."""
        del self.names[self._numbers.pop(name)]

    def renumber(self) -> None:
        """Take all numbers anew, once the key that they come from is known."""
        self._numbers = {name: case_number(name) for name in self.listeners}
        self.names = {number: name for name, number in self._numbers.items()}

    def _tell(self, number: str, *names: str) -> None:
        for name in (*names, ALL):
            for listener in self.listeners.get(name, ()):
                listener.hear(number)


def teams(*ids: str | None) -> tuple[str, ...]:
    """Return the topics of these teams, each once."""
    return tuple(dict.fromkeys(topic(team) for team in ids if team))


def outbox_of(channel: str, events: Iterable[Event]) -> tuple[str, ...]:
    """Return the topic of what must be pushed over this channel, when something was said."""
    return (f"outbox:{channel}",) if any(isinstance(event, Said) for event in events) else ()
