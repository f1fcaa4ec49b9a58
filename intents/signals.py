"""Sees danger: hand-made patterns for what must never be missed, beside the learned reader. Independent of themes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML

from intents.load import DATA, FaultsFound, line_of
from intents.model import Fault
from intents.normalise import plain


@dataclass(frozen=True)
class Pattern:
    """Fires when `any` is found in a plain text and `unless` is not."""

    signal: str
    any: re.Pattern[str]
    unless: re.Pattern[str] | None

    def fires(self, text: str) -> bool:
        """Tell whether a plain text has it."""
        return self.any.search(text) is not None and not (self.unless and self.unless.search(text))


@lru_cache(maxsize=4)
def load_patterns(folder: Path = DATA) -> tuple[Pattern, ...]:
    """Return the patterns of all languages; raise FaultsFound when one cannot be compiled."""
    faults: list[Fault] = []
    patterns: list[Pattern] = []
    for path in sorted(folder.glob("*/danger.yaml")):
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


def patterns_in(text: str) -> tuple[str, ...]:
    """Return the signals whose patterns fire on a guarded text, in any language (people mix them)."""
    comparable = plain(text)
    return tuple(dict.fromkeys(one.signal for one in load_patterns() if one.fires(comparable)))
