"""What staff can still take back: an answer, a passing on or a closing that is carried out a few seconds later."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

from bot.handover import Staff
from bot.messages import Value

Undoable = Literal["answer", "pass", "close"]


class Pending(Value):
    """Something that a colleague did and that is carried out at `due`. `form` is what they filled in.

    `problem` tells why it could not be carried out; it then stays until they have seen it.
    """

    id: str
    conversation: str
    by: Staff
    what: Undoable
    form: Mapping[str, str]
    made: datetime
    due: datetime
    problem: str | None = None


class Pendings(Protocol):
    """Keeps what is still to be carried out, over a restart. It is forgotten with its conversation."""

    async def put(self, pending: Pending) -> None:
        """Keep one; the same id counts once."""
        ...

    async def of(self, conversation: str) -> tuple[Pending, ...]:
        """Return what is still to be carried out in a conversation, or could not be, the first made first."""
        ...

    async def take_back(self, id: str, conversation: str, by: str) -> Pending | None:  # noqa: A002 -- it is its id
        """Erase and return what this colleague did; None when it is being carried out already, or never was."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next one that nobody carries out yet is due, None when there is none."""
        ...

    async def start(self, now: datetime) -> Pending | None:
        """Return one that is due and that nobody else carries out, the first due first; None when there is none.

        What was started a quarter of a minute ago and not finished is given again: its process died.
        """
        ...

    async def finish(self, id: str) -> None:  # noqa: A002
        """Erase one that was carried out."""
        ...

    async def fail(self, id: str, problem: str) -> None:  # noqa: A002
        """Note why one could not be carried out; it can still be taken back."""
        ...
