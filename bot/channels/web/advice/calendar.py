"""A visit as a file that every calendar reads: iCalendar, RFC 5545."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Component, Event

from bot.channels.web.advice.model import Card, Visit
from bot.phrases import DUTCH
from referral.hours import HERE

# The rule of the European Union since 1996; written out, so that a calendar need not know the name of the zone.
_ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
DTSTART:19970330T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def calendar_of(card: Card, visit: Visit, now: datetime, language: str = DUTCH) -> bytes:
    """Return the file. The same visit has the same UID, so that a second import does not double it."""
    event = Event()
    event.add("uid", f"{uuid5(NAMESPACE_URL, f'{card.organisation}:{visit.value}:{visit.begins:%Y%m%dT%H%M}')}@wegwijs")
    event.add("dtstamp", now)
    event.add("dtstart", visit.begins.astimezone(HERE))
    event.add("dtend", visit.ends.astimezone(HERE))
    event.add("summary", f"{card.name}: {visit.label}", parameters={"LANGUAGE": language.partition("-")[0]})
    if card.address:
        event.add("location", card.address)
    event.add("description", "\n".join(f"{way.label}: {way.value}" for way in card.part.ways))
    event.add("transp", "TRANSPARENT")  # it is when they are open, not when somebody is busy
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Wegwijs//Wegwijs//NL")
    calendar.add_component(Component.from_ical(_ZONE))
    calendar.add_component(event)
    return bytes(calendar.to_ical())
