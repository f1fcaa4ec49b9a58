"""What stands under an advice in the chat: ways to keep it, to go there, to share it, and whether it was useful."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args
from urllib.parse import quote

from bot.channels.web.advice.model import Advice, Visit, advice_of
from bot.events import Event, Rated, Wrong
from bot.minds import Minds
from referral.guide import Guide
from referral.hours import HERE, time_of
from referral.tell import say

Text = Callable[..., str]  # one of our own sentences, by its key
WRONG: tuple[Wrong, ...] = get_args(Wrong)


@dataclass(frozen=True)
class Link:
    """Something to tap: its words and where it leads."""

    title: str
    href: str


@dataclass(frozen=True)
class Tools:
    """The tools of one advice, in its language."""

    advice: Advice
    text: Text
    visits: tuple[Link, ...]
    routes: tuple[Link, ...]
    rated: str | None

    @property
    def at(self) -> str:
        """Where the pages of this advice begin."""
        return f"/chat/advies/{self.advice.number}"


def tools_of(
    events: Sequence[Event], number: int, minds: Minds, now: datetime, text_in: Callable[[str], Text]
) -> Tools | None:
    """Return the tools of the advice at this place, None when there is none."""
    advice = advice_of(events, number, minds, now)
    if advice is None:
        return None
    text = text_in(advice.language)
    return Tools(
        advice=advice,
        text=text,
        visits=visits_of(advice, f"/chat/advies/{number}", text, minds.guide),
        routes=routes_of(advice, text),
        rated=rated(events, advice.said),
    )


def visits_of(advice: Advice, at: str, text: Text, guide: Guide) -> tuple[Link, ...]:
    """Return a link for each visit; the file for the calendar lies under `at`."""
    return tuple(
        Link(
            text("advice.calendar", label=visit.label, when=when(visit, guide, advice.language)),
            f"{at}/agenda-{place}.ics",
        )
        for place, (_, visit) in enumerate(advice.visits, start=1)
    )


def routes_of(advice: Advice, text: Text) -> tuple[Link, ...]:
    """Return a link to a map for each address; only a tap tells the map anything, and only the address."""
    addresses = dict.fromkeys(card.address for card in advice.cards if card.address)
    return tuple(
        Link(text("advice.route", address=one), f"https://www.openstreetmap.org/search?query={quote(one)}")
        for one in addresses
    )


def when(visit: Visit, guide: Guide, language: str) -> str:
    """Return the day and the hours of a visit: "dinsdag 24-11 9.00–17.00"."""
    begins, ends = visit.begins.astimezone(HERE), visit.ends.astimezone(HERE)
    day = say(f"day_{begins.weekday()}", guide, language)
    return f"{day} {begins.day}-{begins.month} {time_of(begins)}–{time_of(ends)}"


def rated(events: Sequence[Event], said: str) -> str | None:
    """Return how useful the resident found an answer, None when nothing was told."""
    told = [event.verdict for event in events if isinstance(event, Rated) and event.said == said]
    return told[-1] if told else None
