"""The bot's own sentences, by language, from `texts/<language>.yaml`. Every language has the same keys."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from ruamel.yaml import YAML

TEXTS = Path(__file__).parent / "texts"
DUTCH = "nl"

# Who writes in a language that the bot does not speak yet gets the one of ours that its speakers here know best.
_NEXT_BEST = {"tr": "nl", "ar": "nl", "de": "nl", "fy": "nl"}


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
        return _NEXT_BEST.get(language, "en")

    def __call__(self, key: str, language: str, **values: str) -> str:
        """Return one sentence, such as `phrases("ask.again", "nl")`."""
        return self._texts[language][key].format(**values)


def load_phrases(folder: Path = TEXTS) -> Phrases:
    """Return the sentences; raise ValueError naming file and key when a language differs from Dutch."""
    texts = {path.stem: dict(_flat(YAML(typ="safe").load(path.read_text("utf-8")))) for path in folder.glob("*.yaml")}
    if faults := list(_faults(texts)):
        raise ValueError("\n".join(faults))
    return Phrases({DUTCH: texts[DUTCH], **texts})


def _flat(entry: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in entry.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def _faults(texts: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    dutch = texts[DUTCH]
    for language, entries in texts.items():
        for key in dutch.keys() ^ entries.keys():
            yield f'bot/texts/{language}.yaml: "{key}" is in only one of nl and {language}. Add or remove it.'
        for key in dutch.keys() & entries.keys():
            if _names(dutch[key]) != _names(entries[key]):
                yield f'bot/texts/{language}.yaml: "{key}" has other {{places}} than nl. Use the same.'


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
