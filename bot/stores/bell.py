"""Rings when a conversation changed, for whoever listens in this process (one event loop)."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from bot.queue import topic

ALL = "*"
_MOST = 1000  # ids that wait for one listener


class Listener(AsyncIterator[str]):
    """Gives the id of each conversation that changed since it was last asked, each once.

    Beyond a thousand ids they become one "*". It listens inside its `async with`; waiting for the
    next id may be cancelled and taken up again, so a heartbeat can be a timeout.
    """

    def __init__(self, bell: "Bell", topics: tuple[str, ...]) -> None:
        self._bell = bell
        self._topics = topics
        self._waiting: dict[str, None] = {}  # a set that keeps its order
        self._rung = asyncio.Event()

    def hear(self, conversation: str) -> None:
        """Keep the id until it is asked for."""
        if len(self._waiting) >= _MOST or ALL in self._waiting:
            self._waiting = {ALL: None}
        else:
            self._waiting[conversation] = None
        self._rung.set()

    async def __aenter__(self) -> Self:
        for name in self._topics:
            self._bell.listeners[name].add(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self._topics:
            listeners = self._bell.listeners[name]
            listeners.discard(self)
            if not listeners:
                del self._bell.listeners[name]

    async def __anext__(self) -> str:
        while not self._waiting:
            self._rung.clear()
            await self._rung.wait()
        conversation = next(iter(self._waiting))
        del self._waiting[conversation]
        return conversation


class Bell:
    """Tells listeners that a conversation changed. Ringing never waits for them."""

    def __init__(self) -> None:
        self.listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    def subscribe(self, *topics: str) -> Listener:
        """Return a listener to conversations, to the cases of teams (see `topic`) or to all ("*")."""
        return Listener(self, topics)

    def ring(self, conversation: str, *topics: str) -> None:
        """Tell everybody who listens to this conversation, to one of these topics or to all."""
        for name in (conversation, *topics, ALL):
            for listener in self.listeners.get(name, ()):
                listener.hear(conversation)


def teams(*ids: str | None) -> tuple[str, ...]:
    """Return the topics of these teams, each once."""
    return tuple(dict.fromkeys(topic(team) for team in ids if team))
