"""The words of learning: a proposal with where it came from, and what was left out with the reason."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from bot.messages import Value

Kind = Literal["example", "conversation", "referral"]  # to learn from, or to test with


class Source(Value):
    """Where a proposal came from: the number of the case, the colleague who put it right, and when."""

    case: str
    who: str
    when: datetime


class Proposal(Value):
    """An entry as it would stand in the files of this house, for a person to approve.

    `entry` has the form of its kind: a message of intents/data/<language>, a conversation of
    tests/conversations/<language>, or an example with whom it should refer to.
    """

    kind: Kind
    language: str
    entry: Mapping[str, Any]
    why: str
    source: Source
    approved: bool = False
    promoted: date | None = Field(default=None, description="when it became part of the product")

    @property
    def text(self) -> str:
        """What the resident wrote; nothing of a referral, which has no words of theirs."""
        match self.kind:
            case "example":
                return str(self.entry["text"])
            case "conversation":
                return str(self.entry["turns"][0]["resident"])
            case "referral":
                return ""

    @property
    def name(self) -> str:
        """How it is called in a report."""
        return str(self.entry.get("about", "")) or f"{self.kind} of case {self.source.case}"


class LeftOut(Value):
    """What was put right and is not proposed, and why not."""

    source: Source
    why: str


class Collected(Value):
    """What came of the corrections of all cases."""

    proposals: tuple[Proposal, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
