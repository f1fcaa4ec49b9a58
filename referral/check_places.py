"""Slips in the places: a folder without areas, a postcode that is none, a wijk that does not exist."""

from collections.abc import Iterator

from referral.book import PLAN, Book, Entry
from referral.guide import ANY
from referral.model import ELSEWHERE
from referral.places import City
from referral.slips import Slip, did_you_mean

DIGITS = 4


def check_places(book: Book) -> Iterator[Slip]:
    """Every slip in the places."""
    for city in book.cities:
        yield from check_city(city)
    yield from check_folders(book)
    yield from check_city_values(book)
    national = {sheet.theme for sheet in book.sheets if sheet.place == ELSEWHERE}
    if ANY not in national:
        yield Slip(
            "national/rules/_plan.yaml",
            (),
            "no national table answers for every theme.",
            f"Add theme: {ANY}.",
        )


def check_city(entry: Entry[City]) -> Iterator[Slip]:
    """Check that a city lies in its own folder, and names postcodes of four digits and wijken that exist."""
    city = entry.value
    wijken = tuple(wijk.id for wijk in city.wijken)
    if f"/{city.id}/" not in entry.file:
        yield Slip(entry.file, ("id",), f"{city.id!r} is not the name of this folder.", "Write the folder's name.")
    for postcode, lies_in in city.postcodes.items():
        if not (postcode.isdigit() and len(postcode) == DIGITS):
            yield Slip(entry.file, ("postcodes", postcode), f"{postcode!r} is no postcode.", "Write four digits.")
        yield from check_wijken(entry, ("postcodes", postcode), lies_in, wijken)
    for word, lies_in in city.everyday.items():
        yield from check_wijken(entry, ("everyday", word), lies_in, wijken)


def check_wijken(
    entry: Entry[City], path: tuple[str | int, ...], named: tuple[str, ...], wijken: tuple[str, ...]
) -> Iterator[Slip]:
    """Yield a slip for every wijk that does not exist."""
    for wijk in named:
        if wijk not in wijken:
            yield Slip(entry.file, path, f"wijk {wijk!r} does not exist.", did_you_mean(wijk, wijken))


def check_folders(book: Book) -> Iterator[Slip]:
    """Every place with rules has a plan, and every municipality its areas."""
    plans = {sheet.place for sheet in book.sheets if sheet.theme == PLAN}
    areas = {city.file for city in book.cities}
    for place in sorted({sheet.place for sheet in book.sheets} - {ELSEWHERE}):
        folder = f"municipalities/{place}"
        if place not in plans:
            yield Slip(
                f"{folder}/rules/_plan.yaml",
                (),
                "this file is missing.",
                "Copy it from another municipality.",
            )
        if f"{folder}/areas.yaml" not in areas:
            yield Slip(f"{folder}/areas.yaml", (), "this file is missing or not right.", "Copy it and fill it in.")


def check_city_values(book: Book) -> Iterator[Slip]:
    """Check that the values of `city` are the municipalities and elsewhere."""
    have = {*(city.value.id for city in book.cities), ELSEWHERE}
    for fact in book.facts:
        if fact.value.id == "city" and set(fact.value.values) != have:
            wrong = ", ".join(sorted(set(fact.value.values) ^ have))
            what = f"the values of city and the folders of municipalities differ: {wrong}."
            yield Slip(fact.file, (*fact.path, "values"), what, "Name every municipality, and elsewhere.")
