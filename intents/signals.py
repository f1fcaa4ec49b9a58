"""Sees danger: hand-made patterns for what must never be missed, beside the learned reader. Independent of themes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from intents.content import content
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
        for signal, entries in content(text)["patterns"].items():
            for entry in entries or []:
                if slips := tuple(_slips(entry)):
                    faults += (_fault(path, text, signal, *slip) for slip in slips)
                else:
                    patterns.append(_pattern(signal, entry))
    if faults:
        raise FaultsFound(faults)
    return tuple(patterns)


def _slips(entry: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield every expression of an entry that cannot be used, and why."""
    if not entry.get("any"):
        yield str(entry.get("about", "any")), 'it has no "any"'
    for one in (*entry.get("any", ()), *entry.get("unless", ())):
        try:
            re.compile(one)
        except re.error as slip:
            yield one, str(slip)


def _fault(path: Path, text: str, signal: str, written: str, why: str) -> Fault:
    return Fault(
        file=f"intents/data/{path.parent.name}/danger.yaml",
        line=line_of(text, written),
        what=f"pattern of {signal} cannot be used: {why}.",
        mend="Mend the expression.",
    )


def _pattern(signal: str, entry: Mapping[str, Sequence[str]]) -> Pattern:
    unless = entry.get("unless")
    return Pattern(signal, _one_of(entry["any"]), _one_of(unless) if unless else None)


def _one_of(expressions: Sequence[str]) -> re.Pattern[str]:
    """Return what finds one of these from the beginning of a word."""
    return re.compile(rf"\b(?:{'|'.join(expressions)})")


def patterns_in(text: str) -> dict[str, str]:
    """Return the signals whose patterns fire on a guarded text, in any language (people mix them), with the words."""
    comparable = plain(text)
    found = ((one.signal, one.found(comparable)) for one in reversed(load_patterns()))
    return {signal: words for signal, words in found if words is not None}
