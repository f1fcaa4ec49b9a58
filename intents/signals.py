"""Sees danger: hand-made patterns for what must never be missed, beside the learned reader. Independent of themes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML

from intents.load import DATA, FaultsFound, languages, line_of
from intents.model import Fault
from intents.normalise import plain

_END = re.compile(r"[.!?;\n]+\s")  # of a sentence


@dataclass(frozen=True)
class Pattern:
    """Fires when `any` is found in a plain text and `unless` is not in the same sentence."""

    signal: str
    any: re.Pattern[str]
    unless: re.Pattern[str] | None

    def found(self, text: str) -> str | None:
        """Return the words of a plain text that it fires on, None when it does not."""
        for match in self.any.finditer(text):
            if self.unless is None or not self.unless.search(_sentence(text, match.start(), match.end())):
                return match[0].strip()
        return None


def _sentence(text: str, start: int, end: int) -> str:
    """Return the sentence, or sentences, in which a piece of a text stands."""
    begins = [one.end() for one in _END.finditer(text, 0, start)]
    ends = _END.search(text, end)
    return text[begins[-1] if begins else 0 : ends.start() if ends else len(text)]


@lru_cache(maxsize=4)
def load_patterns(folder: Path = DATA) -> tuple[Pattern, ...]:
    """Return the patterns of all languages; raise FaultsFound when one cannot be compiled."""
    faults: list[Fault] = []
    patterns: list[Pattern] = []
    for path in (file for language in languages(folder) for file in language.glob("danger.yaml")):
        text = path.read_text("utf-8")
        for signal, entries in YAML(typ="safe").load(text)["patterns"].items():
            for entry in entries or []:
                try:
                    patterns.append(_pattern(signal, entry))
                except (re.error, KeyError) as slip:
                    line = line_of(text, str(entry.get("any", signal)))
                    what = f"pattern of {signal} cannot be used: {slip}."
                    file = f"intents/data/{path.parent.name}/danger.yaml"
                    faults.append(Fault(file=file, line=line, what=what, mend="Mend the expression."))
    if faults:
        raise FaultsFound(faults)
    return tuple(patterns)


def _pattern(signal: str, entry: Mapping[str, str]) -> Pattern:
    unless = entry.get("unless")
    return Pattern(
        signal, re.compile(entry["any"], re.IGNORECASE), re.compile(unless, re.IGNORECASE) if unless else None
    )


def patterns_in(text: str) -> dict[str, str]:
    """Return the signals whose patterns fire on a guarded text, in any language (people mix them), with the words."""
    comparable = plain(text)
    found = ((one.signal, one.found(comparable)) for one in reversed(load_patterns()))
    return {signal: words for signal, words in found if words is not None}
