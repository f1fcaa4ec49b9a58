"""Slips that show when the files are laid side by side: names that do not exist, tables that end nowhere."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from referral.book import PLAN, Book, Entry, Sheet
from referral.check_places import check_places
from referral.check_rows import check_examples, check_order
from referral.check_times import check_times
from referral.guide import ANY, turns
from referral.model import ELSEWHERE, UNKNOWN, Contact, Fact, Organisation, Period, Rule, Words
from referral.slips import Path, Slip, did_you_mean

LANGUAGES = ("nl", "en")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]+)?")
TOLD_ELSEWHERE = {"on", "themes", "signals"}  # what an example may give besides facts


class Lists(NamedTuple):
    """The closed lists that names are compared with."""

    themes: tuple[str, ...]
    signals: tuple[str, ...]
    organisations: tuple[str, ...]
    facts: dict[str, tuple[str, ...]]


def check(book: Book) -> Iterator[Slip]:
    """Every slip in the book."""
    lists = lists_of(book)
    yield from check_twice(book)
    for fact in book.facts:
        yield from check_fact(fact)
    for organisation in book.organisations:
        yield from check_organisation(organisation, book, lists)
    for sheet in book.sheets:
        yield from check_sheet(sheet, lists)
    yield from check_signals(book, lists)
    yield from check_follows(book, lists)
    yield from check_places(book)
    yield from check_times(book)
    yield from check_changes(book, lists.organisations)


def lists_of(book: Book) -> Lists:
    """Return the closed lists in the book."""
    facts = {one.value.id: tuple(one.value.values) for one in book.facts}
    facts["wijk"] = tuple(wijk.id for city in book.cities if city.value.by_wijk for wijk in city.value.wijken)
    signals = tuple(signal for one in book.signals for signal in one.value.ids)
    return Lists(tuple(book.themes), signals, tuple(sorted(book.names)), facts)


def check_twice(book: Book) -> Iterator[Slip]:
    """Names that are used twice."""
    rules = [rule for sheet in book.sheets for rule in sheet.rules]
    for entries in (book.organisations, rules):
        seen: Counter[str] = Counter()
        for one in entries:
            seen[one.value.id] += 1
            if seen[one.value.id] == 2:
                yield slip(one, ("id",), f"{one.value.id!r} is used twice.", "Give one of them another id.")
    places = Counter((sheet.place, sheet.theme) for sheet in book.sheets)
    for sheet in book.sheets:
        if places[sheet.place, sheet.theme] > 1:
            yield Slip(sheet.file, ("theme",), f"there are two tables for {sheet.theme!r} here.", "Keep one.")


def check_fact(fact: Entry[Fact]) -> Iterator[Slip]:
    """Check that a fact has its words in every language, and a question has its reason."""
    one = fact.value
    yield from check_words(fact, ("question",), one.question)
    yield from check_words(fact, ("why",), one.why)
    for value, words in one.values.items():
        yield from check_words(fact, ("values", value), words)
        yield from check_words(fact, ("told", value), one.told.get(value))
    yield from check_known(fact, ("told",), one.told, tuple(one.values), f"value of {one.id}")
    if one.question and not one.why:
        yield slip(fact, (), f"{one.id!r} does not say why it is asked.", "Add why.")


def check_organisation(entry: Entry[Organisation], book: Book, lists: Lists) -> Iterator[Slip]:
    """Check that an organisation has its words, a way in that exists, and contacts that may be trusted."""
    one = entry.value
    for name in ("does", "bring", "name"):
        words = getattr(one, name)
        yield from check_words(entry, (name,), None if isinstance(words, str) else words)
    if one.general_way:
        yield from check_known(entry, ("general_way",), (one.general_way,), lists.organisations, "organisation")
        yield from check_way_ends(entry, book)
    elif not any(contact.verified for contact in one.contacts):
        yield slip(
            entry,
            (),
            f"nobody can reach {one.id!r}: no verified contact and no general way.",
            "Add general_way.",
        )
    yield from check_period(entry, one)
    for place, contact in enumerate(one.contacts):
        yield from check_contact(entry, ("contacts", place), contact, book, lists)


def check_way_ends(entry: Entry[Organisation], book: Book) -> Iterator[Slip]:
    """Check that the general ways lead to somebody who can be reached, not round in a circle."""
    ways = {one.value.id: one.value.general_way for one in book.organisations}
    passed = [entry.value.id]
    while (way := ways.get(passed[-1])) and way not in passed:
        passed.append(way)
    if way:
        yield slip(entry, ("general_way",), f"the general way goes round: {' > '.join([*passed, way])}.", "Break it.")


def check_contact(entry: Entry[Organisation], path: Path, contact: Contact, book: Book, lists: Lists) -> Iterator[Slip]:
    """Check that a contact has a source, its words, and is not one that must not be shown."""
    for name in ("source", "source_date"):
        if not getattr(contact, name).strip():
            yield slip(entry, (*path, name), f"this contact has no {name}.", "Say where and when it was seen.")
    for name in ("value", "hours", "note"):
        words = getattr(contact, name)
        yield from check_words(entry, (*path, name), None if isinstance(words, str) else words)
    never = {number for one in book.organisations for number in one.value.never_show}
    if contact.verified and isinstance(contact.value, str) and contact.value in never:
        yield slip(
            entry,
            (*path, "value"),
            f"{contact.value!r} must never be shown.",
            "Take it out or set verified: false.",
        )
    if contact.wijk:
        yield from check_known(entry, (*path, "wijk"), (contact.wijk,), lists.facts["wijk"], "wijk")
    yield from check_period(entry, contact, path)


def check_sheet(sheet: Sheet, lists: Lists) -> Iterator[Slip]:
    """Check that a table is about a theme, its rows can be followed and the last one fits everyone."""
    top = Entry(sheet.file, (), sheet)
    themes = (*lists.themes, ANY) if sheet.place == ELSEWHERE else lists.themes
    if sheet.theme != PLAN:
        yield from check_known(top, ("theme",), (sheet.theme,), themes, "theme")
    yield from check_known(top, ("themes",), sheet.family, lists.themes, "theme")
    yield from check_known(top, ("first",), sheet.first, lists.organisations, "organisation")
    for rule in sheet.rules:
        yield from check_rule(rule, lists)
    yield from check_end(sheet)
    yield from check_order(sheet)
    yield from check_examples(sheet, {**lists.facts, "themes": lists.themes, "signals": lists.signals})
    for place, example in enumerate(sheet.examples):
        names = tuple(name for name in example.value.given if name not in TOLD_ELSEWHERE)
        yield from check_known(top, ("examples", place), names, tuple(lists.facts), "fact")
        rows = tuple(rule.value.id for rule in sheet.rules)
        yield from check_known(top, ("examples", place), (example.value.expect,), rows, "row")


def check_end(sheet: Sheet) -> Iterator[Slip]:
    """Check that in every period the last row fits everyone, so that nobody leaves empty-handed."""
    if not sheet.rules and (sheet.theme != PLAN or sheet.family):
        yield Slip(sheet.file, ("rules",), "there are no rows.", "Add a row that has when: {}.")
    changes = sorted({day for rule in sheet.rules for day in turns(rule.value)})
    for day in (date.min, *changes):
        rows = [rule for rule in sheet.rules if rule.value.holds(day)]
        if rows and not fits_everyone(rows[-1].value):
            since = f"from {day} on " if day != date.min else ""
            what = f"{since}this is the last row, and it does not fit everyone."
            yield slip(rows[-1], ("id",), what, "End with a row that has when: {}.")


def fits_everyone(rule: Rule) -> bool:
    """Tell whether a row fits whatever was told."""
    return rule.asked and not rule.when and not rule.signals and not rule.themes


def check_rule(entry: Entry[Rule], lists: Lists) -> Iterator[Slip]:
    """Check that a row looks at facts that exist and names organisations that exist."""
    rule = entry.value
    yield from check_known(entry, ("when",), tuple(rule.when), tuple(lists.facts), "fact")
    for place in {"city", "wijk"} & set(rule.when):  # the plan takes all wijken of a city as one answer
        mend = "Give the organisation per_wijk, or put the row in that city's own folder."
        yield slip(entry, ("when", place), f"a row cannot look at the {place}.", mend)
    for fact, values in rule.when.items():
        allowed = (*lists.facts.get(fact, values), UNKNOWN)
        yield from check_known(entry, ("when", fact), values, allowed, f"value of {fact}")
        if UNKNOWN in values and not rule.asked:
            yield slip(entry, ("when", fact), "a row that is never asked cannot fit unknown.", "Take unknown out.")
    yield from check_known(entry, ("signals",), rule.signals, lists.signals, "signal")
    yield from check_known(entry, ("themes",), rule.themes, lists.themes, "theme")
    for name, organisations in (("refer_to", rule.refer_to), ("beside", rule.beside)):
        yield from check_known(entry, (name,), organisations, lists.organisations, "organisation")
    if not rule.refer_to:
        yield slip(entry, ("refer_to",), "this row leads to nobody.", "Name an organisation.")
    yield from check_words(entry, ("because",), rule.because)
    yield from check_period(entry, rule)


def check_signals(book: Book, lists: Lists) -> Iterator[Slip]:
    """Check that what is said first names signals, help lines and cities that exist."""
    for entry in book.signals:
        yield from check_known(entry, ("urgent",), entry.value.urgent, lists.signals, "signal")
        for place, one in enumerate(entry.value.say_first):
            path: Path = ("say_first", place)
            lines = (one.line, *((one.outside_office_hours,) if one.outside_office_hours else ()))
            yield from check_known(entry, path, lines, lists.organisations, "organisation")
            yield from check_known(entry, path, one.signals, lists.signals, "signal")
            yield from check_known(entry, path, one.cities, (*lists.facts.get("city", ()), UNKNOWN), "city")


def check_follows(book: Book, lists: Lists) -> Iterator[Slip]:
    """Check that what follows is said with facts and values that exist."""
    for entry in book.follows:
        cells = [*entry.value.when.items(), *((fact, (value,)) for fact, value in entry.value.then.items())]
        for fact, values in cells:
            yield from check_known(entry, (), (fact,), tuple(lists.facts), "fact")
            yield from check_known(entry, (), values, lists.facts.get(fact, values), f"value of {fact}")


def check_changes(book: Book, organisations: tuple[str, ...]) -> Iterator[Slip]:
    """Check that what changes is told in words, about organisations that exist."""
    for entry in book.changes:
        yield from check_known(entry, ("touches",), entry.value.touches, organisations, "organisation")
        yield from check_words(entry, ("what",), entry.value.what)


def check_known(
    entry: Entry[object], path: Path, names: Iterable[str], allowed: tuple[str, ...], kind: str
) -> Iterator[Slip]:
    """Yield a slip for every name that is not in the list."""
    for name in names:
        if name not in allowed:
            yield slip(entry, path, f"{kind} {name!r} does not exist.", did_you_mean(name, allowed))


def check_words(entry: Entry[object], path: Path, words: Words | None) -> Iterator[Slip]:
    """Yield a slip for every language that is missing, and for a piece of text that is taken for one."""
    for language in LANGUAGES if words is not None else ():
        if not (words or {}).get(language, "").strip():
            yield slip(entry, path, f"the {language} words are missing.", f"Add {language}: …")
    for language in words or ():
        if not LANGUAGE.fullmatch(language):
            yield slip(entry, path, f"{language!r} is no language.", "Put quotes around a text with a comma in it.")


def check_period(entry: Entry[object], period: Period, path: Path = ()) -> Iterator[Slip]:
    """Yield a slip when a period ends before it begins."""
    if period.valid_from and period.valid_until and period.valid_until < period.valid_from:
        yield slip(entry, (*path, "valid_until"), "this ends before it begins.", "Look at both dates.")


def slip(entry: Entry[object], path: Path, what: str, mend: str) -> Slip:
    """Return a slip somewhere in an entry."""
    return Slip(entry.file, (*entry.path, *path), what, mend)
