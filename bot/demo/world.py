"""The world of invented questions: a clock that is moved, the real assistant, and what staff do there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from bot.assistant import Assistant
from bot.channels.outbox import deliver
from bot.conversation import Conversation
from bot.demo.script import Colleague, People
from bot.events import Said
from bot.handover import Staff
from bot.kept import Kept
from bot.messages import Incoming, Reply
from bot.minds import Minds
from bot.ports import EventStore
from bot.queue import case_number
from bot.staff.audit import Audit
from bot.staff.undo import Undoing
from bot.undo import Undoable
from referral.hours import HERE, is_holiday

_OPENS, _CLOSES = 9, 17  # hours at which staff are there, on working days
_SATURDAY = 5
_LISTENS = 8  # the hour from which residents write back


@dataclass
class MovedClock:
    """A clock that stands where it was put."""

    at: datetime

    def now(self) -> datetime:
        """Return that moment, here."""
        return self.at.astimezone(HERE)


class Silent:
    """Telegram without Telegram: everything arrives, and nobody gets it."""

    name = "telegram"

    def __init__(self) -> None:
        self._sent = 0

    async def send(self, conversation: str, said: Said) -> tuple[str, ...]:  # noqa: ARG002 -- nobody gets it
        """Take it, and return a number for it."""
        self._sent += 1
        return (str(self._sent),)

    async def take_back(self, conversation: str, numbers: Sequence[str]) -> None:
        """Take away what nobody got."""


@dataclass
class World:
    """Where invented people live. All they do goes the way of real ones."""

    store: EventStore
    kept: Kept
    minds: Minds
    people: People
    clock: MovedClock
    _seen: set[tuple[str, date]] = field(default_factory=set)  # who signed in on which day

    def __post_init__(self) -> None:
        self.assistant = Assistant(self.store, self.minds, self.clock)
        self._undoing = Undoing(self.assistant, self.kept.pendings, grace=timedelta(0))
        self._audit = Audit(self.kept.accounts.trail, self.clock, part="demo")
        self._telegram = Silent()

    async def tick(self) -> None:
        """Let timers go off, and bring what was said."""
        await self.assistant.ring_due()
        await self._bring()

    async def _bring_to(self, conversation: str) -> None:
        """Bring what was said where it must be pushed."""
        if conversation.startswith(self._telegram.name):
            await self._bring()

    async def _bring(self) -> None:
        while await deliver(self.assistant, self._telegram):
            pass

    async def say(self, conversation: str, number: int, text: str, language: str) -> Reply | None:
        """Let a resident say something and return the answer; None when a colleague holds the conversation."""
        page = language if number == 0 and conversation.startswith("web:") else None
        said = await self.assistant.handle(
            Incoming(id=f"demo-{number}", conversation=conversation, text=text, language=page)
        )
        await self._bring_to(conversation)
        return said[-1].reply if said else None

    async def known(self, conversation: str) -> Conversation:
        """Return a conversation as it stands."""
        return await self.assistant.conversation(conversation)

    def at_the_desk(self, team: str | None) -> list[Colleague]:
        """Return who works at the cases of a team."""
        return [one for one in self.people.staff if one.team == team and one.role != "beheerder"]

    async def note(self, staff: Staff, action: str, conversation: str, about: str = "") -> None:
        """Write in the audit log what a colleague does, and that they signed in that day."""
        day = self.clock.now().date()
        if (staff.name, day) not in self._seen:
            self._seen.add((staff.name, day))
            await self._audit.note(who=staff.name, role=staff.role, team=staff.team, action="session.login")
        case = case_number(conversation)
        await self._audit.note(who=staff.name, role=staff.role, team=staff.team, action=action, case=case, about=about)

    async def do(
        self, what: Undoable, conversation: str, staff: Staff, form: Mapping[str, str], chance: Random
    ) -> None:
        """Let a colleague answer, pass on or close; nobody takes it back."""
        await self.note(staff, f"case.{what}", conversation, form.get("organisation", form.get("outcome", "")))
        number = f"{chance.getrandbits(128):032x}"
        await self._undoing.do(what, conversation, staff, {**form, "number": number})
        await self._bring_to(conversation)


def at_work(when: datetime, chance: Random) -> datetime:
    """Return the moment, or the next working morning when nobody is there then."""
    here = when.astimezone(HERE)
    while not _is_open(here):
        day = here if here.hour < _OPENS and _is_working(here.date()) else here + timedelta(days=1)
        here = day.replace(hour=_OPENS, minute=0) + timedelta(minutes=chance.randint(0, 90))
    return here


def awake(when: datetime, chance: Random) -> datetime:
    """Return the moment, or a little into the morning when people sleep then."""
    here = when.astimezone(HERE)
    if here.hour >= _LISTENS:
        return here
    return here.replace(hour=_LISTENS, minute=0) + timedelta(minutes=chance.randint(0, 150))


def _is_open(here: datetime) -> bool:
    return _is_working(here.date()) and _OPENS <= here.hour < _CLOSES


def _is_working(day: date) -> bool:
    return day.weekday() < _SATURDAY and not is_holiday(day)
