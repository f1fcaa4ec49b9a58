"""Whether somebody can be reached now, until when or from when, in words; who is open stands first."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from referral.guide import Guide
from referral.model import Contact, Value
from referral.tell import say
from referral.week import MIDNIGHT, Hours, clock, hours_from

HERE = ZoneInfo("Europe/Amsterdam")
OFFICE = Hours.model_validate(hours_from({"ma-vr": "9.00-17.00"}), strict=False)
AHEAD = 14  # days that are looked ahead at most
LIVE = ("phone", "chat", "walkin", "desk")  # ways for which it matters that somebody is there


class Opening(Value):
    """Whether somebody can be reached at a moment. `until` when it closes, `opens` when it opens again.

    Open without `until` is day and night; closed without `opens` is closed for two weeks or more.
    """

    now: bool
    until: datetime | None = None
    opens: datetime | None = None


def open_now(contact: Contact, at: datetime) -> Opening | None:
    """Return whether the contact can be reached at this moment; None when its hours are not known.

    `at` is a moment with a time zone, or a time of day as the clock shows it in the Netherlands.
    """
    if contact.open is None:
        return None
    moment = at.astimezone(HERE).replace(tzinfo=None) if at.tzinfo else at
    if not contact.holds(moment.date()):
        return Opening(now=False)
    if contact.open.always:
        return Opening(now=True)
    spans = together(spans_from(contact.open, moment.date()))
    return next((opening(begin, end, moment) for begin, end in spans if moment < end), Opening(now=False))


def opening(begin: datetime, end: datetime, moment: datetime) -> Opening:
    """Return the opening at a moment that lies in this span or before it."""
    return Opening(now=True, until=end) if begin <= moment else Opening(now=False, opens=begin)


def opens_next(contact: Contact, at: datetime) -> tuple[datetime, datetime] | None:
    """Return from when to when it is open the next time that is still to begin, in the time zone here.

    None when its hours are not known, when it never closes, and when it stays closed for two weeks or more.
    """
    if contact.open is None or contact.open.always:
        return None
    moment = at.astimezone(HERE).replace(tzinfo=None) if at.tzinfo else at
    for begin, end in together(spans_from(contact.open, moment.date())):
        if begin > moment and contact.holds(begin.date()):
            return begin.replace(tzinfo=HERE), end.replace(tzinfo=HERE)
    return None


def spans_from(hours: Hours, first: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when it is open, in order; the day before counts, for a span that runs on past midnight."""
    for day in (first + timedelta(days=ahead) for ahead in range(-1, AHEAD + 1)):
        start = datetime.combine(day, time.min)
        for span in hours.on(day.weekday(), is_holiday(day)):
            yield start + timedelta(minutes=span.opens), start + timedelta(minutes=span.closes)


