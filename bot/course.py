"""What the figures need to remember of a conversation: since when a question stands, and what was counted of it."""

from datetime import datetime

from bot.casework import Casework
from bot.events import Closed, Decided, Event, HandedOver, Heard, Passed, Rang, Reopened, Said, Withdrawn
from bot.messages import Value, read_payload
from referral.model import Refer

MOST_CLARIFIED = 3  # clarifying questions without a theme: it was not understood


class Course(Value):
    """How the question at hand goes, and how staff take it up."""

    asked_at: datetime | None = None  # the first message of the question
    counted: bool = False  # as a question
    clarified: int = 0  # how often was asked what it is about
    ended: bool = False  # with an organisation, a handover or nothing
    came_at: datetime | None = None  # to the team that has it
    promise_ends: datetime | None = None  # from then on it is broken; None when it is settled
    contacted: bool = False  # by that team


def on_course(now: Casework, course: Course, event: Event) -> Course:
    """Return how it goes after one more event; `now` is the conversation before it."""
    match event:
        case Heard():
            return _heard(now, course, event)
        case Said(by="bot"):
            return _said(course, event)
        case Said() if course.came_at:
            return course.model_copy(update={"contacted": True, "promise_ends": None})
        case Decided(decision=Refer()) if now.themes:
            return course.model_copy(update={"ended": True, "asked_at": course.asked_at or event.at})
        case HandedOver() | Passed():
            return _came(course, event)
        case Closed() | Withdrawn() | Reopened():
            return course.model_copy(update={"contacted": True, "promise_ends": None})
        case Rang(timer="late"):
            return course.model_copy(update={"promise_ends": None})
        case _:
            return course


def _heard(now: Casework, course: Course, event: Heard) -> Course:
    told = event.understanding
    is_new = course.ended and bool(told.themes) and now.state not in ("waiting", "staff")
    base = _afresh(course) if is_new or told.act == "restart" else course
    about = bool(told.themes or told.signals) or (told.act is None and read_payload(event.text) is None)
    asked_at = base.asked_at or (event.at if about else None)
    return base.model_copy(update={"asked_at": asked_at, "counted": base.counted or bool(told.themes)})


def _afresh(course: Course) -> Course:
    """Return what staff still have to do with the question before."""
    return Course(came_at=course.came_at, promise_ends=course.promise_ends, contacted=course.contacted)


def _said(course: Course, event: Said) -> Course:
    if event.reply.status != "clarify" or course.asked_at is None or course.ended:
        return course
    clarified = course.clarified + 1
    counted = course.counted or clarified >= MOST_CLARIFIED
    return course.model_copy(update={"clarified": clarified, "counted": counted})


def _came(course: Course, event: HandedOver | Passed) -> Course:
    return course.model_copy(
        update={
            "asked_at": course.asked_at or event.at,
            "counted": True,
            "ended": True,
            "came_at": event.at,
            "promise_ends": event.late_at,
            "contacted": False,
        }
    )
