"""Sentences that are ready to use: those of `canned/<language>.yaml`, and those that a team made itself."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from bot.canned import CannedReply
from bot.messages import Value
from bot.phrases import DUTCH

FOLDER = Path(__file__).parent / "canned"
PLACES = ("medewerker", "team")  # what is filled in between {braces}
LONGEST = 2000  # characters
_OWN = "team."  # before the title of a sentence that a team made


class Ready(Value):
    """A sentence for one resident: by which name it is chosen, how staff call it, and its words."""

    key: str
    title: str
    text: str
    language: str


class Canned:
    """The sentences of the files."""

    def __init__(self, titles: Mapping[str, str], texts: Mapping[str, Mapping[str, str]]) -> None:
        self._titles = titles
        self._texts = texts

    def of(self, language: str) -> tuple[Ready, ...]:
        """Return every sentence, in this language or else in Dutch."""
        return tuple(self._ready(key, title, language) for key, title in self._titles.items())

    def _ready(self, key: str, title: str, language: str) -> Ready:
        spoken = language if key in self._texts.get(language, {}) else DUTCH
        return Ready(key=key, title=title, text=self._texts[spoken][key], language=spoken)


def ready(
    canned: Canned, own: Iterable[CannedReply], language: str, *, medewerker: str, team: str
) -> tuple[Ready, ...]:
    """Return what a colleague may choose from: the sentences of the team first, all of them filled in."""
    both = (*_of_team(own, language), *canned.of(language))
    return tuple(one.model_copy(update={"text": filled(one.text, medewerker, team)}) for one in both)


def filled(text: str, medewerker: str, team: str) -> str:
    """Return a sentence with the names in their places; other braces stay as they are."""
    return text.replace("{medewerker}", medewerker).replace("{team}", team)


def _of_team(own: Iterable[CannedReply], language: str) -> Iterator[Ready]:
    by_title: dict[str, dict[str, str]] = {}
    for reply in own:
        by_title.setdefault(reply.title, {})[reply.language] = reply.text
    for title, texts in by_title.items():
        spoken = next((one for one in (language, DUTCH) if one in texts), next(iter(texts)))
        yield Ready(key=_OWN + title, title=title, text=texts[spoken], language=spoken)


# ---------------------------------------------------------------- the files


@cache
def load_canned(folder: Path = FOLDER) -> Canned:
    """Return the sentences of the files; raise ValueError with every fault, by file and line."""
    documents = {path.stem: _document(path) for path in sorted(folder.glob("*.yaml"))}
    dutch = documents.get(DUTCH, {})
    faults = [fault for language, document in documents.items() for fault in _faults(language, document, dutch)]
    if faults:
        raise ValueError("\n".join(faults))
    titles = {key: entry["title"] for key, entry in dutch.items()}
    texts = {language: {key: _text(entry) for key, entry in entries.items()} for language, entries in documents.items()}
    return Canned(titles, texts)


def _document(path: Path) -> Any:
    try:
        return YAML().load(path.read_text("utf-8")) or {}
    except MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise ValueError(f"{_file(path.stem)}:{line}: this is no YAML. {wrong.problem}") from wrong


def _text(entry: Any) -> Any:
    return entry.get("text") if isinstance(entry, Mapping) else entry


def _faults(language: str, document: Any, dutch: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(document, Mapping):
        yield f"{_file(language)}:1: this is no list of sentences. Write `name: sentence` on each line."
        return
    for key, entry in document.items():
        where = f"{_file(language)}:{document.lc.key(key)[0] + 1}: {key}"  # type: ignore[attr-defined]
        yield from (f"{where} {fault}" for fault in _wrong(language, key, entry, dutch))


def _wrong(language: str, key: str, entry: Any, dutch: Mapping[str, Any]) -> Iterator[str]:
    text = _text(entry)
    if language == DUTCH and not (isinstance(entry, Mapping) and entry.keys() == {"title", "text"} and entry["title"]):
        yield "needs a title and a text, and nothing else. Write both below it."
    elif language != DUTCH and key not in dutch:
        yield f"is not in {_file(DUTCH)}. Add it there first, or take it away here."
    elif not isinstance(text, str) or not text.strip():
        yield "has no sentence. Write it behind the colon."
    elif len(text) > LONGEST:
        yield f"has {len(text)} characters, {LONGEST} is the most. Make it shorter."
    elif strange := sorted(places_in(text) - set(PLACES)):
        yield f"has {{{strange[0]}}}, which is never filled in. Use {{medewerker}} or {{team}}."


def places_in(text: str) -> set[str]:
    """Return what stands between braces; a brace without the other counts as one."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"{"}


def _file(language: str) -> str:
    return f"bot/staff/canned/{language}.yaml"
