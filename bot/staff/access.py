"""The one door to a case: who may come in, who did, and which cases they may open."""

import asyncio
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.conversation import Conversation, replay
from bot.events import Closed, Event
from bot.handover import Staff
from bot.messages import Value
from bot.ports import Account, Accounts, Case, Clock, EventStore, Session
from bot.staff.tries import Tries
from referral.guide import Guide

SHORTEST, LONGEST = 12, 128  # characters of a password
LONGEST_NAME = 60
IDLE = timedelta(minutes=30)
_RESERVED = {"bot", "wegwijs", "bewoner"}  # a colleague of this name would look like somebody else in a case
_AT_ONCE = 2  # passwords verified at the same time; each takes 64 MB while it lasts
_HASHER = PasswordHasher()


class NoAccount(ValueError):
    """This account cannot be made; the text says why."""


class Wait(Value):
    """Too many wrong passwords, or numbers of answers, were tried; how long to wait."""

    time: timedelta


class SignedIn(Value):
    """A colleague came in. `token` is for the cookie and nowhere else."""

    token: str
    session: Session


class CaseFile(Value):
    """A case with all that the team may read of it."""

    events: tuple[Event, ...]
    conversation: Conversation

    @property
    def number(self) -> str:
        """The number that stands for this conversation in an address."""
        return case_number(self.conversation.id)


class Door:
    """Lets colleagues in and opens their team's cases to them, and to nobody else.

    It remembers per process which wrong passwords were tried (see Tries) and when a session was last
    used by a person, so that a page that refreshes itself does not keep an empty desk signed in.
    """

    def __init__(self, accounts: Accounts, store: EventStore, clock: Clock) -> None:
        self._accounts = accounts
        self._store = store
        self._clock = clock
        self._tries = Tries()
        self._guesses = Tries()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._used: dict[str, datetime] = {}

    # ---------------------------------------------------------------- coming in

    async def login(self, name: str, password: str) -> SignedIn | Wait | None:
        """Let a colleague in with a new token; None when name or password is wrong, which look the same.

        An unknown name and an account that was closed cost one verification too, so that time tells nothing.
        """
        now = self._clock.now()
        if left := self._tries.wait(name, now):
            return Wait(time=left)
        self._tries.note(name, now)  # before the slow part, or a hundred at once would all be let through
        account = await self._accounts.staff(name[:LONGEST_NAME])
        known = account if account and account.active else None
        right = await self._verify(known.password_hash if known else _nobodys_hash(), password)
        if known is None or not right:
            return None
        self._tries.forgive(name)
        token, session = await self._accounts.open_session(known.name, now)
        self._used = {key: used for key, used in self._used.items() if now - used < IDLE}
        self._used[_key(token)] = now
        return SignedIn(token=token, session=session)

    async def session(self, token: str | None, *, by_itself: bool = False) -> Session | None:
        """Return the session of a token, None when it ended. What is asked `by_itself` does not prolong it."""
        if not token:
            return None
        now, key = self._clock.now(), _key(token)
        used = self._used.get(key, now) if by_itself else now
        session = await self._accounts.session(token, used) if now - used < IDLE else None
        if session is None or session.expires <= now:
            self._used.pop(key, None)
            return None
        self._used[key] = used
        return session

    def is_in(self, token: str) -> bool:
        """Tell, without asking the database, whether this token was used lately and not signed out here."""
        used = self._used.get(_key(token))
        return used is not None and self._clock.now() - used < IDLE

    async def logout(self, token: str | None) -> None:
        """End a session; nothing happens when there is none."""
        if token:
            self._used.pop(_key(token), None)
            await self._accounts.close_session(token)

    async def _verify(self, password_hash: str, password: str) -> bool:
        async with self._turn:
            return await asyncio.to_thread(_fits, password_hash, password)

    # ---------------------------------------------------------------- cases

    async def cases(self, staff: Staff, *, closed: bool = False) -> tuple[Case, ...]:
        """Return the cases of this colleague's team, in the order of the desk."""
        return await self._store.cases(staff.team, closed=closed)

    async def case_for(self, staff: Staff, conversation: str) -> CaseFile | None:
        """Return a case of this colleague's team that the resident let them read; None for all others."""
        events = readable(await self._store.read(conversation))
        now = replay(conversation, events)
        theirs = now.state is not None and now.organisation == staff.team == now.consented
        return CaseFile(events=events, conversation=now) if theirs else None

    async def answered(self, staff: Staff, receipt: str) -> tuple[Event, ...] | Wait:
        """Return a conversation in which the answer of this number was given; nothing when there is none.

        Who quotes the number lets staff see that answer, of whatever team; nothing else of it may be shown.
        Who tries too many numbers that do not exist must wait, so that nobody finds one by guessing.
        """
        now = self._clock.now()
        if left := self._guesses.wait(staff.name, now):
            return Wait(time=left)
        for conversation in (await self._store.answered(receipt))[:1]:
            return await self._store.read(conversation)
        self._guesses.note(staff.name, now)
        return ()

    async def numbered(self, staff: Staff, number: str) -> CaseFile | None:
        """Return the case of this number, looked for among those of the team only."""
        for closed in (False, True):
            for case in await self.cases(staff, closed=closed):
                if case_number(case.conversation) == number:
                    return await self.case_for(staff, case.conversation)
        return None


def case_number(conversation: str) -> str:
    """Return what stands for a conversation in an address: its own number may be a resident's secret."""
    return sha256(conversation.encode()).hexdigest()[:16]


def readable(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return what the team may read: all there is, but what came after a case was closed is not theirs."""
    if replay("", events).state != "closed":
        return tuple(events)
    last = max(number for number, event in enumerate(events) if isinstance(event, Closed))
    return tuple(events[: last + 1])


# ---------------------------------------------------------------- accounts


async def add_staff(
    accounts: Accounts, guide: Guide, name: str, team: str, password: str, *, now: datetime | None = None
) -> Account:
    """Add an account for a colleague of an organisation in the guide.

    Raises NoAccount with the reason, and NameTaken.
    """
    now = now or datetime.now(UTC)
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    if not (name.isprintable() and 2 <= len(name) <= LONGEST_NAME) or name.casefold() in _RESERVED:
        raise NoAccount(f"{name!r} cannot be a name: use 2 to {LONGEST_NAME} characters, and not the bot's.")
    if not (guide.organisations.get(team) and guide.organisations[team].holds(now.date())):
        raise NoAccount(f"There is no organisation {team!r} in the guide.")
    check_password(name, password)
    return await accounts.add_staff(name, team, hashed(password), now)


def check_password(name: str, password: str) -> None:
    """Raise NoAccount unless the password is long enough, not too long and not the name."""
    if not SHORTEST <= len(_normal(password)) <= LONGEST:
        raise NoAccount(f"A password has {SHORTEST} to {LONGEST} characters.")
    if _normal(password).casefold() == _normal(name).casefold():
        raise NoAccount("The password cannot be the name.")


def hashed(password: str) -> str:
    """Return what is kept of a password (argon2id)."""
    return _HASHER.hash(_normal(password))


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, _normal(password)[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """Return the same password for all keyboards (NIST SP 800-63B, 5.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return hashed(secrets.token_urlsafe())


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()
