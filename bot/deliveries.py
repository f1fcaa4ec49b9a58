"""What must be told elsewhere of what happened to a case: decided here, kept in the transaction of the events.

A delivery holds no content: what a case is about is read when it is sent, so that forgetting a case is enough.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal, Protocol, get_args

from pydantic import Field

from bot.events import (
    Assigned,
    Claimed,
    Closed,
    ContactGiven,
    Event,
    HandedOver,
    Heard,
    Passed,
    Released,
    Reopened,
    Withdrawn,
)
from bot.messages import Value
from bot.places import Places, Told
from bot.queue import Case, CaseState

Keep = Callable[[Mapping[str, str]], Awaitable[None]]  # keeps how far a delivery got
Kind = Literal["klantinteracties", "mail", "webhook"]
Standing = Literal["waiting", "done", "dead"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)

_TELLS: Mapping[type[object], tuple[Told, CaseState]] = {
    HandedOver: ("case.opened", "waiting"),
    Claimed: ("case.claimed", "staff"),
    Assigned: ("case.claimed", "staff"),
    Released: ("case.released", "waiting"),
    Passed: ("case.passed", "waiting"),
    Closed: ("case.closed", "closed"),
    Withdrawn: ("case.closed", "closed"),
    Reopened: ("case.reopened", "staff"),
}
_ROUND = timedelta(minutes=5)  # in which a team gets one message about new questions
_SETTLED = timedelta(seconds=30)  # after a round: what happened in it is stored by then
_CONTACT = timedelta(minutes=10)  # in which residents usually give their name and number
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class Delivery(Value):
    """Something to tell elsewhere, and how that goes. The same `id` is told once."""

    id: str
    kind: Kind
    place: str = Field(description="the name of the place; of e-mail, the team")
    team: str
    what: str
    conversation: str | None = Field(default=None, description="it is forgotten with this one")
    body: str = ""
    made_at: datetime
    next_try_at: datetime
    standing: Standing = "waiting"
    attempts: int = 0
    problem: str | None = None
    progress: Mapping[str, str] = Field(default_factory=dict, description="numbers that the other system gave")


class Wake(Value):
    """More became known: look at what was handed over once more from this moment on, unless that is still to come."""

    conversation: str
    at: datetime


class Deliveries(Protocol):
    """Keeps what must be told elsewhere until it is. Every method raises StoreAway."""

    async def places(self, now: datetime) -> tuple[tuple[Kind, str], ...]:
        """Return the places for which something is due."""
        ...

    async def due(self, kind: Kind, place: str, now: datetime, limit: int = 50) -> tuple[Delivery, ...]:
        """Return what is due for a place, the first due first."""
        ...

    async def start(self, delivery: Delivery, until: datetime) -> Delivery | None:
        """Return it as ours until this moment, with one attempt more; None when it is somebody else's or gone."""
        ...

    async def keep(self, delivery: Delivery, progress: Mapping[str, str]) -> None:
        """Keep how far it got."""
        ...

    async def finish(self, delivery: Delivery) -> None:
        """Note that it was told; one that was woken meanwhile stays due."""
        ...

    async def fail(self, delivery: Delivery, problem: str, retry_at: datetime | None) -> None:
        """Note why it was not told and when to try again, None for never."""
        ...

    async def failing(self, teams: AbstractSet[str] | None, limit: int = 100) -> tuple[Delivery, ...]:
        """Return what fails, given up first, then the oldest first; of all teams for None."""
        ...

    async def counts(self, teams: AbstractSet[str] | None) -> Mapping[Standing, int]:
        """Return how many stand how; of all teams for None."""
        ...

    async def again(self, ids: AbstractSet[str] | None, teams: AbstractSet[str] | None, now: datetime) -> int:
        """Make these due now (all that fail for None), of these teams (all for None); return how many."""
        ...


