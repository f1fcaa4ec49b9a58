"""What the export to HSDS and the import from it agree on: numbers of things, our own fields, opening hours.

HSDS: Open Referral's Human Services Data Specification 3.1. What it has no field for travels as an attribute
with link_type "wegwijs", the name of our field as its label and the value as JSON, so that nothing is lost.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

import phonenumbers

from referral.week import DAYS, MIDNIGHT, Hours, Span, hours_from

Thing = dict[str, Any]

OURS = "wegwijs"
NAMESPACE = UUID("6f9f6c0e-93a5-5d0c-8e0b-6d2f7a4c1e55")
HSDS_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ON_HOLIDAYS = "public holidays"  # in `notes` of a schedule
OFFSET = "+01:00"
ZONE = 1
TIME = re.compile(r"(\d{2}):(\d{2})")


def number(*key: str) -> str:
    """Return the UUID of a thing, always the same for the same key."""
    return str(uuid5(NAMESPACE, "/".join(key)))


def attributes(entity: str, owner: str, fields: Mapping[str, Any]) -> list[Thing]:
    """Return our own fields of a thing as attributes."""
    return [
        {
            "id": number(owner, "attribute", name),
            "link_id": owner,
            "link_entity": entity,
            "link_type": OURS,
            "taxonomy_term_id": number("term", name),
            "label": name,
            "value": json.dumps(value, ensure_ascii=False, sort_keys=True),
        }
        for name, value in fields.items()
    ]


def own_fields(thing: Mapping[str, Any]) -> Thing:
    """Return our own fields from the attributes of a thing; none for a file of somebody else."""
    return {
        one["label"]: json.loads(one["value"])
        for one in thing.get("attributes") or ()
        if one.get("link_type") == OURS and one.get("label")
    }


def dialled(written: str) -> str:
    """Return a phone number as E.164; a short number, such as 112 or 14 030, as its digits."""
    try:
        found = phonenumbers.parse(written, "NL")
    except phonenumbers.NumberParseException:
        return written
    if phonenumbers.is_valid_number(found):
        return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return re.sub(r"[^\d+]", "", written)


def schedules(owner: str, hours: Hours | None, words: str | None, more: Mapping[str, Any]) -> list[Thing]:
    """Return opening hours as schedules: one for each span with the days on which it holds."""
    if hours is None:
        return [{"id": number(owner, "schedule"), "description": words, **more}] if words else []
    spans = sorted({span for day in hours.days[: len(DAYS)] for span in day})
    found = [
        schedule(number(owner, "schedule", str(span)), span)
        | {"byday": ",".join(HSDS_DAYS[day] for day in range(len(DAYS)) if span in hours.days[day])}
        for span in spans
    ]
    found += [
        schedule(number(owner, "holidays", str(span)), span) | {"byday": ",".join(HSDS_DAYS), "notes": ON_HOLIDAYS}
        for span in hours.days[-1]
    ]
    return [one | ({"description": words} if words else {}) | dict(more) for one in found]


def schedule(name: str, span: Span) -> Thing:
    """Return a span of every week as a schedule."""
    return {
        "id": name,
        "freq": "WEEKLY",
        "interval": 1,
        "wkst": "MO",
        "timezone": ZONE,
        "opens_at": time_of(span.opens),
        "closes_at": time_of(span.closes % MIDNIGHT),
    }


def time_of(minutes: int) -> str:
    """Return a time of day with its offset: 09:00+01:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}{OFFSET}"


def hours_of(several: Iterable[Mapping[str, Any]]) -> Hours | None:
    """Return the hours in schedules; None when there are none, or when they are not the same every week."""
    days: list[list[Span]] = [[] for _ in range(len(DAYS) + 1)]
    for one in several:
        span = span_of(one)
        named = [HSDS_DAYS.index(day) for day in str(one.get("byday") or "").split(",") if day in HSDS_DAYS]
        if span is None or not named or one.get("freq", "WEEKLY") != "WEEKLY" or (one.get("interval") or 1) != 1:
            return None
        for day in [len(DAYS)] if one.get("notes") == ON_HOLIDAYS else named:
            days[day].append(span)
    found = tuple(tuple(sorted(spans)) for spans in days)
    return Hours.model_validate(hours_from({"days": found}), strict=False) if any(found) else None


def span_of(one: Mapping[str, Any]) -> Span | None:
    """Return from when to when a schedule is open; closing at midnight is the end of the day."""
    opens, closes = (TIME.match(str(one.get(name) or "")) for name in ("opens_at", "closes_at"))
    if not opens or not closes:
        return None
    span = Span(int(opens[1]) * 60 + int(opens[2]), int(closes[1]) * 60 + int(closes[2]) or MIDNIGHT)
    return span if span.opens < span.closes else None
