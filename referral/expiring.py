"""What ends, has ended, changes or was not checked for a year: the list that staff go through."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

from referral.gaps import gaps, periods
from referral.guide import Guide
from referral.model import Change, Contact, Organisation, Period, Rule, Value

A_YEAR = timedelta(days=365)
Reason = Literal["ends", "ended", "changes", "changed", "unchecked", "stands in"]
PAST = ("ended", "changed")
SAID = {
    "ends": "eindigt op {day}",
    "ended": "is geëindigd op {day}",
    "changes": "verandert op {day}: {what}",
    "changed": "veranderde op {day}: {what}",
    "unchecked": "is voor het laatst bekeken op {day}",
    "stands in": "staat vanaf {day} in voor wie het doet; dat is niet bekend",
}


class Notice(Value):
    """Something that staff should look at, with where it stands in the files."""

    file: str
    line: int
    about: str
    reason: Reason
    day: date
    source: str
    what: str = ""
    touches: tuple[str, ...] = ()  # the organisations that it is about

    def __str__(self) -> str:
        said = SAID[self.reason].format(day=self.day, what=self.what)
        return f"{self.file}:{self.line}: {self.about} {said} (bron: {self.source})"


def expiring(guide: Guide, on: date, within: int) -> tuple[Notice, ...]:
    """Return what ends or changes within so many days, has ended, or was not checked for a year; soonest first.

    What is over and was looked at since comes last.
    """
    notices = [*of_organisations(guide, on, within), *of_rules(guide, on, within), *of_areas(guide, on, within)]
    notices += of_changes(guide, on, within)
    return tuple(sorted(notices, key=lambda one: (one.reason in PAST, one.day, one.about)))


def of_organisations(guide: Guide, on: date, within: int) -> Iterator[Notice]:
    """Yield what is to be looked at in organisations and their contacts."""
    for name, one in guide.organisations.items():
        notices = of_period(guide, name, name, one, one.source, one.checked_on, on, within)
        yield from touching((name,), notices)
        for contact in one.contacts:
            if contact.model_fields_set & {"valid_from", "valid_until", "checked_on"}:
                yield from touching((name,), of_contact(guide, one, contact, on, within))


def of_contact(guide: Guide, one: Organisation, contact: Contact, on: date, within: int) -> Iterator[Notice]:
    """Yield what is to be looked at in a contact with dates of its own."""
    value = contact.value if isinstance(contact.value, str) else contact.value["nl"]
    checked = contact.checked_on or one.checked_on
    yield from of_period(guide, one.id, f"{one.id}, {value}", contact, contact.source, checked, on, within)


def of_rules(guide: Guide, on: date, within: int) -> Iterator[Notice]:
    """Yield what is to be looked at in rules, and which of them name somebody who only stands in."""
    rules = [rule for place in guide.tables.values() for table in place.values() for rule in table.rules]
    for rule in (*rules, *(rule for plan in guide.plans.values() for rule in plan.rules)):
        yield from touching(rule.refer_to, of_rule(guide, rule, on, within))


def of_rule(guide: Guide, rule: Rule, on: date, within: int) -> Iterator[Notice]:
    """Yield what is to be looked at in one rule."""
    yield from of_period(guide, rule.id, rule.id, rule, rule.source, rule.checked_on, on, within)
    begins = rule.valid_from or on
    if rule.stands_in and begins <= on + timedelta(days=within) and (not rule.valid_until or rule.holds(on)):
        yield notice(guide, rule.id, rule.id, "stands in", begins, rule.source)


def of_areas(guide: Guide, on: date, within: int) -> Iterator[Notice]:
    """Yield what is to be looked at in cities and wijken."""
    for city in guide.areas.cities:
        about = f"gebied {city.name}"
        yield from of_period(guide, city.id, about, city, city.source, city.checked_on, on, within)
        for wijk in city.wijken:
            yield from of_period(guide, wijk.id, f"{about}, {wijk.name}", wijk, city.source, None, on, within)


def of_changes(guide: Guide, on: date, within: int) -> Iterator[Notice]:
    """Yield the changes that are announced, and those that came; a past one that was not checked since still comes."""
    for one in guide.changes_ahead:
        yield from touching(one.touches, of_change(guide, one, on, within))


def of_change(guide: Guide, one: Change, on: date, within: int) -> Iterator[Notice]:
    """Yield what is to be looked at in one change."""
    if one.on <= on + timedelta(days=within):
        reason: Reason = "changed" if one.on < min(on, one.checked_on) else "changes"
        yield notice(guide, one.id, ", ".join(one.touches), reason, one.on, one.source, one.what["nl"])
    if on - one.checked_on > A_YEAR:
        yield notice(guide, one.id, one.id, "unchecked", one.checked_on, one.source)


def touching(organisations: tuple[str, ...], notices: Iterable[Notice]) -> Iterator[Notice]:
    """Yield the notices, each with the organisations that it is about."""
    yield from (one.model_copy(update={"touches": organisations}) for one in notices)


def of_period(
    guide: Guide, name: str, about: str, one: Period, source: str, checked: date | None, on: date, within: int
) -> Iterator[Notice]:
    """Yield that a period ends or has ended; otherwise that it was not checked for a year."""
    if one.valid_until and one.valid_until < on:
        yield notice(guide, name, about, "ended", one.valid_until, source)
        return
    if one.valid_until and one.valid_until <= on + timedelta(days=within):
        yield notice(guide, name, about, "ends", one.valid_until, source)
    if checked and on - checked > A_YEAR:
        yield notice(guide, name, about, "unchecked", checked, source)


def notice(guide: Guide, name: str, about: str, reason: Reason, day: date, source: str, what: str = "") -> Notice:
    """Return a notice with the file and line where the id stands."""
    file, line = guide.where.get(name, ("", 1))
    return Notice(file=file, line=line, about=about, reason=reason, day=day, source=source, what=what)


def report(guide: Guide, on: date, within: int) -> Iterator[str]:
    """Yield the lines of `wegwijs check --expiring`: what to look at, then the days that nobody answers for."""
    yield from map(str, expiring(guide, on, within))
    found = gaps(guide)
    yield from (f"Geen vaste organisatie: {gap}" for gap in found)
    if not any(gap.kind == "nobody" for gap in found):
        days = len(tuple(periods(guide)))
        yield f"Bewezen: op elke dag ({days} perioden) noemt elke rij een organisatie die dan bestaat."
