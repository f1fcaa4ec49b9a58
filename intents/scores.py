"""The words of measuring: shares with their 95% interval, bands of confidence, and all scores of one evaluation."""

from collections.abc import Mapping, Sequence
from math import sqrt

from pydantic import Field

from intents.model import Value

Rows = Mapping[str, Mapping[str, "Share"]]  # what a row is about -> name of a measure -> share


class Share(Value):
    """How many of how many."""

    hits: int
    of: int

    def __str__(self) -> str:
        if not self.of:
            return "-"
        low, high = self.interval
        return f"{self.rate:.1%} ({self.hits}/{self.of}, {low:.0%}-{high:.0%})"

    @property
    def brief(self) -> str:
        """The share for a narrow column, with its interval."""
        low, high = self.interval
        return f"{self.rate:.0%} ({100 * low:.0f}-{100 * high:.0f})" if self.of else "-"

    @property
    def rate(self) -> float:
        """The share as a number, 0 to 1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the share (Wilson's score interval); of nothing, anything is possible."""
        if not self.of:
            return 0.0, 1.0
        z, n = 1.96, self.of
        middle = (self.hits + z * z / 2) / (n + z * z)
        half = z * sqrt(self.hits * (n - self.hits) / n + z * z / 4) / (n + z * z)
        return max(0.0, middle - half), min(1.0, middle + half)

    def overlaps(self, other: "Share") -> bool:
        """Tell whether the intervals of both shares have a part in common."""
        (low, high), (other_low, other_high) = self.interval, other.interval
        return low <= other_high and other_low <= high


class Band(Value):
    """The first readings whose confidence lies from `low` to `high`: how sure on average, and how many are right."""

    low: float
    high: float
    confidence: float
    right: Share


class Scores(Value):
    """What came out: overall by name of the measure, the same by theme, style and so on, and what went wrong.

    `calibration` is by group of languages, `confusions` tells how often a theme (first name) was read as another
    (second name, NOTHING when as none), `sentences` is the fingerprint of the messages that were scored.
    """

    shares: Mapping[str, Share]
    tables: Mapping[str, Rows] = Field(default_factory=dict)
    calibration: Mapping[str, tuple[Band, ...]] = Field(default_factory=dict)
    confusions: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)
    sentences: str = ""
    wrong: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Share:
        return self.shares[name]

    def as_json(self) -> str:
        """Return all figures as JSON, without the messages."""
        return self.model_dump_json(indent=1, exclude={"wrong"}) + "\n"


NOTHING = "-"  # what a message was read as, when as no theme


def expected_error(bands: Sequence[Band]) -> float:
    """Return the expected calibration error: how far confidence is from the share that is right, on average."""
    total = sum(band.right.of for band in bands)
    return sum(band.right.of * abs(band.right.rate - band.confidence) for band in bands) / total if total else 0.0
