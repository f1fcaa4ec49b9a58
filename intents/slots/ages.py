"""Whose age is told: folded text to mentions of people; those to age, children at home and for whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from intents.slots.model import Book, Hit, Pattern, Patterns, People, any_in, is_theirs, theirs_in
from intents.slots.numbers import ages_in, bands_around, value_of

_MINOR = {"0-11", "12-17"}
_BEFORE, _AFTER = 40, 60  # code points beside a mention in which it can turn out to be an aside


@dataclass(frozen=True)
class Mention:
    """Somebody with an age; an `aside` is company of the person it is about. No bands: no such age."""

    who: People
    bands: frozenset[str]
    aside: bool = False


def facts_of(text: str, book: Book, today: date) -> dict[str, str]:
    """Return age, children_at_home and for_whom as far as ages tell them."""
    mentions = mentions_in(text, book, today)
    facts = {"age": age} if (age := age_of(mentions)) else {}
    minors = any(each.who == "own_child" and each.bands & _MINOR for each in mentions)
    if minors and not any_in(book.away, text):
        facts["children_at_home"] = "yes"
    return facts | for_whom(mentions)


def age_of(mentions: Iterable[Mention]) -> str | None:
    """Return the band of the person it is about, None when that is not one band."""
    bands = frozenset[str]().union(*(each.bands for each in _about(tuple(mentions))))
    return next(iter(bands)) if len(bands) == 1 else None


def for_whom(mentions: Iterable[Mention]) -> dict[str, str]:
    """Return for whom it is, when that is somebody else than who writes."""
    who = {each.who for each in _about(tuple(mentions))} - {"other"}
    others = {"someone_else" if each == "partner" else each for each in who}
    return {"for_whom": others.pop()} if len(others) == 1 and "self" not in others else {}


def _about(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return whom it is about: others before oneself, but a partner or a minor who writes beside them."""
    told = {each.who for each in mentions if not each.aside}
    front = tuple(each for each in mentions if not each.aside or each.who in told)
    oneself = tuple(each for each in front if each.who in ("self", "partner"))
    others = tuple(each for each in front if each.who in ("own_child", "someone_else", "client"))
    if others and any(each.who == "self" and each.bands & _MINOR for each in oneself):
        return others + oneself
    return others or oneself or front


def mentions_in(text: str, book: Book, today: date) -> tuple[Mention, ...]:
    """Return everybody whose age is told; of two readings of one number the nearer kin counts."""
    seen: set[int] = set()
    mentions: list[Mention] = []
    about_me, theirs = any_in(book.about_me, text), theirs_in(book, text)
    for who, patterns in book.ages.items():
        for hit, bands in _told(text, patterns, book, today):
            if (place := _place(hit)) not in seen and not is_theirs(hit, theirs):
                seen.add(place)
                aside = who == "own_child" and (about_me or _is_aside(text, hit, book))
                mentions.append(Mention(who, bands, aside))
    return tuple(mentions)


def answered_age(text: str, book: Book, today: date) -> str | None:
    """Return the band that a short answer on the question for an age tells."""
    told = (bands for _, bands in _told(text, book.age_answers, book, today))
    return next((next(iter(bands)) for bands in told if len(bands) == 1), None)


def _told(text: str, patterns: Patterns, book: Book, today: date) -> Iterator[tuple[Hit, frozenset[str]]]:
    for pattern in patterns:
        for hit in pattern.hits(text):
            if bands := _bands(pattern, hit, book, today):
                yield hit, bands


def _bands(pattern: Pattern, hit: Hit, book: Book, today: date) -> frozenset[str]:
    """Return the bands that a hit can mean, none when one of its numbers is no age."""
    if pattern.age:
        return frozenset({pattern.age})
    groups = hit.found.groupdict()
    if year := groups.get("year"):
        years: tuple[int, ...] = ages_in(year, today)
    else:
        years = tuple(value_of(each, book.numbers) for each in book.number.findall(groups["n"]))
    bands = {each for age in years for each in bands_around(age + pattern.shift, pattern.spread)}
    return frozenset() if None in bands else frozenset(each for each in bands if each)


def _place(hit: Hit) -> int:
    """Return where the number of a hit stands, or where it ends when the words themselves tell the age."""
    groups = hit.found.groupdict()
    return next((hit.found.start(name) for name in ("n", "year") if groups.get(name)), hit.end)


def _is_aside(text: str, hit: Hit, book: Book) -> bool:
    before = text[max(0, hit.start - _BEFORE) : hit.start]
    after = text[hit.end : hit.end + _AFTER]
    return any_in(book.aside_before, before) and not any_in(book.aside_unless_after, after)
