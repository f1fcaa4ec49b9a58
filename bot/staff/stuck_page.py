"""What stands still at Wegwijs itself, in words: which kind of thing, since when, why. No content, no conversation."""

from datetime import datetime

from bot.inbox import Stuck, StuckKind
from bot.messages import Value
from bot.staff.words import moment

_WHAT: dict[StuckKind, str] = {
    "message": "Bericht van een bewoner",
    "update": "Bericht dat niet te lezen is",
    "timer": "Bericht op een afgesproken moment",
    "reply": "Antwoord aan een bewoner",
}
_WHY: dict[StuckKind, str] = {
    "message": "Wegwijs kon dit bericht niet lezen. Het is bewaard. De bewoner weet hoe iemand te bereiken is.",
    "update": "Er staat geen tekst in die wij herkennen, of het gesprek is niet te openen.",
    "timer": "Wegwijs kon dit bericht niet maken.",
    "reply": "Het lukte te lang niet om dit antwoord te brengen.",
}
_PROBLEMS = {
    "EndsTheProcess": "Wegwijs viel steeds uit door dit bericht. Het is bewaard.",
    "Forbidden": "De bewoner heeft de bot geblokkeerd.",
    "BadRequest": "Het kanaal weigert dit antwoord.",
    "arrived": "Het antwoord kwam aan, maar dat kon niet worden genoteerd. Nog eens proberen stuurt het twee keer.",
}
_CHANNELS = {"telegram": "Telegram", "web": "Website", "rest": "REST", "socketio": "Socket.IO"}


class StuckRow(Value):
    """One line of the page."""

    id: str
    what: str
    channel: str
    since: str
    tries: int
    why: str
    detail: str
    again: bool
    can_try: bool


def stuck_row(one: Stuck, now: datetime) -> StuckRow:
    """Return something that stands still in words."""
    problem, _, detail = one.problem.partition(":")
    return StuckRow(
        id=one.id,
        what=_WHAT[one.kind],
        channel=_CHANNELS.get(one.channel, one.channel),
        since=moment(one.at, now),
        tries=one.tries,
        why=_PROBLEMS.get(problem, _WHY[one.kind]),
        detail=detail or problem,
        again=one.again,
        can_try=one.kind != "update",
    )
