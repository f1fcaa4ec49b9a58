"""The words of who may sign in at the desk: roles, keys beside a password, sessions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol, get_args

from pydantic import Field

from bot.messages import Value

Role = Literal["medewerker", "coordinator", "beheerder"]
ROLES: tuple[Role, ...] = get_args(Role)
AT_CASES: tuple[Role, ...] = ("medewerker", "coordinator")  # a beheerder sees no case
Kind = Literal["password", "code", "number"]  # what is tried: to sign in, as second step, of an answer


class Wait(Value):
    """Too many wrong passwords, codes or numbers of answers were tried; how long to wait."""

    time: timedelta


class OpenSession(Value):
    """A session as its owner sees it in a list. `id` names it and lets nobody in."""

    id: str
    device: str
    created_at: datetime
    seen_at: datetime


class Second(Value):
    """The second step of an account: the secret of the app (as it is kept) and the last code it took."""

    secret: str = Field(repr=False)
    step: int  # of 30 seconds; a code of this step or before was used


class AtProvider(Value):
    """What a session that came from an identity provider has to do with it: its ID token, and its name there."""

    id_token: str = Field(repr=False)
    session: str = Field(default="", repr=False)


class Journey(Value):
    """On the way to an identity provider: what must fit when the same browser comes back."""

    browser: str = Field(repr=False)
    nonce: str
    verifier: str = Field(repr=False)
    next: str


class Keys(Protocol):
    """Keeps what lets people in beside their password, and how often it was tried."""

    async def tried(self, kind: Kind, who: str, now: datetime) -> timedelta | None:
        """Count a try; or, when there were too many, count nothing and return how long to wait."""
        ...

    async def wait(self, kind: Kind, who: str, now: datetime) -> timedelta | None:
        """Return how long to wait before a next try, None when it may be now."""
        ...

    async def forgive(self, kind: Kind, who: str, now: datetime) -> None:
        """Forget the tries, because the last one was right; and those of everybody that count no longer."""
        ...

    async def new_link(self, name: str, now: datetime) -> str:
        """Return the secret of a new link to choose a password; an earlier link of this account ends."""
        ...

    async def link(self, secret: str, now: datetime) -> str | None:
        """Return whose link this is, None when it ended, was used or never was."""
        ...

    async def use_link(self, secret: str, password_hash: str, now: datetime) -> str | None:
        """Set the password, end the link and all sessions, and return whose it was; None as in `link`."""
        ...

    async def second(self, name: str) -> Second | None:
        """Return the second step of an account, None when there is none."""
        ...

    async def set_second(self, name: str, secret: str, step: int, codes: Sequence[str]) -> None:
        """Set the second step with its recovery codes (as they are kept), in place of an earlier one."""
        ...

    async def use_step(self, name: str, step: int) -> bool:
        """Note that the code of this step was used; False when that step, or a later one, was used before."""
        ...

    async def codes(self, name: str) -> tuple[str, ...]:
        """Return the recovery codes that are left, as they are kept."""
        ...

    async def use_code(self, name: str, code: str) -> bool:
        """Use up a recovery code as it is kept; False when somebody did so before."""
        ...

    async def drop_second(self, name: str) -> bool:
        """Take away the second step and its recovery codes; tell whether there was one."""
        ...

    async def identity(self, issuer: str, subject: str) -> str | None:
        """Return the name of the account of somebody at an identity provider, None when there is none."""
        ...

    async def link_identity(self, name: str, issuer: str, subject: str) -> None:
        """Link an account to somebody at an identity provider. Raises NameTaken when they have one."""
        ...

    async def depart(self, state: str, journey: Journey, now: datetime) -> None:
        """Remember a journey to an identity provider by its state, until it comes back or is too late."""
        ...

    async def arrive(self, state: str, browser: str, now: datetime) -> Journey | None:
        """End the journey of this state and return it, once; None for another browser's and one of before."""
        ...
