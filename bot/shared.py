"""The words of a private link: one advice of a conversation, to be read by whoever has the link, for some days.

The token is only in the link; what is kept is its hash, which advice it opens and until when.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.messages import Value


class Link(Value):
    """Which advice a link opens: the event `number` (from 1) of a conversation, until it expires."""

    conversation: str
    number: int
    expires: datetime


class Shared(Protocol):
    """Keeps the links, one at a time to each advice. Every method raises StoreAway."""

    async def share(self, link: Link, token: str) -> bool:
        """Keep a link in place of an earlier one to the same advice; False when there is no such advice any more."""
        ...

    async def opened(self, token: str, now: datetime) -> Link | None:
        """Return what a token opens; None when it expired, was withdrawn or erased, or never was."""
        ...

    async def links(self, conversation: str, now: datetime) -> Mapping[int, datetime]:
        """Return until when each advice of a conversation is shared, by the number of its event."""
        ...

    async def withdraw(self, conversation: str, number: int) -> bool:
        """Let the link to an advice open nothing any more; tell whether there was one."""
        ...
