"""Events add up to a Conversation: what is known now, who holds it, what was asked last."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce

from pydantic import Field

from bot.casework import Casework, case_change, with_timer, without
from bot.course import Course, on_course
from bot.events import (
    Consented,
    ContactGiven,
    Decided,
    Delivered,
    Event,
    Followed,
    FollowUpAgreed,
    FollowUpDeclined,
    Heard,
    Rang,
    Rated,
    Said,
    Timer,
)
from bot.messages import Reply, read_payload
from intents.model import Reading
from referral.model import PLACE, UNKNOWN, Location, Refer

# What is told about the question at hand, not about the person: a new question starts without it.
_OF_THE_QUESTION = {"home_or_utilities_at_risk", "nuisance", "able_to_go", "for_whom"}
_OF_THE_PLACE = {"city", "wijk"}
_AT_HOME = {"violence_at_home", "child_unsafe"}  # who did it may read along
_FEW = 4  # words; so few in another language may be names and loan words


class Conversation(Casework):
    """A conversation as it stands."""

    id: str
    version: int = 0
    language: str | None = Field(default=None, description="in which the resident wrote last")
    chosen: str | None = Field(default=None, description="the language that the resident chose to be answered in")
    page: str | None = Field(default=None, description="the language of the page on which it takes place")
    heard: frozenset[str] = frozenset()
    messages: int = 0
    words: tuple[str, ...] = Field(default=(), description="what the resident typed so far, as it is kept")
    ranking: tuple[Reading, ...] = ()
    reply: Reply | None = Field(default=None, description="what the bot said last")
    unclear: int = Field(default=0, description="how many messages in a row were not understood")
    name: str | None = None
    reach: str | None = None
    last_heard_at: datetime | None = None
    quiet: bool = Field(default=False, description="somebody at home may read along: say nothing unasked")
    may_ask: bool = Field(default=False, description="the moment to be asked how it went was agreed, and is still safe")
    asked_after: int = Field(default=0, description="how often was asked whether it worked out")
    rated: Mapping[str, tuple[Rated, ...]] = Field(default_factory=dict, description="of an answer; the last counts")
    course: Course = Field(default=Course(), description="what the figures need to remember")

    @property
    def channel(self) -> str:
        """The channel where it takes place."""
        return self.id.partition(":")[0]

    @property
    def expects(self) -> str | None:
        """What the next message will probably answer: a fact, "theme", "consent", "name" or "reach"."""
        return self.reply.expects if self.reply else None

    @property
    def answered_in(self) -> str | None:
        """The language to answer in: the chosen one, else that of the resident; None before the first message."""
        return self.chosen or self.language

    @property
    def held_by_staff(self) -> bool:
        """Tell whether a colleague holds it; the bot is silent then."""
        return self.state == "staff"

    @property
    def answered(self) -> bool:
        """Tell whether the question at hand was referred, so that what comes next is a new question."""
        return isinstance(self.decision, Refer) and bool(self.decision.referrals)

    @property
    def afresh(self) -> "Conversation":
        """The same as if nothing had been asked, so that a question stands in its own words."""
        return self.model_copy(update={"reply": None})


def replay(conversation: str, events: Iterable[Event]) -> Conversation:
    """Return the conversation that these events add up to."""
    return reduce(after, events, Conversation(id=conversation))


def after(now: Conversation, event: Event) -> Conversation:
    """Return the conversation as it stands after one more event."""
    course = on_course(now, now.course, event)
    return now.model_copy(update={"version": now.version + 1, "course": course, **_change(now, event)})


def _change(now: Conversation, event: Event) -> Mapping[str, object]:
    match event:
        case Heard():
            return _heard(now, event)
        case Decided():
            return {"decision": event.decision}
        case Said():
            return _said(now, event)
        case Delivered():
            return {}
        case Consented():
            return {"consented": event.organisation}
        case ContactGiven():
            return {"name": event.name or now.name, "reach": event.reach or now.reach}
        case FollowUpAgreed() | FollowUpDeclined() | Followed() | Rang():
            return _timer_change(now, event)
        case Rated():
            return {"rated": {**now.rated, event.said: (*now.rated.get(event.said, ()), event)}}
        case _:
            return case_change(now, event)


def _timer_change(
    now: Conversation, event: FollowUpAgreed | FollowUpDeclined | Followed | Rang
) -> Mapping[str, object]:
    match event:
        case FollowUpAgreed():
            timers = with_timer(now.timers, "follow_up", event.first)
            return {"timers": timers, "asked_after": 0, "may_ask": True}
        case FollowUpDeclined():
            return {"timers": without(now.timers, ("follow_up",)), "may_ask": False}
        case Followed():
            return {"timers": without(now.timers, ("follow_up",)) if event.result == "helped" else now.timers}
        case Rang():
            return _rung(now, event)


def _rung(now: Conversation, event: Rang) -> Mapping[str, object]:
    """Set the next timer: after a late answer comes no answer at all, and who was asked once is asked once more."""
    following: Timer = "follow_up" if event.timer == "follow_up" else "unanswered"
    timers = with_timer(without(now.timers, (event.timer,)), following, event.again)
    return {"timers": timers, "asked_after": now.asked_after + (event.timer == "follow_up" and not event.silent)}


def _heard(now: Conversation, event: Heard) -> Mapping[str, object]:
    understood = event.understanding
    themes = tuple(reading.theme for reading in understood.themes)
    unsafe = bool(_AT_HOME & set(understood.signals)) or _told_unsafe(event)
    base = _new_question(now) if now.answered and themes else now
    if understood.act == "restart":
        base = now.model_copy(
            update={"themes": (), "signals": (), "facts": {}, "place": None, "decision": None, "reply": None}
        )
    return {
        "language": understood.language,
        "chosen": _chosen(now, event),
        "page": event.page,
        "quiet": now.quiet or unsafe,
        "may_ask": now.may_ask and not unsafe,
        "heard": now.heard | {event.id},
        "messages": now.messages + 1,
        "words": now.words if event.stumbled else (*now.words, event.text),  # later ones are read with these
        "themes": _joined(base.themes, themes),
        "signals": _joined(base.signals, understood.signals),
        "alarms": _joined(now.alarms, understood.signals),
        "facts": _facts(base.facts, understood.facts, event.place),
        "ranking": understood.ranking or base.ranking,
        "place": event.place or base.place,
        "decision": base.decision,
        "reply": base.reply,
        "last_heard_at": event.at,
        "last_from": "resident",
        "since": event.at if now.last_from == "staff" else now.since,
        "urgent": now.urgent or (event.urgent and now.state in ("waiting", "staff")),
    }


def _chosen(now: Conversation, event: Heard) -> str | None:
    """Return the chosen language: by a button or for the page, until a whole sentence comes in another language."""
    chosen = event.page if event.page != now.page else now.chosen
    match read_payload(event.text):
        case ("language", {"language": language}):
            return language
        case None if chosen and len(event.text.split()) > _FEW:
            return chosen if chosen.partition("-")[0] == event.understanding.language else None
        case _:
            return chosen


def _told_unsafe(event: Heard) -> bool:
    return event.understanding.act == "unsafe" or read_payload(event.text) == ("safe", {"here": "no"})


def _new_question(now: Conversation) -> Conversation:
    facts = {name: value for name, value in now.facts.items() if name not in _OF_THE_QUESTION}
    return now.model_copy(update={"themes": (), "signals": (), "facts": facts, "decision": None})


def _facts(known: Mapping[str, str], told: Mapping[str, str], place: Location | None) -> Mapping[str, str]:
    """Add what was told to what was known. Another person or another city leaves the rest behind."""
    if told.get("for_whom", known.get("for_whom")) != known.get("for_whom") and "for_whom" in known:
        known = {name: value for name, value in known.items() if name in _OF_THE_PLACE}
    where = _where(place)
    if where.get("city", known.get("city")) != known.get("city"):
        known = {name: value for name, value in known.items() if name not in _OF_THE_PLACE}
    unknown_place = {"city": UNKNOWN} if told.get(PLACE) == UNKNOWN else {}
    rest = {name: value for name, value in told.items() if name != PLACE}
    return {**known, **unknown_place, **rest, **where}


def _where(place: Location | None) -> dict[str, str]:
    if place is None:
        return {}
    found = {"city": place.city, "wijk": place.wijk}
    return {name: value for name, value in found.items() if value is not None}


def _said(now: Conversation, event: Said) -> Mapping[str, object]:
    if event.by != "bot":
        return {"last_from": "staff", "since": event.at, "promised": None, "forms": now.forms | {event.id}}
    return {"reply": event.reply, "unclear": _unclear(now, event.reply)}


def _unclear(now: Conversation, reply: Reply) -> int:
    """Count the times in a row that the bot had to ask the same thing again or what it is about."""
    asked_again = reply.expects is not None and reply.expects == now.expects
    return now.unclear + 1 if asked_again else int(reply.status == "clarify")


def _joined(first: tuple[str, ...], then: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *then]))
