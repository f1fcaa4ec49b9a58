"""The words of all other languages: one file a language, the Dutch sentence before its translation.

The data files carry Dutch and English where a sentence is written; `words/<language>.yaml` has the rest, so that
a translator has one page to read. A sentence without a translation is said in English, else in Dutch.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from string import Formatter
from typing import Any

from referral.model import Words
from referral.slips import Slip

FOLDER = "words"
OWN = "nl", "en"
FOR_STAFF = ("changes", "never_show")  # what residents never read, and nobody translates


def with_translations(documents: Mapping[str, Any]) -> tuple[dict[str, Any], list[Slip]]:
    """Return the documents with every sentence in every language, and a slip for each line that cannot be used."""
    pages = {name: page for name, page in documents.items() if is_page(name) and isinstance(page, Mapping)}
    rest = {name: document for name, document in documents.items() if name not in pages}
    if not pages:
        return rest, []
    slips = [slip for name, page in pages.items() for slip in slips_of_page(name, page)]
    by_language = {PurePosixPath(name).stem: only_sentences(page) for name, page in pages.items()}
    return {name: filled(document, by_language) for name, document in rest.items()}, slips


def only_sentences(page: Mapping[str, Any]) -> Words:
    """Return the page without what is no sentence, so that one broken line breaks nothing else."""
    return {dutch: said for dutch, said in page.items() if isinstance(said, str)}


def is_page(name: str) -> bool:
    """Tell whether a file is a page of translations."""
    return PurePosixPath(name).parts[0] == FOLDER


def is_words(value: object) -> bool:
    """Tell whether a piece of a document is a sentence in several languages."""
    if not isinstance(value, Mapping) or not set(OWN) <= value.keys():
        return False
    return all(isinstance(said, str) for said in value.values())


def sentences_in(document: object) -> Iterator[Words]:
    """Yield every sentence in a document that residents may read."""
    if isinstance(document, Mapping):
        if is_words(document):
            yield document
            return
        for name, value in document.items():
            if name not in FOR_STAFF:
                yield from sentences_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from sentences_in(value)


def filled(document: Any, pages: Mapping[str, Words]) -> Any:
    """Return the document with its sentences in all languages."""
    if isinstance(document, Mapping):
        if is_words(document):
            said = {language: page.get(document["nl"], document[next_to(language)]) for language, page in pages.items()}
            return {**document, **said, **document}  # Dutch and English first
        return {name: value if name in FOR_STAFF else filled(value, pages) for name, value in document.items()}
    return [filled(value, pages) for value in document] if isinstance(document, list) else document


def next_to(language: str) -> str:
    """Return which of our own languages stands in for a missing translation: Dutch for easy Dutch, else English."""
    return "nl" if language.startswith("nl") else "en"


def slips_of_page(name: str, page: Mapping[str, Any]) -> Iterator[Slip]:
    """Yield a slip for a line without a translation, and for one that fills in something else than the Dutch."""
    for dutch, said in page.items():
        if not isinstance(said, str) or not said.strip():
            yield Slip(name, (dutch,), "the translation is missing.", "Write it behind the colon.")
        elif places_in(said) != places_in(dutch):
            yield Slip(name, (dutch,), "the translation fills in other {places} than the Dutch.", "Use the same.")


def places_in(sentence: str) -> set[str] | None:
    """Return the names between braces in a sentence, None when a brace has no other."""
    try:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    except ValueError:
        return None


def untranslated(documents: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return by language the Dutch sentences that have no translation yet, in the order of the files."""
    told = [dutch for dutch, english in _dutch(documents).items() if dutch != english]
    return {language: tuple(one for one in told if one not in page) for language, page in _pages(documents).items()}


def left_over(documents: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return by language the lines whose Dutch sentence is in no data file any more: it was changed, or taken out."""
    told = _dutch(documents)
    return {language: tuple(one for one in page if one not in told) for language, page in _pages(documents).items()}


def _pages(documents: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {PurePosixPath(name).stem: page for name, page in documents.items() if is_page(name)}


def _dutch(documents: Mapping[str, Any]) -> dict[str, str]:
    """Return every Dutch sentence with its English."""
    rest = (document for name, document in documents.items() if not is_page(name))
    return {words["nl"]: words["en"] for document in rest for words in sentences_in(document)}
