"""How long each kind of thing is kept, and since when it counts. `bot/stores/retention.py` erases by it.

A day is one on the clock here: what is kept 30 days goes at the same hour of the 30th day after, also when the
clock was put forward in between. At that very moment it is over.
"""

from datetime import datetime, timedelta
from typing import Literal

from bot.messages import Value
from bot.settings import Settings

Id = Literal[
    "conversation",
    "handoff_open",
    "handoff_closed",
    "undelivered",
    "shared",
    "elsewhere",
    "staff_sessions",
    "audit",
    "tallies",
    "directory",
    "backups",
    "logs",
]
Whose = Literal["resident", "staff", "nobody"]

STAFF_SESSIONS = 1  # days after a session, try or link ended; they end after 12 hours at most, a link after 24


class Kept(Value):
    """A kind of thing, and after how many days it is erased; None when it is of nobody and stays.

    `text` is the key of the sentence that tells residents. What is not `ours` to erase (copies and logs that
    whoever runs this makes) is told all the same.
    """

    id: Id
    days: int | None
    text: str
    whose: Whose
    ours: bool = True


def retention_of(settings: Settings) -> tuple[Kept, ...]:
    """Return what is kept and how long, in the order in which a resident wants to read it."""
    days = settings.retention
    return (
        _kept("conversation", days.conversation),
        _kept("handoff_open", days.handoff_open),
        _kept("handoff_closed", days.handoff_closed),
        _kept("undelivered", days.undelivered),
        _kept("shared", days.shared),
        _kept("elsewhere", days.elsewhere),
        _kept("staff_sessions", STAFF_SESSIONS, "staff"),
        _kept("audit", days.audit, "staff"),
        _kept("tallies", None, "nobody"),
        _kept("directory", None, "nobody"),
        _kept("backups", days.backups, ours=False),
        _kept("logs", days.logs, ours=False),
    )


def over_at(days: int, now: datetime) -> datetime:
    """Return the moment up to which everything is over: `days` days before `now`, on the clock of `now`."""
    return now - timedelta(days=days)  # with a zone, this is the same time on the clock


def _kept(id: Id, days: int | None, whose: Whose = "resident", *, ours: bool = True) -> Kept:  # noqa: A002
    return Kept(id=id, days=days, text=f"kept_{id}", whose=whose, ours=ours)
