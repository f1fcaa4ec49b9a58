"""Files to Catalogue; the one module here that reads what people wrote."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml

from intents.model import Catalogue, Example, Fault, Style, Theme

DATA = Path(__file__).parent / "data"
STYLES = get_args(Style)
_TEXT = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every value stays the text it is: 112, no, 1950


class FaultsFound(Exception):
    """The data files have faults; all of them are listed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, faults)))


class Reader:
    """Reads the files of one folder and notes every fault it meets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        themes = self.file(folder / "themes.yaml")
        self.themes: Mapping[str, Any] = themes.get("themes", {})
        self.signals: Sequence[str] = themes.get("signals", [])
        self.acts: Sequence[str] = themes.get("acts", [])

    def catalogue(self) -> Catalogue:
        """Return the catalogue; raise FaultsFound with all faults at once when there are any."""
        examples, development = tuple(self.examples()), tuple(self.development())
        if self.faults:
            raise FaultsFound(self.faults)
        return Catalogue(
            themes=tuple(self._theme(name, entry) for name, entry in self.themes.items()),
            signals=tuple(self.signals),
            acts=tuple(self.acts),
            examples=examples,
            development=development,
        )

    def examples(self) -> Iterator[Example]:
        """Read every message of every language."""
        for language in languages(self.folder):
            for path in [
                *sorted(language.glob("themes/*.yaml")),
                *sorted(language.glob("signals/*.yaml")),
                *language.glob("harmless.yaml"),
            ]:
                yield from self._messages(path, language.name)
            for path in language.glob("acts.yaml"):
                yield from self._acts(path, language.name)

    def development(self) -> Iterator[Example]:
        """Read the messages that no reader learns from; each states its own language and style."""
        for path in sorted(self.folder.glob("development/*.yaml")):
            for message in self.file(path).get("messages", []):
                fields = {"text": message} if isinstance(message, str) else dict(message)
                language, style = fields.pop("language", "nl"), fields.pop("style", "short")
                if example := self._example(path, fields, {}, style=style, language=language):
                    yield example

    def file(self, path: Path) -> Mapping[str, Any]:
        """Read one YAML file; a slip in its form becomes a fault."""
        try:
            return yaml.load(path.read_text("utf-8"), Loader=_TEXT) or {}  # noqa: S506 -- makes text of everything
        except yaml.MarkedYAMLError as slip:
            line = slip.problem_mark.line + 1 if slip.problem_mark else 1
            self._fault(path, line, f"this is no YAML: {slip.problem}.", "Mend the form, or quote the text.")
        except (OSError, UnicodeDecodeError) as slip:
            self._fault(path, 1, f"the file cannot be read: {slip}.", "Put it there as UTF-8 text.")
        return {}

    def _messages(self, path: Path, language: str) -> Iterator[Example]:
        content = self.file(path)
        about = content.get("about", {})
        for style, messages in content.get("messages", {}).items():
            if style not in STYLES:
                self._fault_at(path, f"{style}:", f'style "{style}" is unknown.', f"Use one of {', '.join(STYLES)}.")
                continue
            for message in messages or []:
                if example := self._example(path, message, about, style=style, language=language):
                    yield example

    def _acts(self, path: Path, language: str) -> Iterator[Example]:
        for act, messages in self.file(path).get("acts", {}).items():
            for message in messages or []:
                if example := self._example(path, message, {"act": act}, style="short", language=language):
                    yield example

    def _example(
        self, path: Path, message: Any, about: Mapping[str, Any], *, style: str, language: str
    ) -> Example | None:
        fields = {"text": message} if isinstance(message, str) else message
        if not isinstance(fields, dict) or not isinstance(fields.get("text"), str) or not fields["text"].strip():
            self._fault_at(path, str(fields), f"a message without text: {fields!r}.", "Quote it or give it `text:`.")
            return None
        labels = {**about, **fields}
        for kind, known in (("themes", self.themes), ("signals", self.signals)):
            for name in labels.get(kind, []):
                if name not in known:
                    self._fault_at(path, name, f'"{name}" is not one of the {kind}.', "See intents/data/themes.yaml.")
                    return None
        if (act := labels.get("act")) is not None and act not in self.acts:
            self._fault_at(path, act, f'"{act}" is not one of the acts.', "See intents/data/themes.yaml.")
            return None
        return Example(
            text=labels["text"].strip(),
            language=language,
            style=style,
            themes=tuple(labels.get("themes", [])),
            signals=tuple(labels.get("signals", [])),
            act=act,
        )

    def _theme(self, name: str, entry: Mapping[str, Any]) -> Theme:
        return Theme(id=name, name=entry["name"], terms=tuple(entry["terms"]))

    def _fault_at(self, path: Path, near: str, what: str, mend: str) -> None:
        self._fault(path, line_of(path.read_text("utf-8"), near), what, mend)

    def _fault(self, path: Path, line: int, what: str, mend: str) -> None:
        self.faults.append(Fault(file=_short(path), line=line, what=what, mend=mend))


def languages(folder: Path) -> list[Path]:
    """Return the folders that are named after a language (ISO 639), in their order."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and len(path.name) <= 3)


def line_of(text: str, near: str) -> int:
    """Return the number of the first line that has this word or beginning, 1 when none has."""
    sign = re.compile(re.escape(near[:40]))
    return next((number for number, line in enumerate(text.splitlines(), 1) if sign.search(line)), 1)


def _short(path: Path) -> str:
    """Return a path as a person in the project would write it."""
    parts = path.parts
    return "/".join(parts[parts.index("intents") :]) if "intents" in parts else str(path)


def load_theme_names(folder: Path = DATA) -> Mapping[str, Mapping[str, str]]:
    """Return the name of each theme by language; quick, no message is read."""
    return {theme: entry["name"] for theme, entry in Reader(folder).themes.items()}


def fingerprint(catalogue: Catalogue) -> str:
    """Return a short name of exactly this catalogue, so that a model file can tell what it was learned from."""
    return hashlib.sha256(catalogue.model_dump_json().encode()).hexdigest()[:16]


def load_catalogue(folder: Path = DATA) -> Catalogue:
    """Return all that people wrote down; raise FaultsFound with every fault when there is one."""
    return Reader(folder).catalogue()
