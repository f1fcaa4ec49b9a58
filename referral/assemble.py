"""From the content of the files to entries of the guide, each with the place where it stands.

An entry that is not right becomes a slip; the others are read all the same, so that all slips show at once.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeVar

from pydantic import ValidationError

from referral.book import PLAN, Book, Entry, Sheet
from referral.model import ELSEWHERE, Change, Example, Fact, Follows, Organisation, Rule, Signals, Value
from referral.places import City
from referral.slips import Path, Slip, slips_of
from referral.translate import with_translations

V = TypeVar("V", bound=Value)
NEEDED = (
    "themes.yaml",
    "facts.yaml",
    "sentences.yaml",
    "national/organisations.yaml",
    "national/helplines.yaml",
    "national/signals.yaml",
    "national/towns.yaml",
    "national/rules/_plan.yaml",
)


def assemble(documents: Mapping[str, Any], files: frozenset[str]) -> tuple[Book, list[Slip]]:
    """Return the entries of all files and the slips in their form; `files` also names unreadable ones."""
    book = Book()
    for file in NEEDED:
        if file not in files:
            book.slips.append(Slip(file, (), "this file is missing.", "Put it back."))
    translated, slips = with_translations(documents)
    book.slips += slips
    for file, document in translated.items():
        if isinstance(document, Mapping):
            read_file(book, file, document)
        else:
            book.slips.append(Slip(file, (), "this file is not a list of names with values.", "Write name: value."))
    return book, book.slips


def read_file(book: Book, file: str, document: Mapping[str, Any]) -> None:
    """Read one file by its name and folder."""
    match PurePosixPath(file).parts:
        case ("themes.yaml",):
            book.themes = {str(theme): str(name) for theme, name in document.items()}
        case ("sentences.yaml",):
            book.sentences = dict(document)
        case ("facts.yaml",):
            read_facts(book, file, document)
        case ("national", "signals.yaml"):
            book.signals += entry(book, Signals, document, file, ())
        case ("national", "towns.yaml"):
            book.towns = {name: names_in(text) for name, text in document.items() if name != "source"}
        case ("national", "organisations.yaml" | "helplines.yaml") | (
            "municipalities",
            _,
            "organisations.yaml",
        ):
            read_organisations(book, file, document)
        case ("national" | "municipalities", *_, "changes.yaml"):
            for place, change in listed(document, "changes"):
                book.changes += entry(book, Change, change, file, ("changes", place))
        case ("municipalities", _, "areas.yaml"):
            book.cities += entry(book, City, document, file, ())
        case ("national", "rules", _):
            read_sheet(book, file, document, ELSEWHERE)
        case ("municipalities", place, "rules", _):
            read_sheet(book, file, document, place)
        case _:
            book.slips.append(Slip(file, (), "this file has no place here.", "Compare the folders with the README."))


def read_facts(book: Book, file: str, document: Mapping[str, Any]) -> None:
    """Read the facts, what follows from them, and the words for unknown."""
    book.unknown = document.get("unknown", {})
    for name, fact in items(book, document, "facts", file):
        book.facts += entry(book, Fact, {"id": name, **fact}, file, ("facts", name))
    for place, follows in listed(document, "follows"):
        book.follows += entry(book, Follows, with_lists(follows, "when"), file, ("follows", place))


def read_organisations(book: Book, file: str, document: Mapping[str, Any]) -> None:
    """Read the organisations or the help lines in this file."""
    kind = "helplines" if file.endswith("helplines.yaml") else "organisations"
    for place, organisation in listed(document, kind):
        found = entry(book, Organisation, organisation, file, (kind, place))
        book.organisations += found
        book.names.add(str(organisation.get("id")))
        book.helplines += [one.value.id for one in found if kind == "helplines"]


def read_sheet(book: Book, file: str, document: Mapping[str, Any], place: str) -> None:
    """Read a table or a plan. Source and last check at the top are those of every row without its own."""
    plan = PurePosixPath(file).stem == PLAN
    rules: list[Entry[Rule]] = []
    for row, rule in listed(document, "rules"):
        whole = {**{name: document.get(name) for name in ("source", "checked_on")}, **with_lists(rule, "when")}
        rules += entry(book, Rule, {k: v for k, v in whole.items() if v is not None}, file, ("rules", row))
    examples: list[Entry[Example]] = []
    for row, example in listed(document, "examples"):
        examples += entry(book, Example, example, file, ("examples", row))
    if not plan and "theme" not in document:
        book.slips.append(Slip(file, (), "'theme' is missing.", "Say at the top which theme the table is about."))
    for name in set(document) - {"about", "theme", "themes", "first", "source", "checked_on", "rules", "examples"}:
        book.slips.append(Slip(file, (name,), f"{name!r} is not a word that belongs here.", "Take it out."))
    book.sheets.append(
        Sheet(
            file=file,
            place=place,
            theme=PLAN if plan else str(document.get("theme")),
            rules=tuple(rules),
            examples=tuple(examples),
            family=tuple(document.get("themes", ())),
            first=tuple(document.get("first", ())),
        )
    )


def entry(book: Book, model: type[V], content: Any, file: str, path: Path) -> list[Entry[V]]:
    """Return the entry as a value, or nothing and its slips in the book."""
    try:
        return [Entry(file, path, model.model_validate(content, strict=False))]
    except ValidationError as error:
        book.slips += slips_of(error, file, path, model)
        return []


def listed(document: Mapping[str, Any], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the entries of a list with their places."""
    found = document.get(name) or ()
    yield from ((place, one) for place, one in enumerate(found) if isinstance(one, Mapping))


def items(book: Book, document: Mapping[str, Any], name: str, file: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the entries under a name that have names of their own."""
    for key, one in (document.get(name) or {}).items():
        if isinstance(one, Mapping):
            yield key, one
        else:
            book.slips.append(Slip(file, (name, key), f"{key!r} is empty.", "Compare it with an entry above."))


def with_lists(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the row with every single value under a name written as a list of one."""
    cells = row.get(name)
    if not isinstance(cells, Mapping):
        return dict(row)
    return {**row, name: {fact: (cell,) if isinstance(cell, str) else cell for fact, cell in cells.items()}}


def names_in(text: Any) -> tuple[str, ...]:
    """Return the names in a text, between commas."""
    return tuple(name.strip() for name in str(text).split(",") if name.strip())
