"""What happened in a conversation becomes anonymous tallies. Values in, values out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.conversation import Conversation, after
from bot.counted import HERE, Kind, Tally, monday
from bot.course import MOST_CLARIFIED
from bot.events import (
    Closed,
    Corrected,
    Decided,
    Event,
    Followed,
    HandedOver,
    Heard,
    Passed,
    Rang,
    Rated,
    Said,
    Withdrawn,
)
from referral.model import UNKNOWN, Refer

_SPOKE = {"helped", "on_the_way", "referred_on", "declined"}  # outcomes that staff know from the resident
_TRIED = _SPOKE | {"not_reached"}
_MOST = 3  # clarifying questions; more are counted as "3+"


def tallies(before: Conversation, events: Sequence[Event]) -> tuple[Tally, ...]:
    """Return what is to be counted of these events, that come behind what is in `before`."""
    counted: list[Tally] = []
    now = before
    for event in events:
        then = after(now, event)
        counted += _of(now, event, then)
        now = then
    return tuple(counted)


def _of(now: Conversation, event: Event, then: Conversation) -> Iterator[Tally]:
    match event:
        case Heard():
            yield from _heard(now, event, then)
        case Decided(decision=Refer() as decision):
            yield from _decided(now, event, decision)
        case Said(by="bot"):
            yield from _clarified(now, event, then)
        case Said():
            yield from _spoke(now, event.at)
        case HandedOver():
            yield from _handed_over(now, event, then)
        case Passed():
            what = "misroute" if event.misroute else "other"
            yield _tally("passed", now, event.at, what=what, rule=event.rule)
        case Rang(timer="late") if now.course.promise_ends:
            yield _tally("promise", now, event.at, what="broken")
        case Closed():
            yield from _closed(now, event)
        case Withdrawn():
            yield _tally("closed", now, event.at, what="withdrawn")
        case Followed():
            yield _followed(now, event)
        case Rated():
            yield from _rated(now, event)
        case Corrected():
            parts = (("themes", event.themes), ("signals", event.signals), ("facts", event.facts))
            yield from (_tally("corrected", now, event.at, what=what) for what, part in parts if part is not None)


def _heard(now: Conversation, event: Heard, then: Conversation) -> Iterator[Tally]:
    left = now.course.counted and not now.course.ended
    if event.understanding.act == "restart" and left:
        yield _tally("dead_end", now, event.at, what="gave_up")
    is_new = not now.course.counted or now.course.asked_at != then.course.asked_at
    if then.course.counted and is_new:
        yield _tally("asked", then, event.at, organisation=None, rule=None)


def _decided(now: Conversation, event: Decided, decision: Refer) -> Iterator[Tally]:
    if now.course.ended or not now.themes:
        return
    if not decision.referrals:
        yield _tally("dead_end", now, event.at, what="nothing_found", organisation=None, rule=None)
        return
    first = decision.referrals[0]
    clarified = str(now.course.clarified) if now.course.clarified < _MOST else f"{_MOST}+"
    minutes = _minutes(now.course.asked_at, event.at)
    team, rule = first.organisation, first.rule
    yield _tally("referred", now, event.at, organisation=team, rule=rule, what=clarified, minutes=minutes)


def _clarified(now: Conversation, event: Said, then: Conversation) -> Iterator[Tally]:
    if then.course.clarified == MOST_CLARIFIED != now.course.clarified and not now.course.counted:
        yield _tally("asked", now, event.at, organisation=None, rule=None)


def _handed_over(now: Conversation, event: HandedOver, then: Conversation) -> Iterator[Tally]:
    if not now.course.counted:
        yield _tally("asked", then, event.at, organisation=None, rule=None)
    yield _tally("handed_over", then, event.at, what="after_referral" if now.course.ended else "direct")


def _closed(now: Conversation, event: Closed) -> Iterator[Tally]:
    """Count the outcome; somebody who was called and never written to was spoken to at the latest now."""
    if event.outcome in _SPOKE:
        yield from _spoke(now, event.at)
    elif event.outcome in _TRIED:
        yield from _promise(now, event.at)
    yield _tally("closed", now, event.at, what=event.outcome)


def _spoke(now: Conversation, at: datetime) -> Iterator[Tally]:
    if now.course.came_at and not now.course.contacted:
        yield _tally("contact", now, at, minutes=_minutes(now.course.came_at, at))
        yield from _promise(now, at)


def _promise(now: Conversation, at: datetime) -> Iterator[Tally]:
    if now.course.promise_ends and not now.course.contacted:
        yield _tally("promise", now, at, what="kept" if at <= now.course.promise_ends else "broken")


def _followed(now: Conversation, event: Followed) -> Tally:
    theme = next(iter(event.themes), None)
    return _tally("followed", now, event.at, organisation=event.organisation, theme=theme, what=event.result)


def _rated(now: Conversation, event: Rated) -> Iterator[Tally]:
    """Count each answer once: what was chosen before is taken back. Weeks that are over stay as they are."""
    before = now.rated.get(event.said, ())
    if before and _week(before[0].at) != _week(event.at):
        return
    of: Mapping[str, object] = {"organisation": event.organisation, "theme": next(iter(event.themes), None)}
    if before:
        yield _tally("unrated", now, event.at, what=before[-1].verdict, rule=None, **of)
    yield _tally("rated", now, event.at, what=event.verdict, rule=None, **of)


def _week(at: datetime) -> date:
    return monday(at.astimezone(HERE).date())


def _tally(kind: Kind, of: Conversation, at: datetime, **more: object) -> Tally:
    """Return a tally with what is known of the conversation; `more` fills in the rest, or says it better."""
    wijk = of.facts.get("wijk")
    known = {
        "theme": next(iter(of.themes), None),
        "wijk": None if wijk == UNKNOWN else wijk,
        "language": of.language,
        "organisation": of.organisation,
        "rule": of.rule,
    }
    hour = at.replace(minute=0, second=0, microsecond=0)
    return Tally.model_validate({"at": hour, "kind": kind, **known, **more})


def _minutes(since: datetime | None, at: datetime) -> int | None:
    return None if since is None else max((at - since) // timedelta(minutes=1), 0)