def deliveries(
    numbered: Sequence[tuple[int, Event]], case: Case, places: Places, came_from: str | None = None
) -> tuple[Delivery | Wake, ...]:
    """Return what these numbered events of a case mean for the places elsewhere.

    `case` is how it stands after them; `came_from` the team that had it before, None when nobody did.
    """
    found: list[Delivery | Wake] = []
    team = came_from
    for number, event in numbered:
        before, team = team, event.organisation if isinstance(event, HandedOver | Passed) else team
        now = case.model_copy(update={"organisation": team or case.organisation})
        found += _told(number, event, now, places, before)
        found += _handed_over(number, event, now, places)
        found += _done_or_not(event, now, places) if before else []
        found += _mailed(event, now, places)
    return tuple(found)


def _told(number: int, event: Event, case: Case, places: Places, before: str | None) -> list[Delivery]:
    if type(event) not in _TELLS:
        return []
    told, state = _TELLS[type(event)]
    came_from = before if told == "case.passed" else None
    message = Message(
        id=f"msg_{_hash(*_mark(number, event, case))}",
        type=told,
        timestamp=event.at,
        data=CaseTold(
            number=case.number,
            team=case.organisation,
            state=state,
            opened_at=case.opened_at,
            promised_at=event.promised if isinstance(event, HandedOver | Passed) else None,
            from_team=came_from,
        ),
    )
    body = message.model_dump_json(exclude_none=True)
    return [
        _delivery("webhook", place.name, told, case, event, _mark(number, event, case), body=body)
        for place in places.webhooks
        if place.wants(told, case.organisation, came_from)
    ]


def _handed_over(number: int, event: Event, case: Case, places: Places) -> list[Delivery | Wake]:
    """Hand over at once what is urgent; for the rest wait a little for a name and number, which come after it."""
    place = places.taking_over(case.organisation)
    match event:
        case HandedOver() | Passed() if place:
            wait = timedelta(0) if case.urgent else _CONTACT
            mark = _mark(number, event, case)
            return [_delivery("klantinteracties", place.name, "case.handed_over", case, event, mark, wait=wait)]
        case ContactGiven() if place:
            return [Wake(conversation=case.conversation, at=event.at + timedelta(minutes=1))]
        case _:
            return []


def _done_or_not(event: Event, case: Case, places: Places) -> list[Wake]:
    """Wake what was handed over to a team that has it no longer, or has it again; it looks how the case stands."""
    if places.klantinteracties and isinstance(event, HandedOver | Passed | Closed | Withdrawn | Reopened):
        return [Wake(conversation=case.conversation, at=event.at)]
    return []


def _mailed(event: Event, case: Case, places: Places) -> list[Delivery]:
    """Mail once about a case that became urgent; about others one message a round tells that there are new ones."""
    if case.organisation not in places.mail or case.state == "closed":
        return []
    new = isinstance(event, HandedOver | Passed)
    if case.urgent and (new or (isinstance(event, Heard) and event.urgent)):
        once = (case.number, _text(case.opened_at))
        return [_delivery("mail", case.organisation, "mail.urgent", case, event, once)]
    if not new:
        return []
    left = _ROUND - (event.at - _FIRST) % _ROUND
    ends = (_text(event.at + left),)
    one = _delivery("mail", case.organisation, "mail.new", case, event, ends, wait=left + _SETTLED)
    return [one.model_copy(update={"conversation": None})]  # of all cases of that round


def _delivery(
    kind: Kind,
    place: str,
    what: str,
    case: Case,
    event: Event,
    key: tuple[str, ...],
    *,
    wait: timedelta = timedelta(0),
    body: str = "",
) -> Delivery:
    return Delivery(
        id=_hash(kind, place, what, *key),
        kind=kind,
        place=place,
        team=case.organisation,
        what=what,
        conversation=case.conversation,
        body=body,
        made_at=event.at,
        next_try_at=event.at + wait,
    )


def _mark(number: int, event: Event, case: Case) -> tuple[str, ...]:
    """Return what no other event has, also not one of a conversation of the same number that was forgotten."""
    return case.number, str(number), _text(event.at)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


class CaseTold(Value):
    """What other programs hear of a case."""

    number: str
    team: str
    state: CaseState
    opened_at: datetime
    promised_at: datetime | None = None
    from_team: str | None = None


class Message(Value):
    """A webhook in the form of the Standard Webhooks specification; its id goes in a header too."""

    id: str
    type: Told
    timestamp: datetime
    data: CaseTold


def _hash(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:32]
