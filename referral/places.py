"""The words of places: cities, wijken, postcodes, towns, and the index of every name among them."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

from pydantic import Field

from referral.model import ELSEWHERE, Period, Value
from referral.spelling import by_sound, words_of

Candidate = tuple[str, str | None]

CLEAR, COMMON, EVERYDAY, MEMORY = "clear", "common", "everyday", "memory"
CITY, TOWN, EVERYDAY_TOWN, NOTHING = "city", "town", "everyday town", "nothing"
ANSWERS = (EVERYDAY, MEMORY, COMMON, EVERYDAY_TOWN, TOWN, CLEAR, CITY)  # from weak to strong


class Name(NamedTuple):
    """What a name can stand for, and how sure it is that somebody who writes it means a place."""

    kind: str
    candidates: tuple[Candidate, ...]


class Wijk(Period):
    """A part of a city with the names that residents use in it."""

    id: str
    name: str
    names: tuple[str, ...] = ()
    from_memory: tuple[str, ...] = Field(default=(), description="names not confirmed: they only help to ask")


class City(Period):
    """A municipality as a place: its names, its wijken, its postcodes of four digits."""

    id: str
    name: str
    code: str | None = Field(default=None, description="of the CBS, such as GM0344; others know the municipality by it")
    names: tuple[str, ...]
    by_wijk: bool = Field(description="whether a referral can depend on the wijk")
    wijken: tuple[Wijk, ...]
    postcodes: Mapping[str, tuple[str, ...]] = Field(description="postcode -> the wijken it can lie in")
    whole_city: tuple[str, ...] = Field(default=(), description="postcodes of which only the city is known")
    or_elsewhere: tuple[str, ...] = Field(default=(), description="postcodes that may lie outside the city")
    unlisted: tuple[str, ...] = Field(default=(), description="beginnings of postcodes of which nothing is known")
    everyday: Mapping[str, tuple[str, ...]] = Field(description="word -> wijken; never a place by itself")
    common: tuple[str, ...] = Field(default=(), description="names that many towns have; only as an answer")
    source: str
    checked_on: date | None = None

    def all_names(self) -> Iterator[tuple[str, Name]]:
        """Every name of the city and in it, in plain words."""
        yield from ((words_of(name), Name(CITY, ((self.id, None),))) for name in self.names)
        common = {words_of(name) for name in self.common}
        everyday = {words_of(name) for name in self.everyday}
        for wijk in self.wijken:
            for words in dict.fromkeys(words_of(name) for name in (wijk.name, *wijk.names)):
                if words not in everyday:
                    yield words, Name(COMMON if words in common else CLEAR, (self.candidate(wijk.id),))
            for name in wijk.from_memory:
                yield words_of(name), Name(MEMORY, (self.candidate(wijk.id), (self.id, None)))
        for name, wijken in self.everyday.items():
            yield words_of(name), Name(EVERYDAY, tuple(map(self.candidate, wijken)) or ((self.id, None),))

    def on(self, day: date) -> "City":
        """Return the city with the wijken that exist on that day, and no name or postcode of another."""
        wijken = tuple(wijk for wijk in self.wijken if wijk.holds(day))
        ids = {wijk.id for wijk in wijken}
        lies_in = {
            field: {name: tuple(one for one in named if one in ids) for name, named in getattr(self, field).items()}
            for field in ("postcodes", "everyday")
        }
        return self.model_copy(update={"wijken": wijken, **lies_in})

    def candidate(self, wijk: str) -> Candidate:
        """Return the wijk as a candidate; only the city where the wijk does not matter."""
        return (self.id, wijk if self.by_wijk else None)

    def at(self, postcode: str) -> tuple[Candidate, ...] | None:
        """Where a postcode of four digits can lie. None: not in this city; (): nothing is known of it."""
        if postcode in self.postcodes:
            return tuple(dict.fromkeys(map(self.candidate, self.postcodes[postcode])))
        if postcode in self.whole_city:
            return ((self.id, None),)
        if postcode in self.or_elsewhere:
            return ((self.id, None), (ELSEWHERE, None))
        return () if postcode.startswith(self.unlisted) else None


class Areas(Value):
    """Where places are: the cities Wegwijs knows, and the names of towns elsewhere."""

    cities: tuple[City, ...]
    towns: tuple[str, ...]
    everyday_towns: tuple[str, ...] = Field(description="towns whose name is also a word")
    no_place: tuple[str, ...] = Field(default=(), description="names that look like a place but say too little")

    def on(self, day: date) -> "Areas":
        """Return the places as they stand on that day: without cities and wijken that do not exist then."""
        if all(one.holds(day) for city in self.cities for one in (city, *city.wijken)):
            return self
        cities = tuple(city.on(day) for city in self.cities if city.holds(day))
        return self.model_copy(update={"cities": cities})

    def city_of(self, wijk: str) -> str | None:
        """Return the city in which a wijk lies, where referrals can depend on the wijk."""
        return self._city_by_wijk.get(wijk)

    def wijken_of(self, name: str) -> tuple[str, ...]:
        """Return the wijken of a city on which a referral can depend."""
        return tuple(wijk for wijk, city in self._city_by_wijk.items() if city == name)

    @cached_property
    def _city_by_wijk(self) -> Mapping[str, str]:
        return {wijk.id: city.id for city in self.cities if city.by_wijk for wijk in city.wijken}

    @cached_property
    def names(self) -> Mapping[str, Name]:
        """Every name in plain words, with what it stands for."""
        index: dict[str, Name] = {}
        for words, name in self._all_names():
            index[words] = together(index[words], name) if words in index else name
        return {words: name for words, name in index.items() if words}

    @cached_property
    def sounds(self) -> Mapping[str, tuple[str, ...]]:
        """The names by how they sound, for misspellings; everyday words are left out."""
        index: dict[str, tuple[str, ...]] = {}
        for words, name in self.names.items():
            if name.kind not in (EVERYDAY, EVERYDAY_TOWN, NOTHING):
                index[by_sound(words)] = (*index.get(by_sound(words), ()), words)
        return index

    def _all_names(self) -> Iterator[tuple[str, Name]]:
        for city in self.cities:
            yield from city.all_names()
        for kind, names in ((TOWN, self.towns), (EVERYDAY_TOWN, self.everyday_towns)):
            yield from ((words_of(name), Name(kind, ((ELSEWHERE, None),))) for name in names)
        yield from ((words_of(name), Name(NOTHING, ())) for name in self.no_place)


def together(one: Name, other: Name) -> Name:
    """Return what a name stands for that was found twice: either, and no surer than the weaker of the two."""
    if NOTHING in (one.kind, other.kind):
        return Name(NOTHING, ())
    kind = min(one.kind, other.kind, key=ANSWERS.index)
    return Name(kind, tuple(dict.fromkeys((*one.candidates, *other.candidates))))
