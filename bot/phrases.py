"""The bot's own sentences, by language, from `texts/<language>.yaml`. Every language has the same keys."""

from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"
DUTCH = "nl"

RIGHT_TO_LEFT = frozenset({"ar", "fa"})
_ISOLATE, _END = "\u2068", "\u2069"  # of Unicode, around a piece of another direction
_CHECKED = {"nl", "nl-simple", "en"}  # read by somebody who knows the language well; others say that they were not
_OTHERS = "en"  # for who writes in a language that the bot does not speak


class Phrases:
    """All sentences of all languages."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the bot answers."""
        return tuple(self._texts)

    def spoken(self, language: str | None) -> str:
        """Return the language to answer in for somebody who writes in this one."""
        if language is None or language in self._texts:
            return language or DUTCH
        return _OTHERS

    def is_checked(self, language: str) -> bool:
        """Tell whether somebody who speaks a language read its sentences."""
        return language in _CHECKED

    def __call__(self, key: str, language: str, **values: str) -> str:
        """Return one sentence, such as `phrases("ask.again", "nl")`."""
        if language in RIGHT_TO_LEFT:  # a name or number keeps its own direction
            values = {name: f"{_ISOLATE}{value}{_END}" for name, value in values.items()}
        return self._texts[language][key].format(**values)


class _Sentences(yaml.CBaseLoader):  # in C, since it is done at each start
    """Reads a file in which every value stays the text it is, and no key stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the entries; raise MarkedYAMLError with the place of a key that stands twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                problem = f'"{key.value}" stands here twice. Take one away'
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def load_phrases(folder: Path = TEXTS) -> Phrases:
    """Return the sentences; raise ValueError naming file and key when a language differs from Dutch."""
    texts = {path.stem: dict(_flat(_read(path))) for path in folder.glob("*.yaml")}
    if faults := list(_faults(texts)):
        raise ValueError("\n".join(faults))
    return Phrases({DUTCH: texts[DUTCH], **dict(sorted(texts.items()))})


def _read(path: Path) -> Mapping[str, Any]:
    try:
        read = yaml.load(path.read_text("utf-8"), Loader=_Sentences)  # noqa: S506 -- makes text of everything
    except yaml.MarkedYAMLError as slip:
        line = slip.problem_mark.line + 1 if slip.problem_mark else 1
        raise ValueError(f"{path}:{line}: {slip.problem}. Mend the form, or quote the text.") from None
    return read if isinstance(read, Mapping) else {}


def _flat(entry: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in entry.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", "" if value is None else str(value)


def _faults(texts: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    dutch = texts[DUTCH]
    for language, entries in texts.items():
        for key in dutch.keys() ^ entries.keys():
            yield f'bot/texts/{language}.yaml: "{key}" is in only one of nl and {language}. Add or remove it.'
        for key in dutch.keys() & entries.keys():
            if not entries[key].strip():
                yield f'bot/texts/{language}.yaml: "{key}" has no sentence. Write it behind the colon.'
            elif _names(dutch[key]) != _names(entries[key]):
                yield f'bot/texts/{language}.yaml: "{key}" has other {{places}} than nl. Use the same.'


def _names(text: str) -> set[str] | None:
    """Return the names between braces, None when a brace has no other."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return None
