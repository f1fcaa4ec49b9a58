"""Who may sign in at the desk, and who keeps that."""

from datetime import datetime
from typing import Protocol

from pydantic import Field

from bot.audit import Trail
from bot.messages import Value
from bot.people import AtProvider, Keys, OpenSession, Role


class NameTaken(Exception):
    """There is an account of this name already."""


class Account(Value):
    """Somebody who may sign in at the desk, and the organisation (team) they work for."""

    name: str
    team: str
    password_hash: str = Field(repr=False)
    active: bool = True
    created_at: datetime
    role: Role = "medewerker"
    second: bool = False  # a second step to sign in


class Session(Value):
    """A colleague who signed in. `csrf` goes with every form; the token itself is only in their cookie."""

    account: Account
    csrf: str = Field(repr=False)
    expires: datetime

    @property
    def role(self) -> Role:
        """Return what they may do."""
        return self.account.role


class Accounts(Protocol):
    """Keeps who may sign in at the desk, and who did. Upper and lower case of a name are the same."""

    @property
    def trail(self) -> Trail:
        """Return the audit log, which is kept beside them."""
        ...

    keys: Keys  # what lets people in beside their password

    async def add_staff(
        self, name: str, team: str, password_hash: str, now: datetime, role: Role = "medewerker"
    ) -> Account:
        """Add an account and return it. Raises NameTaken."""
        ...

    async def staff(self, name: str) -> Account | None:
        """Return the account of this name, also when it is not active, or None."""
        ...

    async def list_staff(self) -> tuple[Account, ...]:
        """Return all accounts by name."""
        ...

    async def set_password(self, name: str, password_hash: str) -> bool:
        """Change the password and end the sessions opened with the old one; tell whether there is one."""
        ...

    async def set_active(self, name: str, *, active: bool) -> bool:
        """Let somebody in again, or no longer and end their sessions; tell whether there is one."""
        ...

    async def set_role(self, name: str, role: Role, team: str) -> bool:
        """Change what somebody may do and where, and end their sessions; tell whether there is one."""
        ...

    async def open_session(
        self, name: str, now: datetime, *, device: str = "", half: bool = False, came_from: AtProvider | None = None
    ) -> tuple[str, Session]:
        """Return a new secret token for the cookie of an existing account, and its session.

        Half a session lets nobody in: the second step is still to come, within five minutes.
        """
        ...

    async def farewell(self, token: str) -> str | None:
        """Return the ID token of a session that came from an identity provider, None for any other."""
        ...

    async def end_from_provider(self, name: str, session: str | None, before: datetime) -> int:
        """End what came from the identity provider: the session of this name there, or all opened before then."""
        ...

    async def session(self, token: str, now: datetime, *, half: bool = False, touch: bool = True) -> Session | None:
        """Return the session of a token and note that it was used; None when it ended or never was."""
        ...

    async def close_session(self, token: str) -> None:
        """End a session; nothing happens when there is none."""
        ...

    async def sessions(self, name: str, now: datetime) -> tuple[OpenSession, ...]:
        """Return the sessions of an account that go on, the last used first."""
        ...

    async def end_sessions(self, name: str, *, only: str | None = None, but: str | None = None) -> int:
        """End the sessions of an account: all, only the one of this id, or all but that of a token."""
        ...
