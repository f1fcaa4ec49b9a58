"""Keeps private links in memory, for tests. It promises what SqlShared promises."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.shared import Link
from bot.stores.hashes import hash_of


class MemoryShared:
    """The links of a MemoryStore; `length` tells how many events a conversation has."""

    def __init__(self, length: Callable[[str], int]) -> None:
        self._length = length
        self._links: dict[str, Link] = {}  # by the hash of its token

    async def share(self, link: Link, token: str) -> bool:
        """Keep a link in place of an earlier one to the same advice; False when there is no such advice any more."""
        if not 1 <= link.number <= self._length(link.conversation):
            return False
        await self.withdraw(link.conversation, link.number)
        self._links[hash_of(token)] = link
        return True

    async def opened(self, token: str, now: datetime) -> Link | None:
        """Return what a token opens, None when it opens nothing."""
        link = self._links.get(hash_of(token))
        return link if link and link.expires > now else None

    async def links(self, conversation: str, now: datetime) -> Mapping[int, datetime]:
        """Return until when each advice of a conversation is shared, by the number of its event."""
        theirs = (link for link in self._links.values() if link.conversation == conversation and link.expires > now)
        return {link.number: link.expires for link in theirs}

    async def withdraw(self, conversation: str, number: int) -> bool:
        """Let the link to an advice open nothing any more; tell whether there was one."""
        gone = {key for key, link in self._links.items() if (link.conversation, link.number) == (conversation, number)}
        self._links = {key: link for key, link in self._links.items() if key not in gone}
        return bool(gone)

    def forget(self, conversation: str) -> None:
        """Erase the links of a conversation."""
        self._links = {key: link for key, link in self._links.items() if link.conversation != conversation}
