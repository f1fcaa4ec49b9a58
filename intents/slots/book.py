"""`data/<language>/facts.yaml` to a Book of compiled patterns; every slip is a fault with file and line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from yaml import MarkedYAMLError

from intents.content import content
from intents.load import DATA, FaultsFound, line_of
from intents.model import Fault
from intents.slots.fold import fold_regex
from intents.slots.model import AGES, FACTS, Answer, Book, Pattern, Patterns, People
from intents.slots.numbers import number_regex, number_words
from intents.slots.stems import stems_of

_WORD = re.compile(r"(?<!\?P)<(\w+)>")
_ENDLESS = re.compile(r"(?<!\\)\)(?:[*+]|\{\d*,\})|(?<!\\)\.[*+]|\[\^[^\]]*\][*+]")
_KEYS = {"is", "unless", "age", "shift", "spread"}
_PEOPLE: tuple[People, ...] = get_args(People)
_ANSWERS: dict[str, Answer] = {
    "why": "why",
    "unknown": "unknown",
    "no": "deny",
    "yes": "affirm",
}  # the first that fits counts
_PARTS = {
    "numbers",
    "compounds",
    "words",
    "ages",
    "aside",
    "about_me",
    "away",
    "theirs",
    "facts",
    "answers",
    "openings",
}
_END = r"(?!\w|(?<=\d)-\w)"  # a number is part of its word: "4-hoog", "15-jarig"
_SPACE = r"(?: |(?<= ))"  # one, before the words of a gap or already passed
_BUILT_IN = {
    "gap": _SPACE + r"(?:[^\s.!?]{1,30} ){0,3}",
    "far": _SPACE + r"(?:[^\s.!?]{1,30} ){0,6}",
    "year": r"(?P<year>(?:19|20)\d\d|'\d\d)(?!\d)",
}


@lru_cache(maxsize=32)
def book(language: str, folder: Path = DATA) -> Book | None:
    """Return the book of a language, None when nobody wrote it yet; raise FaultsFound with all slips."""
    path = folder / language / "facts.yaml"
    return _Compiler(path).book() if language.isalpha() and path.is_file() else None


class _Compiler:
    """Compiles one file and notes every fault it meets."""

    def __init__(self, path: Path) -> None:
        self.name = f"intents/data/{path.parent.name}/{path.name}"
        self.source = path.read_text("utf-8")
        self.faults: list[Fault] = []
        self.words: dict[str, str] = dict(_BUILT_IN)

    def book(self) -> Book:
        """Return the book; raise FaultsFound with every fault when there is one."""
        entries = self._entries()
        for part in entries.keys() - _PARTS:
            self._fault(f"{part}:", f'"{part}" is no part of this file.', f"Use {', '.join(sorted(_PARTS))}.")
        numbers = number_words(entries.get("numbers", {}), entries.get("compounds", []))
        number = number_regex(numbers)
        self._learn(number, entries.get("words", {}))
        made = self._made(entries, numbers, number)
        if self.faults:
            raise FaultsFound(self.faults)
        return made

    def _made(self, entries: Mapping[str, Any], numbers: Mapping[str, int], number: str) -> Book:
        ages = dict(entries.get("ages", {}))
        aside = entries.get("aside", {})
        return Book(
            numbers=numbers,
            number=re.compile(number),
            age_answers=self._patterns(ages.pop("answer", ()), whole=True),
            ages={who: self._patterns(ages[who]) for who in self._known(ages, _PEOPLE) if who in ages},
            aside_before=self._patterns(aside.get("before", ()), end="$"),
            aside_unless_after=self._patterns(aside.get("unless_after", ()), start="^"),
            about_me=self._patterns(entries.get("about_me", ())),
            away=self._patterns(entries.get("away", ())),
            theirs=self._patterns(entries.get("theirs", ())),
            facts=self._by_value(entries.get("facts", {})),
            answers=self._by_value(entries.get("answers", {})),
            openings={
                _ANSWERS[name]: self._patterns(entries["openings"][name], start="^")
                for name in self._known(entries.get("openings", {}), tuple(_ANSWERS))
            },
        )

    def _entries(self) -> Mapping[str, Any]:
        try:
            loaded = content(self.source) or {}
        except MarkedYAMLError as slip:
            line = slip.problem_mark.line + 1 if slip.problem_mark else 1
            fault = Fault(
                file=self.name,
                line=line,
                what=f"this is no YAML: {slip.problem}.",
                mend="Mend the form, or quote the text.",
            )
            raise FaultsFound([fault]) from slip
        if not isinstance(loaded, dict):
            raise FaultsFound([Fault(file=self.name, line=1, what="there is nothing to read.", mend="Start from nl.")])
        return loaded

    def _learn(self, number: str, words: Mapping[str, Sequence[str]]) -> None:
        """Make the lists of words usable as <name>, in the order written: one may use those above it."""
        joint = "|".join(fold_regex(word) for word in words.get("and", ["&"]))
        self.words |= {
            "n": f"(?P<n>{number})",
            "ns": rf"(?P<n>{number}(?:(?:, | (?:{joint}) ?| ?& ?){number}){{0,5}})",
        }
        for name, entries in words.items():
            self.words[name] = f"(?:{'|'.join(self._spelled(entry, entry) for entry in entries)})"

    def _spelled(self, regex: str, near: str) -> str:
        """Return a regex on folded text with the words in it written out."""

        def written(named: re.Match[str]) -> str:
            if named[1] not in self.words:
                self._fault(near, f"the list <{named[1]}> does not exist.", "Add it under `words`, above its use.")
            return self.words.get(named[1], "")

        if _ENDLESS.search(regex):
            self._fault(
                near,
                f'"{regex}" can repeat without end.',
                "Use <gap>, <far>, \\w* or a number such as {0,3}.",
            )
        return "".join(
            written(part) if (part := _WORD.fullmatch(piece)) else fold_regex(piece)
            for piece in re.split(r"((?<!\?P)<\w+>)", regex)
        )

    def _by_value(self, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Patterns]]:
        return {
            fact: {value: self._patterns(entries[fact][value]) for value in self._known(entries[fact], FACTS[fact])}
            for fact in self._known(entries, tuple(FACTS))
        }

    def _known(self, entries: Mapping[str, Any], names: Sequence[Any]) -> Iterator[Any]:
        """Yield the names that exist, in the order of `names`; another one is a fault."""
        for name in entries:
            if name not in names:
                self._fault(f"{name}:", f'"{name}" is unknown here.', f"Use one of {', '.join(names)}.")
        yield from (name for name in names if name in entries)

    def _patterns(self, entries: Sequence[Any], start: str = "", end: str = "", whole: bool = False) -> Patterns:
        start, end = ("^", "[.!?, ]*$") if whole else (start, end)
        made = (self._pattern(entry, start or r"(?<!\w)", end or _END) for entry in entries or ())
        return tuple(pattern for pattern in made if pattern)

    def _pattern(self, entry: Any, start: str, end: str) -> Pattern | None:
        fields = {"is": entry} if isinstance(entry, str) else entry
        if not isinstance(fields, dict) or "is" not in fields or fields.keys() - _KEYS:
            self._fault(
                str(next(iter(entry), "")) if isinstance(entry, dict) else str(entry),
                f"this is no pattern: {entry!r}.",
                f"Write a text, or {', '.join(sorted(_KEYS))}.",
            )
            return None
        if fields.get("age") not in (None, *AGES):
            self._fault(fields["is"], f'"{fields["age"]}" is no age.', f"Use one of {', '.join(AGES)}.")
        regex = self._compiled(f"{start}(?:{self._spelled(fields['is'], fields['is'])}){end}", fields["is"])
        contrary = self._spelled(fields["unless"], fields["is"]) if "unless" in fields else None
        unless = self._compiled(rf"(?<!\w)(?:{contrary})(?!\w)", fields["is"]) if contrary else None
        told = {key: fields[key] for key in ("age", "shift", "spread") if key in fields}
        return Pattern(regex, unless, stems_of(regex), **told) if regex else None

    def _compiled(self, regex: str, near: str) -> re.Pattern[str] | None:
        try:
            return re.compile(regex)
        except re.error as slip:
            self._fault(near, f'"{near}" is no regex: {slip.msg}.', "Mend the brackets or the repeat.")
            return None

    def _fault(self, near: str, what: str, mend: str) -> None:
        self.faults.append(Fault(file=self.name, line=line_of(self.source, near), what=what, mend=mend))
