"""From a place as a resident tells it to city and wijk: postcode, neighbourhood, wijk or town.

An answer to our question is read leniently, misspellings too. A free message is read strictly: only a
postcode or a name that can hardly be anything else. What can be several places gives several candidates.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz import fuzz, process

from referral.model import ELSEWHERE, Location
from referral.places import (
    CITY,
    CLEAR,
    COMMON,
    EVERYDAY,
    NOTHING,
    TOWN,
    Areas,
    Candidate,
)
from referral.postcodes import postcodes_in
from referral.spelling import by_sound, words_of

LONGEST = 5  # words in a name
READ = 1_000  # characters of a message that are read at most
GUESSED = 15  # words of an answer in which misspellings are looked for
SOUNDS_LIKE = 84  # of 100, by rapidfuzz's ratio of the sounds
SAME = 3  # points within which two likenesses count as equal
SHORTEST = 5  # letters a misspelled name has at least
NEAR = 2  # words between a city and a name that belong together, at most

LIVING = frozenset(
    """
    from inwoner kom komen komt leef leven live lives living verhuisd wonen wonend woon woonachtig woont
    """.split()  # noqa: SIM905
)
WHERE = frozenset({"in", "te", "uit", "van", "naar", "from"})
ALSO_WORDS = frozenset({"beek", "bergen", "best", "echt", "goes", "heel", "huizen", "loon", "putten"})  # towns too
SMALL = frozenset(
    """
    aan aangaan adres al als at bent ben bij buurt centrum daar dan dat de deel den der dichtbij die
    dit don door dorp echt een eigenlijk en er ergens even gaat geen gemeente gewoon graag haha het
    hier hoi hallo huis i idee ik in is ja je jou kant know kom komt later liever live maar me meer
    met mij mijn min mind naar naast nabij near nee never niet niks noord not nou nu nvt of om
    omgeving ongeveer ook oost op over plaats postcode prefer prive privacy rather regio rond rondom
    say sinds stad straat sure te tegen the thuis tussen u uit van vanaf vanuit vertel vlakbij voor
    waar wat we weet weg wel west wij wijk wil willen wonen wonend woon woonachtig woonplaats woont
    zeg zeggen zit zo zuid
    """.split()  # noqa: SIM905
)


class Hit(NamedTuple):
    """A place found in a text: its words from `start` to `end`, and what they can stand for."""

    kind: str
    candidates: tuple[Candidate, ...]
    start: int
    end: int


def locate(text: str, areas: Areas, answering: bool) -> Location:
    """Return what the place in a text can be; `answering` when it answers our question for the place."""
    text = text[:READ]
    words = words_of(text).split()
    hits = [*names_in(words, areas), *numbers_in(text, words, areas, answering)]
    usable = [hit for hit in hits if is_meant(hit, hits, words, answering)]
    if answering and needs_guess(usable) and len(words) <= GUESSED:
        usable += guesses(words, hits, usable, areas)
    return Location(candidates=settle(usable), heard=" ".join(" ".join(words[hit.start : hit.end]) for hit in usable))


def names_in(words: list[str], areas: Areas) -> Iterator[Hit]:
    """Yield the names in a text, from left to right, the longest first."""
    start = 0
    while start < len(words):
        for end in range(min(start + LONGEST, len(words)), start, -1):
            name = areas.names.get(" ".join(words[start:end]))
            if name:
                yield Hit(name.kind, name.candidates, start, end)
                start = end - 1
                break
        start += 1


def numbers_in(text: str, words: list[str], areas: Areas, answering: bool) -> Iterator[Hit]:
    """Yield the postcodes in a text. A number of which nothing is known gives none."""
    for found in postcodes_in(text, answering):
        lies = next((at for city in areas.cities if (at := city.at(found.digits)) is not None), None)
        place = next((at for at, word in enumerate(words) if word.startswith(found.digits)), 0)
        if lies:
            yield Hit(CLEAR, lies, place, place + 1)
        elif lies is None and found.elsewhere_too:
            yield Hit(TOWN if found.bare else CLEAR, ((ELSEWHERE, None),), place, place + 1)


def is_meant(hit: Hit, hits: list[Hit], words: list[str], answering: bool) -> bool:
    """Tell whether somebody who writes this means the place."""
    if hit.kind == NOTHING:
        return False
    if hit.kind in (CITY, CLEAR):
        return True
    if hit.kind == EVERYDAY:
        return near_city(hit, hits) or (answering and all(one.kind in (EVERYDAY, NOTHING) for one in hits))
    if answering and hit.kind == TOWN:  # "ik weet het echt niet" is not about the town of Echt
        alone = len(words) <= NEAR + 1 and not (len(words) > 1 and words[hit.start] in ALSO_WORDS)
        return alone or bool(WHERE & set(words[: hit.start][-1:])) or tells_living(words, hit.start)
    if answering:
        return True
    if hit.kind == TOWN:
        return len(words) <= NEAR + 1 or tells_living(words, hit.start)
    return hit.kind == COMMON and near_city(hit, hits)


def near_city(hit: Hit, hits: list[Hit]) -> bool:
    """Tell whether the city in which the place lies is named right beside it."""
    cities = {city for city, _ in hit.candidates}
    return any(
        max(hit.start - one.end, one.start - hit.end) <= NEAR
        for one in hits
        if one.kind == CITY and cities & {city for city, _ in one.candidates}
    )


def tells_living(words: list[str], start: int) -> bool:
    """Tell whether the words before say that somebody lives there."""
    before = words[max(0, start - 4) : start]
    return bool(before) and before[-1] in WHERE and bool(LIVING & set(before))


def needs_guess(hits: list[Hit]) -> bool:
    """Tell whether no more than a city was named, so that a misspelled neighbourhood is worth looking for."""
    return all(hit.kind in (CITY, EVERYDAY) for hit in hits)


def guesses(words: list[str], hits: list[Hit], usable: list[Hit], areas: Areas) -> list[Hit]:
    """Return the names that the other words sound most like; several when they are equally likely."""
    cities = {city for hit in usable for city, _ in hit.candidates}
    found = [
        (score, Hit(areas.names[name].kind, areas.names[name].candidates, start, end))
        for start, end in free_windows(words, hits)
        for sound, score in sounding_like(" ".join(words[start:end]), areas)
        for name in areas.sounds[sound]
        if not cities or any(city in cities for city, _ in areas.names[name].candidates)
    ]
    best = max((score for score, _ in found), default=0.0)
    return [hit for score, hit in found if score >= best - SAME]


def free_windows(words: list[str], hits: list[Hit]) -> Iterator[tuple[int, int]]:
    """Yield the runs of at most three words that no name was found in and that are more than small words."""
    taken = {at for hit in hits for at in range(hit.start, hit.end)}
    for start in range(len(words)):
        for end in range(start + 1, min(start + 3, len(words)) + 1):
            run = range(start, end)
            if taken.isdisjoint(run) and words[end - 1] not in SMALL and (words[start] not in SMALL or end > start + 1):
                yield start, end


def sounding_like(words: str, areas: Areas) -> list[tuple[str, float]]:
    """Return the sounds of names that these words are close to, with how close."""
    sound = by_sound(words)
    if len(sound) < SHORTEST:
        return []
    near = process.extract(sound, list(areas.sounds), scorer=fuzz.ratio, score_cutoff=SOUNDS_LIKE, limit=3)
    return [(name, score) for name, score, _ in near]


def settle(hits: list[Hit]) -> tuple[Candidate, ...]:
    """Return what it all comes down to: what the parts agree on, otherwise everything it can be."""
    parts = [hit for hit in hits if hit.kind != CITY]
    cities = tuple(dict.fromkeys(one for hit in hits if hit.kind == CITY for one in hit.candidates))
    if not parts:
        return cities
    found = agreed([hit.candidates for hit in parts])
    if not cities:
        return (*found, (ELSEWHERE, None)) if all(hit.kind == EVERYDAY for hit in parts) else found
    inside = tuple(one for one in found if one[0] in {city for city, _ in cities})
    return inside or tuple(dict.fromkeys((*cities, *found)))


def agreed(several: list[tuple[Candidate, ...]]) -> tuple[Candidate, ...]:
    """Return the candidates that all have in common; all of them when they have none."""
    every = tuple(dict.fromkeys(one for candidates in several for one in candidates))
    common = tuple(one for one in every if all(one in candidates for candidates in several))
    return common or every
