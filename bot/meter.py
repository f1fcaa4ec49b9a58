"""What is measured of a turn, without what was said in it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from bot.events import Event

Note = Callable[[Sequence[Event]], None]  # told what came of a turn


class Meter(Protocol):
    """Measures turns."""

    def turn(self, channel: str) -> AbstractContextManager[Note]:
        """Measure a turn from begin to end."""
        ...

    def aside(self, kind: str) -> None:
        """Count a message that could not be taken, by the kind of problem."""
        ...


class NoMeter:
    """A Meter that measures nothing."""

    @contextmanager
    def turn(self, channel: str) -> Iterator[Note]:  # noqa: ARG002
        """Measure nothing."""
        yield lambda _: None

    def aside(self, kind: str) -> None:
        """Count nothing."""
