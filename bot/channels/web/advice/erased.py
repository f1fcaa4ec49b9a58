"""What "wis alles" took away, and what stays: a receipt of which nothing is kept here."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.channels.web.advice.tools import Text
from bot.conversation import replay
from bot.events import Event, Heard, Said
from bot.messages import Value
from bot.minds import Minds
from bot.wording import Wording
from referral.hours import HERE

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another


class Erased(Value):
    """What was there just before it was erased. `team` has or had the question, `waited` when it still lay there."""

    yours: int
    ours: int
    links: int = 0
    team: str | None = None
    waited: bool = False
    promised_to_ask: bool = False


class Receipt(Value):
    """The lines to be read: what was done, and what stays and why."""

    number: str
    at: str
    done: tuple[str, ...]
    stays: tuple[str, ...]


def erased(events: Sequence[Event], links: Mapping[int, datetime]) -> Erased:
    """Return what there is to erase of a conversation; nothing in it says what was written."""
    conversation = replay("", events)
    return Erased(
        yours=sum(isinstance(event, Heard) for event in events),
        ours=sum(isinstance(event, Said) for event in events),
        links=len(links),
        team=conversation.organisation,
        waited=conversation.state in ("waiting", "staff"),
        promised_to_ask="follow_up" in conversation.timers,
    )


def receipt_of(what: Erased, language: str, text: Text, minds: Minds, now: datetime, backup_days: int) -> Receipt:
    """Return the receipt in a language. Its number is drawn by lot and kept nowhere."""
    team = Wording(minds.phrases, minds.guide, language, now).name(what.team) if what.team else None
    here = now.astimezone(HERE)
    return Receipt(
        number="".join(secrets.choice(_LETTERS) for _ in range(8)),
        at=text("erased.at", date=f"{here.day}-{here.month}-{here.year}", time=f"{here:%H.%M}"),
        done=tuple(_done(what, text, team)),
        stays=tuple(_stays(text, team, backup_days)),
    )


def _done(what: Erased, text: Text, team: str | None) -> Iterator[str]:
    yield text("erased.messages", yours=str(what.yours), ours=str(what.ours))
    if team and what.waited:
        yield text("erased.withdrawn", name=team)
    if what.links:
        yield text("erased.links", number=str(what.links))
    if what.promised_to_ask:
        yield text("erased.follow_up")


def _stays(text: Text, team: str | None, backup_days: int) -> Iterator[str]:
    yield text("erased.counts")
    if team:
        yield text("erased.log", name=team)
        yield text("erased.elsewhere", name=team)
    yield text("erased.backups", days=str(backup_days))
