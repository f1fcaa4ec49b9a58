"""Held-out sentences to scores. A share comes with its 95% interval (Wilson); what went wrong can be listed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from pathlib import Path

from ruamel.yaml import YAML

from intents.model import Understanding, Value

Understand = Callable[[str], Understanding]


class Sentence(Value):
    """A message with what a careful reader finds in it."""

    text: str
    language: str
    style: str = "short"
    themes: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    act: str | None = None
    facts: Mapping[str, str] | None = None


class Share(Value):
    """How many of how many."""

    hits: int
    of: int

    def __str__(self) -> str:
        if not self.of:
            return "-"
        low, high = self.interval
        return f"{self.hits / self.of:.1%} ({self.hits}/{self.of}, {low:.0%}-{high:.0%})"

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the share (Wilson's score interval)."""
        z, n = 1.96, self.of
        middle = (self.hits + z * z / 2) / (n + z * z)
        half = z * sqrt(self.hits * (n - self.hits) / n + z * z / 4) / (n + z * z)
        return middle - half, middle + half


class Scores(Value):
    """What came out, by name of the measure, and the messages that went wrong."""

    shares: Mapping[str, Share]
    wrong: tuple[str, ...]

    def __getitem__(self, name: str) -> Share:
        return self.shares[name]


def load_sentences(folder: Path) -> tuple[Sentence, ...]:
    """Return the held-out sentences of a folder; a file is named after its language or its kind."""
    return tuple(_sentences(folder))


def _sentences(folder: Path) -> Iterable[Sentence]:
    for path in sorted(folder.glob("*.yaml")):
        for entry in YAML(typ="safe").load(path.read_text("utf-8"))["messages"]:
            language = path.stem if len(path.stem) == 2 else entry.get("language", "nl")
            yield Sentence(
                text=entry["text"],
                language=language,
                style=entry.get("style", "short"),
                themes=tuple(entry.get("themes", ())),
                signals=tuple(entry.get("signals", ())),
                act=entry.get("act"),
                facts=entry.get("facts"),
            )


def evaluate(sentences: Sequence[Sentence], understand: Understand) -> Scores:
    """Return the scores of a reader on held-out sentences."""
    read = [(one, understand(one.text)) for one in sentences]
    themed = [(one, said) for one, said in read if one.themes and one.facts is None]
    kinds = {
        "Dutch": [(one, said) for one, said in themed if one.language == "nl"],
        "other languages": [(one, said) for one, said in themed if one.language != "nl"],
    }
    shares: dict[str, Share] = {}
    for name, some in kinds.items():
        shares[f"{name}: a right theme first"] = _share(some, _first_right)
        shares[f"{name}: a right theme among three"] = _share(some, _among_three)
        shares[f"{name}: acted on"] = _share(some, _acted)
        shares[f"{name}: acted on while wrong"] = _share(some, _wrongly_acted)
    told = [(one, said) for one, said in read if one.facts is None]
    shares["danger seen"] = _share([pair for pair in told if pair[0].signals], _alarmed)
    shares["false alarms"] = _share([pair for pair in told if not pair[0].signals], _alarmed)
    shares["acts told apart"] = _share([pair for pair in told if pair[0].act], lambda one, said: one.act == said.act)
    shares["themes not taken for acts"] = _share([p for p in themed if not p[0].act], _no_act)
    shares["language"] = _share(told, lambda one, said: one.language == said.language)
    shares.update(_facts([(one, said) for one, said in read if one.facts is not None]))
    return Scores(shares=shares, wrong=tuple(_wrong(told)))


def _facts(read: Sequence[tuple[Sentence, Understanding]]) -> Mapping[str, Share]:
    found = [(name, value, one) for one, said in read for name, value in said.facts.items()]
    told = [(name, value, said) for one, said in read for name, value in (one.facts or {}).items()]
    return {
        "facts that are right": Share(
            hits=sum((one.facts or {}).get(name) == value for name, value, one in found), of=len(found)
        ),
        "facts that are found": Share(
            hits=sum(said.facts.get(name) == value for name, value, said in told), of=len(told)
        ),
    }


def _share(read: Sequence[tuple[Sentence, Understanding]], test: Callable[[Sentence, Understanding], bool]) -> Share:
    return Share(hits=sum(test(one, said) for one, said in read), of=len(read))


def _first_right(one: Sentence, said: Understanding) -> bool:
    return bool(said.ranking) and said.ranking[0].theme in one.themes


def _among_three(one: Sentence, said: Understanding) -> bool:
    return any(reading.theme in one.themes for reading in said.ranking[:3])


def _acted(_: Sentence, said: Understanding) -> bool:
    return bool(said.themes)


def _alarmed(_: Sentence, said: Understanding) -> bool:
    return bool(said.signals)


def _no_act(_: Sentence, said: Understanding) -> bool:
    return said.act is None


def _wrongly_acted(one: Sentence, said: Understanding) -> bool:
    return bool(said.themes) and said.themes[0].theme not in one.themes


def _wrong(read: Iterable[tuple[Sentence, Understanding]]) -> Iterable[str]:
    for one, said in read:
        if one.themes and not _first_right(one, said):
            guesses = ", ".join(f"{reading.theme} {reading.confidence:.2f}" for reading in said.ranking[:3])
            yield f"theme {'+'.join(one.themes)}, read as {guesses or said.act}: {one.text}"
        if bool(one.signals) != bool(said.signals):
            yield f"danger {'+'.join(one.signals) or 'none'}, read as {'+'.join(said.signals) or 'none'}: {one.text}"
        if one.act and one.act != said.act:
            yield f"act {one.act}, read as {said.act}: {one.text}"