def together(spans: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans, those together that meet at midnight."""
    current: tuple[datetime, datetime] | None = None
    for begin, end in spans:
        if current and current[1] == begin and begin.time() == time.min:
            current = (current[0], end)
        else:
            if current:
                yield current
            current = (begin, end)
    if current:
        yield current


@lru_cache(maxsize=4096)
def is_holiday(day: date) -> bool:
    """Tell whether it is a public holiday in the Netherlands."""
    return day in dutch_holidays(day.year)


@lru_cache(maxsize=64)
def dutch_holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year, by the library `holidays`."""
    import holidays  # noqa: PLC0415 -- takes 0.2 s, and not every command needs it

    return frozenset(holidays.country_holidays("NL", years=year))


def after_working(hours: Hours, minutes: int, at: datetime) -> datetime:
    """Return when this many open minutes have passed since `at`; on a half hour, open, and in the time zone here.

    Raises ValueError when it is not open that long in the two weeks to come.
    """
    moment = at.astimezone(HERE).replace(tzinfo=None) if at.tzinfo else at
    left = timedelta(minutes=minutes)
    for begin, end in together(spans_from(hours, moment.date())):
        start = max(begin, moment)
        if (then := _next_half_hour(start + left)) < end:  # who closes then answers when they open again
            return then.replace(tzinfo=HERE).astimezone(UTC).astimezone(HERE)  # 2.30 in spring is 3.30
        left = max(left - max(end - start, timedelta(0)), timedelta(0))
    raise ValueError("not open that long")


def _next_half_hour(moment: datetime) -> datetime:
    past = timedelta(minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond)
    return moment - past + timedelta(minutes=30) if past else moment


def in_words(opening: Opening, at: datetime, guide: Guide, language: str) -> str:
    """Return the opening as a resident reads it: "nu open tot 17.00", "morgen vanaf 9.00"."""
    if opening.now and opening.until is None:
        return say("hours_always", guide, language)
    if opening.now and opening.until:
        return say("hours_open", guide, language, time=time_of(opening.until))
    if opening.opens is None:
        return say("hours_closed", guide, language)
    moment = at.astimezone(HERE) if at.tzinfo else at
    days = (opening.opens.date() - moment.date()).days
    how = ("today", "tomorrow")[days] if days < 2 else "later" if days < 7 else "date"
    day = say(f"day_{opening.opens.weekday()}", guide, language)
    on = f"{opening.opens.day}-{opening.opens.month}"
    return say(f"hours_{how}", guide, language, day=day, date=on, time=time_of(opening.opens))


def time_of(moment: datetime) -> str:
    """Return the time of day; midnight at the end of a day is 24.00."""
    return clock(moment.hour * 60 + moment.minute or MIDNIGHT)


def is_closed(contact: Contact, at: datetime) -> bool:
    """Tell whether it is known that nobody can be reached now."""
    found = open_now(contact, at)
    return found is not None and not found.now


def open_first(contacts: Iterable[Contact], at: datetime) -> tuple[Contact, ...]:
    """Return the contacts, those that are closed now after the others; otherwise their order stays."""
    return tuple(sorted(contacts, key=lambda contact: is_closed(contact, at)))


def lines_open_first(names: Iterable[str], guide: Guide, at: datetime, wijk: str | None = None) -> tuple[str, ...]:
    """Return help lines or organisations, those that cannot be reached now after the others.

    For what stands beside a referral. What is said first for danger has an order of its own and keeps it.
    """
    return tuple(sorted(names, key=lambda name: all_closed(guide.contacts(name, at.date(), wijk), at)))


def first_now(names: Iterable[str], guide: Guide, at: datetime, wijk: str | None = None) -> tuple[str, ...]:
    """Return whom to name first at this moment: `say_first` of a decision, in its order.

    Where a line is closed now, who answers outside office hours (signals.yaml) is named after it. A line whose
    hours are not known is taken to keep office hours.
    """
    outside = {one.line: one.outside_office_hours for one in guide.signals.say_first if one.outside_office_hours}
    found: list[str] = []
    for name in names:
        contacts = [contact for contact in guide.contacts(name, at.date(), wijk) if contact.kind in LIVE]
        closed = all_closed(contacts, at) if contacts else is_outside(OFFICE, at)
        found += [name, *([outside[name]] if name in outside and closed else [])]
    return tuple(dict.fromkeys(found))


def is_outside(hours: Hours, at: datetime) -> bool:
    """Tell whether a moment lies outside these hours."""
    moment = at.astimezone(HERE) if at.tzinfo else at
    minute = moment.hour * 60 + moment.minute
    spans = hours.on(moment.weekday(), is_holiday(moment.date()))
    return not any(span.opens <= minute < span.closes for span in spans)


def all_closed(contacts: Iterable[Contact], at: datetime) -> bool:
    """Tell whether there are ways to speak to somebody, and none of them is open now."""
    live = [contact for contact in contacts if contact.kind in LIVE]
    return bool(live) and all(is_closed(contact, at) for contact in live)
