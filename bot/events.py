"""What can have happened in a conversation. A conversation is the list of these, and nothing more."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bot.messages import Reply, Value
from intents.model import Understanding
from referral.model import Ask, Location, Refer

Timer = Literal["late", "unanswered", "follow_up"]
Result = Literal["helped", "on_the_way", "not_yet", "no_answer", "not_helped"]  # of a follow-up
Wrong = Literal["not_my_question", "unclear", "cannot_go"]  # what a resident says was wrong with an answer
Outcome = Literal[
    "helped", "on_the_way", "referred_on", "declined", "not_reached", "wrong_address", "duplicate", "other"
]


class Happened(Value):
    """Something that happened at a moment (with time zone)."""

    at: datetime


class ByStaff(Happened):
    """What a colleague did with a case. It counts once for the same `form` (see staff/once.py)."""

    by: str
    form: str | None = None


class Heard(Happened):
    """A resident's message, masked, and how it was understood. Urgent: staff who have the question see it first."""

    kind: Literal["heard"] = "heard"
    id: str
    text: str
    understanding: Understanding
    place: Location | None = None
    urgent: bool = False
    page: str | None = Field(default=None, description="the language that was chosen for the page")
    stumbled: str | None = Field(default=None, description="the kind of problem for which it was set aside, not read")
    again: str | None = Field(default=None, description="the message that was set aside and is read anew here")


class Decided(Happened):
    """The next step that the rules gave, on which day and with which version of the directory.

    A referral has a number (`receipt`) by which the resident and staff can speak of it.
    """

    kind: Literal["decided"] = "decided"
    decision: Ask | Refer
    on: date
    directory: str
    receipt: str | None = None


class Said(Happened):
    """What was said to the resident, by the bot or by a colleague; `answers` is the message it answers."""

    kind: Literal["said"] = "said"
    id: str
    by: str = "bot"
    reply: Reply
    answers: str | None = None


class Delivered(Happened):
    """What was said reached the resident's channel, which knows the messages by these numbers of its own."""

    kind: Literal["delivered"] = "delivered"
    said: str
    numbers: tuple[str, ...] = ()


class Consented(Happened):
    """The resident agreed that this organisation's staff read the conversation."""

    kind: Literal["consented"] = "consented"
    organisation: str


class ContactGiven(Happened):
    """How staff may reach the resident: by name, and phone, e-mail or only in this chat."""

    kind: Literal["contact_given"] = "contact_given"
    name: str | None = None
    reach: str | None = None


class HandedOver(Happened):
    """The conversation waits for a colleague of this organisation, who probably answers from `promised` on.

    From `late_at` on the resident waits too long, and hears so.
    """

    kind: Literal["handed_over"] = "handed_over"
    organisation: str
    urgent: bool = False
    promised: datetime | None = None
    late_at: datetime | None = None


class Withdrawn(Happened):
    """The resident took the question back before a colleague held it."""

    kind: Literal["withdrawn"] = "withdrawn"


class Claimed(ByStaff):
    """A colleague took the conversation; from now on the bot keeps silent."""

    kind: Literal["claimed"] = "claimed"


class Assigned(ByStaff):
    """A colleague gave the conversation to a colleague of the same team, who holds it from now on."""

    kind: Literal["assigned"] = "assigned"
    to: str


class Released(ByStaff):
    """The conversation was put back in the queue; from `late_at` on the resident hears that it takes long."""

    kind: Literal["released"] = "released"
    late_at: datetime | None = None


class Passed(ByStaff):
    """The conversation waits for another organisation from now on, and the resident said that these may read it.

    `misroute` tells that it should not have come to the first one; `rule` is the row that sent it there.
    """

    kind: Literal["passed"] = "passed"
    organisation: str
    reason: str
    misroute: bool = False
    rule: str | None = None
    promised: datetime | None = None
    late_at: datetime | None = None


class Noted(ByStaff):
    """A colleague wrote something down for the team; the resident never sees it."""

    kind: Literal["noted"] = "noted"
    text: str


class ReminderSet(ByStaff):
    """A colleague wants to look at the case again at this moment; it takes the place of an earlier reminder."""

    kind: Literal["reminder_set"] = "reminder_set"
    at_time: datetime
    what: str = ""


class ReminderDone(ByStaff):
    """The reminder is no longer needed."""

    kind: Literal["reminder_done"] = "reminder_done"


class Corrected(ByStaff):
    """A colleague put right what was understood. What is None was right; of the facts only these change.

    `urgent` is what the rules make of corrected signals. `heard` is the message that was misunderstood, where
    it was one; it may only be learned from when the resident agreed to that (`may_learn`).
    """

    kind: Literal["corrected"] = "corrected"
    themes: tuple[str, ...] | None = None
    signals: tuple[str, ...] | None = None
    facts: Mapping[str, str] | None = None
    urgent: bool = False
    heard: str | None = None
    may_learn: bool = False


class Reopened(ByStaff):
    """A colleague took up a closed case again, and holds it from now on."""

    kind: Literal["reopened"] = "reopened"
    reason: str


class Closed(ByStaff):
    """A colleague closed the case, with what came of it."""

    kind: Literal["closed"] = "closed"
    outcome: Outcome
    note: str = ""


class FollowUpAgreed(Happened):
    """The resident agreed to be asked whether it worked out, for the first time at this moment."""

    kind: Literal["follow_up_agreed"] = "follow_up_agreed"
    first: datetime


class FollowUpDeclined(Happened):
    """The resident wants no message that they did not ask for."""

    kind: Literal["follow_up_declined"] = "follow_up_declined"


class Rang(Happened):
    """A timer went off; `again` is when the next one does, if any. Silent: nothing was said, it was not the moment."""

    kind: Literal["rang"] = "rang"
    timer: Timer
    again: datetime | None = None
    silent: bool = False


class Followed(Happened):
    """What the resident told about how it went with the organisation they were pointed to."""

    kind: Literal["followed"] = "followed"
    organisation: str
    themes: tuple[str, ...]
    result: Result


class Rated(Happened):
    """Whether the answer `said` was useful to the resident, and if not, what was wrong; a later one takes its place."""

    kind: Literal["rated"] = "rated"
    said: str
    organisation: str
    themes: tuple[str, ...]
    useful: bool
    wrong: Wrong | None = None

    @property
    def verdict(self) -> str:
        """In one word: yes, no, or what was wrong."""
        return "yes" if self.useful else self.wrong or "no"


Event = Annotated[
    Heard
    | Decided
    | Said
    | Delivered
    | Consented
    | ContactGiven
    | HandedOver
    | Withdrawn
    | Claimed
    | Assigned
    | Released
    | Passed
    | Noted
    | ReminderSet
    | ReminderDone
    | Corrected
    | Closed
    | Reopened
    | FollowUpAgreed
    | FollowUpDeclined
    | Rang
    | Followed
    | Rated,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
