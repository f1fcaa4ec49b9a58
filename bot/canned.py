"""Sentences that staff use again: those of the files, and those of a team."""

from datetime import datetime
from typing import Protocol

from bot.messages import Value


class CannedReply(Value):
    """A sentence of a team, in one language. Sentences of one title are translations of each other."""

    team: str
    title: str
    language: str
    text: str
    by: str
    at: datetime


class CannedReplies(Protocol):
    """Keeps the sentences of teams."""

    async def of(self, team: str) -> tuple[CannedReply, ...]:
        """Return the sentences of a team, by title and language."""
        ...

    async def put(self, reply: CannedReply) -> None:
        """Keep a sentence, in place of the one of the same team, title and language."""
        ...

    async def drop(self, team: str, title: str, language: str) -> bool:
        """Take a sentence away; tell whether there was one."""
        ...
