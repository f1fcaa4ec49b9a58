"""The one door to a case: who may come in, who did, and which cases they may open."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from bot.accounts import Account, Accounts, Session
from bot.conversation import Conversation, replay
from bot.events import Closed, Event, Reopened, Withdrawn
from bot.handover import Staff
from bot.messages import Value
from bot.people import Role, Wait
from bot.ports import Clock, EventStore
from bot.queue import Case, Wanted, case_number
from bot.staff.entrance import LONGEST_NAME
from bot.staff.passwords import check_password, hashed
from bot.staff.reach import teams_of
from bot.staff.words import pick
from referral.guide import Guide

_RESERVED = {"bot", "wegwijs", "bewoner"}  # a colleague of this name would look like somebody else in a case


class NoAccount(ValueError):
    """This account cannot be made; the text says why."""


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

    A page that refreshes itself does not keep an empty desk signed in. How one comes in is in entrance.py.
    """

    def __init__(self, accounts: Accounts, store: EventStore, clock: Clock, guide: Guide) -> None:
        self._guide = guide
        self._accounts = accounts
        self._store = store
        self._clock = clock
        self._in: dict[str, datetime] = {}  # until when, at the latest

    # ---------------------------------------------------------------- sessions

    async def session(self, token: str | None, *, by_itself: bool = False) -> Session | None:
        """Return the session of a token, None when it ended. What is asked `by_itself` does not prolong it."""
        if not token:
            return None
        now, key = self._clock.now(), _key(token)
        session = await self._accounts.session(token, now, touch=not by_itself)
        self._in = {one: until for one, until in self._in.items() if until > now and one != key}
        if session:
            self._in[key] = session.expires
        return session

    def is_in(self, token: str) -> bool:
        """Tell, without asking the database, whether this token was in when it was last asked about."""
        return _key(token) in self._in

    def id_of(self, token: str) -> str:
        """Return what names the session of a token in a list."""
        return _key(token)[:16]

    async def logout(self, token: str | None) -> None:
        """End a session; nothing happens when there is none."""
        if token:
            self._in.pop(_key(token), None)
            await self._accounts.close_session(token)

    # ---------------------------------------------------------------- cases

    def teams(self, staff: Staff) -> tuple[str, ...]:
        """Return the teams whose cases this colleague may see, their own first."""
        return tuple(sorted(teams_of(staff, self._guide), key=lambda team: (team != staff.team, team)))

    async def cases(self, staff: Staff, wanted: Wanted, *, after: str = "", limit: int = 50) -> tuple[Case, ...]:
        """Return the first wanted cases behind this place that this colleague may see."""
        return await self._store.cases(self._theirs(staff, wanted), after=after, limit=limit)

    async def count(self, staff: Staff, *wanted: Wanted, most: int = 1000) -> tuple[int, ...]:
        """Return how many cases that this colleague may see each of these wants, no more than `most`."""
        return await self._store.count(*(self._theirs(staff, one) for one in wanted), most=most)

    def _theirs(self, staff: Staff, wanted: Wanted) -> Wanted:
        """Return what is wanted as this colleague may see it: without a team, all that are theirs."""
        theirs = self.teams(staff)
        teams = tuple(team for team in wanted.teams or theirs if team in theirs)
        return wanted.model_copy(update={"teams": teams, "me": staff.name})

    async def case_for(self, staff: Staff, conversation: str) -> CaseFile | None:
        """Return a case of a team of this colleague that the resident let it read; None for all others."""
        events = readable(await self._store.read(conversation))
        now = replay(conversation, events)
        theirs = now.state is not None and now.organisation == now.consented and now.consented in self.teams(staff)
        return CaseFile(events=events, conversation=now) if theirs else None

    async def answered(self, staff: Staff, receipt: str) -> tuple[Event, ...] | Wait:
        """Return a conversation in which the answer of this number was given; nothing when there is none.

        Who quotes the number lets staff see that answer, of whatever team; nothing else of it may be shown.
        Who tries too many numbers that do not exist must wait, so that nobody finds one by guessing.
        """
        now = self._clock.now()
        if left := await self._accounts.keys.wait("number", staff.name, now):
            return Wait(time=left)
        for conversation in (await self._store.answered(receipt))[:1]:
            return await self._store.read(conversation)
        await self._accounts.keys.tried("number", staff.name, now)
        return ()

    async def numbered(self, staff: Staff, number: str) -> CaseFile | None:
        """Return the case of this number; of another team as little is read as when there is none."""
        case = await self._store.numbered(number)
        theirs = case is not None and case.organisation in self.teams(staff)
        return await self.case_for(staff, case.conversation) if case and theirs else None


def readable(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return what the team may read: all there is, but what came after a case was closed is not theirs.

    Also not when they opened it again: the resident told that to Wegwijs, not to them.
    """
    kept: list[Event] = []
    for event in events:
        if isinstance(event, Reopened):
            kept = list(_until_closed(kept))
        kept.append(event)
    return tuple(_until_closed(kept) if replay("", kept).state == "closed" else kept)


def _until_closed(events: Sequence[Event]) -> Sequence[Event]:
    last = max(number for number, event in enumerate(events) if isinstance(event, Closed | Withdrawn))
    return events[: last + 1]


# ---------------------------------------------------------------- accounts


async def add_staff(
    accounts: Accounts,
    guide: Guide,
    name: str,
    team: str,
    password: str | None,
    *,
    role: Role = "medewerker",
    now: datetime | None = None,
) -> Account:
    """Add an account for a colleague of an organisation in the guide; without a password nobody can use it yet.

    Raises NoAccount or BadPassword with the reason, and NameTaken.
    """
    now = now or datetime.now(UTC)
    name = checked_name(name)
    about = checked_team(guide, team, now)
    if password is not None:
        check_password(password, name, *about)
    return await accounts.add_staff(name, team, "" if password is None else hashed(password), now, role)


def checked_name(name: str) -> str:
    """Return a name in one spelling. Raises NoAccount when it cannot be one."""
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    if not (name.isprintable() and 2 <= len(name) <= LONGEST_NAME) or name.casefold() in _RESERVED:
        raise NoAccount(
            f"“{name}” kan geen naam zijn. Gebruik 2 tot {LONGEST_NAME} tekens, en niet de naam van Wegwijs."
        )
    return name


def checked_team(guide: Guide, team: str, now: datetime) -> tuple[str, ...]:
    """Return how a team is called. Raises NoAccount when there is no such organisation today."""
    found = guide.organisations.get(team)
    if not (found and found.holds(now.date())):
        raise NoAccount(f"Er is geen organisatie “{team}” in de gids.")
    return team, pick(found.name)


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()
