"""Slips in time: hours that say one thing in words and another in figures, and rows that nobody ever checked."""

import re
from collections.abc import Iterator

from referral.book import Book, Entry
from referral.model import Contact, Period
from referral.slips import Slip
from referral.week import Hours, clock

TIME = re.compile(r"\d{1,2}\.\d{2}")


def check_times(book: Book) -> Iterator[Slip]:
    """Every slip in hours and in last checks."""
    for organisation in book.organisations:
        for place, contact in enumerate(organisation.value.contacts):
            if contact.verified and (wrong := differ(contact)):
                path = (*organisation.path, "contacts", place, "hours")
                yield Slip(organisation.file, path, wrong, "Write the same times in hours and in open.")
    for rule in (rule for sheet in book.sheets for rule in sheet.rules):
        if rule.value.checked_on is None:
            yield unchecked(rule)
    for city in book.cities:
        if city.value.checked_on is None:
            yield unchecked(city)


def unchecked(entry: Entry[Period]) -> Slip:
    """Return a slip for what does not say when it was last checked."""
    what = "this does not say when it was last checked."
    return Slip(entry.file, (*entry.path, "checked_on"), what, "Add checked_on at the top, such as 2026-11-21.")


def differ(contact: Contact) -> str:
    """Return how the hours in words and in figures differ; nothing when they say the same."""
    if contact.hours is None and contact.open is None:
        return ""
    if contact.hours is None or contact.open is None:
        return "the hours stand only in words or only in figures (open)."
    figures = times_in(contact.open)
    for language, words in contact.hours.items():
        told = set(TIME.findall(words))
        if told != figures:
            odd = ", ".join(sorted(told ^ figures))
            return f"the {language} hours and open do not name the same times: {odd}."
    return ""


def times_in(hours: Hours) -> set[str]:
    """Return the times of day at which it opens or closes; none for day and night."""
    if hours.always:
        return set()
    return {clock(at) for spans in hours.days for span in spans for at in span}
