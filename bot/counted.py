"""The words of the figures: what is counted about conversations, without saying whose they were.

A tally has no number of a conversation, no text and no name, and its time is the whole hour; it stays when the
conversation is forgotten. What is still in it (a theme, a wijk and a language in one hour) may point to one
person in a small place, so tallies themselves are shown to nobody: `bot/staff/numbers/` adds them up.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from bot.messages import Value

Kind = Literal[
    "asked",  # a question began
    "referred",  # it was answered with an organisation; `what`: after how many clarifying questions
    "dead_end",  # it ended without; `what`: nothing_found or gave_up
    "handed_over",  # staff were asked; `what`: direct (nobody was named before) or after_referral
    "contact",  # staff spoke to the resident for the first time, `minutes` after the question came to them
    "promise",  # `what`: kept or broken
    "closed",  # `what`: the outcome
    "passed",  # from one team to another; `what`: misroute or other
    "followed",  # `what`: how it went, as the resident told later
    "rated",  # an answer was useful or not; `what`: Rated.verdict
    "unrated",  # the same, taken back because the resident chose something else
    "corrected",  # staff put something right; `what`: themes, signals or facts
]
Dimension = Literal["theme", "wijk", "language", "organisation", "rule", "what"]
Teams = frozenset[str]
Key = tuple[str | None, ...]

HERE = ZoneInfo("Europe/Amsterdam")


class Tally(Value):
    """One thing to count. `organisation` is the team it is about; `minutes` is the span that ended with it."""

    at: datetime
    kind: Kind
    theme: str | None = None
    wijk: str | None = None
    language: str | None = None
    organisation: str | None = None
    rule: str | None = None
    what: str | None = None
    minutes: int | None = None

    @property
    def week(self) -> date:
        """The Monday of the week it fell in, on the clock here."""
        return monday(self.at.astimezone(HERE).date())


class Span(Value):
    """How long something took for a team, from a Tally with `minutes`."""

    organisation: str | None
    theme: str | None
    minutes: int


class Figures(Protocol):
    """Adds tallies up. `teams` are whose tallies count; None for all, also those that are of no team."""

    async def tallied(
        self, kind: Kind, by: Sequence[Dimension], *, teams: Teams | None = None
    ) -> Mapping[tuple[date, Key], int]:
        """Return how many there are of each combination, by week (its Monday)."""
        ...

    async def spans(self, kind: Kind, since: date, before: date, *, teams: Teams | None = None) -> tuple[Span, ...]:
        """Return how long it took each time, in the weeks from one Monday until the day before another."""
        ...


def monday(day: date) -> date:
    """Return the first day of its week."""
    return day - timedelta(days=day.weekday())
