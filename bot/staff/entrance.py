"""Coming in at the desk: a password, a second step when there is one, and then a session."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.accounts import Account, Accounts, Session
from bot.messages import Value
from bot.people import AtProvider, Wait
from bot.ports import Clock
from bot.staff import passwords, second
from bot.staff.second import Vault

LONGEST_NAME = 60
_AT_ONCE = 2  # passwords verified at the same time; each takes 64 MB while it lasts
_T = TypeVar("_T")


class SignedIn(Value):
    """A colleague came in. `token` is for the cookie and nowhere else."""

    token: str
    session: Session


class HalfWay(Value):
    """The password was right; the second step is still to come. `token` is for the cookie of that step."""

    token: str


class Late(Value):
    """There is nobody who is half way, or it took too long."""


class Entrance:
    """Lets colleagues in. Names and accounts that do not exist look and last the same as wrong passwords."""

    def __init__(self, accounts: Accounts, clock: Clock, vault: Vault) -> None:
        self._accounts = accounts
        self._keys = accounts.keys
        self._clock = clock
        self._vault = vault
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def login(self, name: str, password: str, device: str = "") -> SignedIn | HalfWay | Wait | None:
        """Let a colleague in with a new token; None when name or password is wrong."""
        now = self._clock.now()
        if left := await self._keys.tried("password", name, now):  # before the slow part, or a hundred came at once
            return Wait(time=left)
        account = await self._accounts.staff(name[:LONGEST_NAME])
        known = account if account and account.active else None
        right = await self.slowly(lambda: passwords.fits(known.password_hash if known else "", password))
        if known is None or not right:
            return None
        await self._keys.forgive("password", name, now)
        if not known.second:
            return await self.let_in(known, device)
        token, _ = await self._accounts.open_session(known.name, now, device=device, half=True)
        return HalfWay(token=token)

    async def half_way(self, token: str | None) -> Session | None:
        """Return who is half way with this token, None when nobody is."""
        return await self._accounts.session(token, self._clock.now(), half=True) if token else None

    async def finish(self, token: str | None, code: str, device: str = "") -> SignedIn | Wait | Late | None:
        """Let a colleague in who was half way; None when the code is wrong."""
        session = await self.half_way(token)
        if session is None or token is None:
            return Late()
        right = await self.code_fits(session.account.name, code)
        if isinstance(right, Wait):
            return right
        if not right:
            return None
        await self._accounts.close_session(token)
        return await self.let_in(session.account, device)

    async def let_in(self, account: Account, device: str, came_from: AtProvider | None = None) -> SignedIn:
        """Open a new session for somebody who showed who they are, here or at an identity provider."""
        now = self._clock.now()
        token, session = await self._accounts.open_session(account.name, now, device=device, came_from=came_from)
        return SignedIn(token=token, session=session)

    async def password_fits(self, account: Account, password: str) -> bool | Wait:
        """Tell whether this is the password of somebody who is in; too many tries count as at the door."""
        now = self._clock.now()
        if left := await self._keys.tried("password", account.name, now):
            return Wait(time=left)
        if not await self.slowly(lambda: passwords.fits(account.password_hash, password)):
            return False
        await self._keys.forgive("password", account.name, now)
        return True

    async def code_fits(self, name: str, code: str) -> bool | Wait:
        """Tell whether this code is right, and use it up: of the app, or for recovery."""
        now = self._clock.now()
        if left := await self._keys.tried("code", name, now):
            return Wait(time=left)
        if not (await self._from_app(name, code) or await self._for_recovery(name, code)):
            return False
        await self._keys.forgive("code", name, now)
        return True

    async def _from_app(self, name: str, code: str) -> bool:
        known = await self._keys.second(name)
        secret = self._vault.open(known.secret) if known else None
        step = second.step_of(secret, code, self._clock.now()) if secret else None
        return step is not None and await self._keys.use_step(name, step)

    async def _for_recovery(self, name: str, code: str) -> bool:
        codes = await self._keys.codes(name)
        one = await self.slowly(lambda: second.kept_one(codes, code))
        return one is not None and await self._keys.use_code(name, one)

    async def slowly(self, work: Callable[[], _T]) -> _T:
        """Do what takes long and much memory on purpose, a few at a time and beside everything else."""
        async with self._turn:
            return await asyncio.to_thread(work)
