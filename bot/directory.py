"""The words of directory upkeep: what staff propose, what was decided, and what keeps both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from bot.messages import Value
from bot.people import Role
from referral.overlay import Edit

Sort = Literal["change", "right", "wrong", "add"]
State = Literal["open", "accepted", "declined", "withdrawn"]


class Proposal(Value):
    """A change of the directory that somebody proposes, with where it was seen. `reason` is of who decided."""

    id: str
    sort: Sort
    edit: Edit
    source: str
    note: str = ""
    by: str
    role: Role
    team: str
    at: datetime
    state: State = "open"
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""

    @property
    def organisation(self) -> str:
        """The organisation that it is about."""
        return self.edit.organisation


class Change(Value):
    """A version of the directory: the edit that made it, by whom and why. Nothing of it is ever changed."""

    version: int  # from 1, without gaps
    kind: Literal["accepted", "reverted", "chosen"]
    edit: Edit
    by: str
    at: datetime
    why: str
    source: str
    proposed_by: str = ""
    proposal: str | None = None
    alone: bool = False  # nobody else could have accepted it
    reverts: int | None = None

    @property
    def organisation(self) -> str:
        """The organisation that it is about."""
        return self.edit.organisation


class Overtaken(Exception):
    """Somebody else decided first. Look again."""


class DirectoryStore(Protocol):
    """Keeps proposals and changes. Every method raises StoreAway when the database is away."""

    async def version(self) -> int:
        """Return the number of the newest change, 0 when there is none."""
        ...

    async def changes(self) -> tuple[Change, ...]:
        """Return all changes, oldest first."""
        ...

    async def proposals(
        self, organisations: Sequence[str] | None = None, *, only_open: bool = False
    ) -> tuple[Proposal, ...]:
        """Return the proposals about these organisations (None: all), the last one first."""
        ...

    async def proposal(self, number: str) -> Proposal | None:
        """Return one proposal, or None."""
        ...

    async def propose(self, proposal: Proposal) -> None:
        """Keep a proposal; the same id counts once."""
        ...

    async def decide(self, proposal: Proposal) -> None:
        """Keep what was decided about an open proposal that changes nothing. Raises Overtaken when it was not open."""
        ...

    async def change(self, change: Change, decided: Proposal | None = None) -> None:
        """Add a change as the next version, with the proposal that it comes from, in one transaction.

        Raises Overtaken when there is such a version, or the proposal is no longer open.
        """
        ...
