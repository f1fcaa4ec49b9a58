"""The words of understanding. Who has read this page knows what it talks about."""

from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Style = Literal[
    "keyword", "short", "story", "formal", "low_literacy", "sms", "youth", "elderly", "third_person",
    "professional", "typos", "indirect", "code_mixed",
]  # fmt: skip


Progress = Callable[[float, str], None]  # the share that is done (0 to 1), and what is being done, in Dutch


class Value(BaseModel):
    """A value that never changes; a change is a new value."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Fault(Value):
    """A slip in a data file, with the mend, for the person who edits it."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} {self.mend}"


class Theme(Value):
    """What a message can be about; `terms` are the phrases that define it."""

    id: str
    name: Mapping[str, str]
    terms: tuple[str, ...]


class Example(Value):
    """A message somebody could have typed, with what it is about (main theme first)."""

    text: str
    language: str
    style: str
    themes: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    act: str | None = None


class Catalogue(Value):
    """All that people wrote down for understanding: to learn from, and (by others) to choose thresholds on."""

    themes: tuple[Theme, ...]
    signals: tuple[str, ...]
    acts: tuple[str, ...]
    examples: tuple[Example, ...]
    development: tuple[Example, ...] = ()


class Reading(Value):
    """A theme and how sure the readers are of it (0 to 1)."""

    theme: str
    confidence: float = Field(ge=0, le=1)


class Understanding(Value):
    """What a message says.

    `themes` is what the conversation acts on (none to three, main first; none when it should ask or when
    there is none), `ranking` the five likeliest whatever the certainty. `facts` holds only what was told,
    `evidence` the words in which the signals were seen.
    """

    language: str
    themes: tuple[Reading, ...] = ()
    ranking: tuple[Reading, ...] = ()
    signals: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    act: str | None = None
    facts: Mapping[str, str] = Field(default_factory=dict)
