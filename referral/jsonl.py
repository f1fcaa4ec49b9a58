"""One line of `wegwijs refer --jsonl`: a case in, the next step out, both as JSON."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from referral.areas import locate
from referral.decide import case_of, decide_case
from referral.guide import Day, Guide, Tables
from referral.model import PLACE, UNKNOWN, Ask, Contact, Refer, Referral, Rule, Situation, Words
from referral.plan import table_of
from referral.search import works_per_wijk
from referral.walk import Case, is_family

LANGUAGE = "nl"
KEPT = 65_536  # answers of a day that are remembered
FIELDS = ("id", "themes", "signals", "facts", "on")


class BadLine(ValueError):
    """A line that is not a case. The sentence says what is wrong with it."""


def answer(line: str, guide: Guide, today: date) -> dict[str, Any]:
    """Return the next step for the case on this line, or its id with an error for a bad line."""
    case: Mapping[str, Any] = {}
    try:
        case = read(line)
        return {"id": case.get("id"), **remembered(case_of(situation(case, guide), guide), guide, day(case, today))}
    except (ValueError, RecursionError) as error:
        return {"id": case.get("id"), "error": str(error)}


def remembered(case: Case, guide: Guide, on: date) -> Mapping[str, Any]:
    """Return the next step, worked out once for all cases that the tables cannot tell apart on days that are alike."""
    same, where = guide.day(on), (case.themes, case.facts.get("city"))
    if where not in same.looked_at:
        same.looked_at[where] = looked_at(case, same)
    key = (where, case.signals, *map(case.facts.get, same.looked_at[where]))
    found = same.answers.get(key)
    if found is None:
        if len(same.answers) >= KEPT:
            same.answers.clear()
        found = same.answers[key] = as_json(decide_case(case, guide, same), guide, on)
    return found


def looked_at(case: Case, same: Day) -> tuple[str, ...]:
    """Return the facts that can make a difference for these themes in this city; in any city when it is open."""
    city = case.facts.get("city")
    open_cities = tuple(same.tables.values()) if city is None else (same.tables[table_of(city)],)
    facts = {fact for tables in open_cities for rule in rows_of(case, tables) for fact in rule.when}
    if any(works_per_wijk(rows_of(case, tables), tables) for tables in open_cities):
        facts.add("wijk")
    return tuple(facts)


def rows_of(case: Case, tables: Tables) -> tuple[Rule, ...]:
    """Return the rows of these themes, and of the plan when they make a family."""
    rows = tuple(rule for theme in case.themes for rule in tables.rows[theme])
    return (*rows, *tables.plan.rules) if is_family(case, tables) else rows


def read(line: str) -> Mapping[str, Any]:
    """Return the case on a line."""
    try:
        case = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadLine(f"this is not JSON: {error}") from None
    if not isinstance(case, dict):
        raise BadLine("a case is a JSON object with themes, signals and facts")
    return case


def situation(case: Mapping[str, Any], guide: Guide) -> Situation:
    """Return what was told, with `place` read as city and wijk."""
    for name in case:
        if name not in FIELDS:
            raise BadLine(f"{name!r} is not a part of a case; choose from {', '.join(FIELDS)}")
    return Situation(
        themes=names(case, "themes"),
        signals=names(case, "signals"),
        facts=with_place(facts(case), guide),
    )


def names(case: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Return a list of names in a case; none when it is not there."""
    given = case.get(field)
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise BadLine(f"{field!r} must be a list of names")
    return tuple(given)


def facts(case: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts in a case; null is not told."""
    given = case.get("facts")
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise BadLine("'facts' must be an object of facts and their values")
    for fact, value in given.items():
        if value is not None and not isinstance(value, str):
            raise BadLine(f"fact {fact!r} is {json.dumps(value)}; every value is a word in quotes")
    return {fact: value for fact, value in given.items() if value is not None}


def with_place(told: dict[str, str], guide: Guide) -> dict[str, str]:
    """Return the facts with city and wijk instead of place; what was told as city and wijk stands.

    A place that is not understood, or that can be in several cities, counts as not told.
    """
    if PLACE not in told:
        return told
    rest = {fact: value for fact, value in told.items() if fact != PLACE}
    if told[PLACE] == UNKNOWN:
        return {"city": UNKNOWN, **rest}
    found = locate(told[PLACE], guide.areas, answering=True)
    located = {"city": found.city, "wijk": found.wijk}
    return {**{fact: value for fact, value in located.items() if value}, **rest}


def day(case: Mapping[str, Any], today: date) -> date:
    """Return the day the case asks for; today when it asks for none."""
    given = case.get("on")
    if given is None:
        return today
    try:
        return date.fromisoformat(given)
    except (ValueError, TypeError):
        raise BadLine(f"'on' is {given!r}, which is not a date that exists; write 2026-11-21") from None


def as_json(decision: Ask | Refer, guide: Guide, on: date) -> dict[str, Any]:
    """Return a step in the words of the interface."""
    asks = isinstance(decision, Ask)
    referrals = () if isinstance(decision, Ask) else decision.referrals
    return {
        "status": "ask" if asks else "refer",
        "ask": decision.fact if isinstance(decision, Ask) else None,
        "say_first": list(decision.say_first),
        "referrals": [referral_as_json(one, guide, on) for one in referrals],
        "left_over": [] if isinstance(decision, Ask) else list(decision.left_over),
        "urgent": decision.urgent,
    }


def referral_as_json(referral: Referral, guide: Guide, on: date) -> dict[str, Any]:
    """Return a referral with the contacts a resident may be shown."""
    contacts = guide.contacts(referral.organisation, on, referral.wijk)
    return {
        "organisation": referral.organisation,
        "themes": list(referral.themes),
        "wijk": referral.wijk,
        "rule": referral.rule,
        "beside": list(referral.beside),
        "contacts": [contact_as_json(contact) for contact in contacts],
    }


def contact_as_json(contact: Contact) -> dict[str, Any]:
    """Return a contact in Dutch."""
    return {
        "kind": contact.kind,
        "value": in_dutch(contact.value),
        "hours": contact.hours and in_dutch(contact.hours),
    }


def in_dutch(words: str | Words) -> str:
    """Return the Dutch words."""
    return words if isinstance(words, str) else words[LANGUAGE]
