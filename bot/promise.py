"""When a resident may expect an answer: from who is open, and how many wait already. Said aloud, so it must hold."""

from datetime import datetime, timedelta

from referral.guide import Guide
from referral.hours import HERE, LIVE, OFFICE, Opening, after_working, in_words
from referral.week import Hours

_READING = 120  # open minutes until the first in the queue is read
_EACH = 15  # more for everybody who waits already
_LONGEST = 5 * 8 * 60  # a working week; nobody waits longer without hearing of it
_WORKDAY = 8 * 60
_DAY_PARTS = {"day": 11, "evening": 19}  # hour at which a message comes


def promised(organisation: str, waiting: int, guide: Guide, now: datetime) -> datetime:
    """Return the moment from which staff will probably answer; `waiting` is how many are before this one."""
    minutes = min(_READING + _EACH * waiting, _LONGEST)
    return _working(organisation, minutes, guide, now)


def late_after(organisation: str, promise: datetime, guide: Guide) -> datetime:
    """Return from when on a resident who was promised an answer waits too long: half a working day later."""
    return _working(organisation, _WORKDAY // 2, guide, promise)


def next_word(organisation: str, guide: Guide, now: datetime) -> datetime:
    """Return when we look again at a question that nobody answered: a working day later."""
    return _working(organisation, _WORKDAY, guide, now)


def promise_in_words(promise: datetime, guide: Guide, now: datetime, language: str) -> str:
    """Return the promise as a resident reads it: "vandaag vanaf 13.30", "maandag vanaf 9.00"."""
    opens = promise.astimezone(HERE).replace(tzinfo=None)
    return in_words(Opening(now=False, opens=opens), now, guide, language)


def days_later(days: int, part: str, now: datetime) -> datetime:
    """Return the moment for a message this many days from now, in a part of the day: "day" or "evening"."""
    return days_after(days, now).replace(hour=_DAY_PARTS[part], minute=0, second=0, microsecond=0)


def days_after(days: int, moment: datetime) -> datetime:
    """Return the same time of day this many days later, on the clock here; in summer too."""
    return moment.astimezone(HERE) + timedelta(days=days)


def _working(organisation: str, minutes: int, guide: Guide, now: datetime) -> datetime:
    for hours in (_hours_of(organisation, guide, now), OFFICE):
        try:
            return after_working(hours, minutes, now)
        except ValueError:  # hardly ever open, such as one walk-in an hour a week
            continue
    return now + timedelta(days=7)


def _hours_of(organisation: str, guide: Guide, now: datetime) -> Hours:
    """Return when its people are there: the hours of its phone or desk, else office hours."""
    contacts = guide.contacts(organisation, now.date())
    opened = [contact.open for contact in contacts if contact.kind in LIVE and contact.open is not None]
    return max(opened, key=_minutes_a_week, default=OFFICE)


def _minutes_a_week(hours: Hours) -> int:
    return sum(span.closes - span.opens for day in range(7) for span in hours.on(day, False))
