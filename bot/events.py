"""What can have happened in a conversation. A conversation is the list of these, and nothing more."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bot.messages import Reply, Value
from intents.model import Understanding
from referral.model import Ask, Location, Refer

Outcome = Literal["helped", "on_the_way", "referred_on", "declined", "not_reached", "wrong_address"]


class Happened(Value):
    """Something that happened at a moment (with time zone)."""

    at: datetime


class Heard(Happened):
    """A resident's message, masked, and how it was understood."""

    kind: Literal["heard"] = "heard"
    id: str
    text: str
    understanding: Understanding
    place: Location | None = None


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
    """What was said reached the resident's channel."""

    kind: Literal["delivered"] = "delivered"
    said: str


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
    """The conversation waits for a colleague of this organisation."""

    kind: Literal["handed_over"] = "handed_over"
    organisation: str
    urgent: bool = False


class Claimed(Happened):
    """A colleague took the conversation; from now on the bot keeps silent."""

    kind: Literal["claimed"] = "claimed"
    by: str


class Closed(Happened):
    """A colleague closed the case, with what came of it."""

    kind: Literal["closed"] = "closed"
    by: str
    outcome: Outcome
    note: str = ""


Event = Annotated[
    Heard | Decided | Said | Delivered | Consented | ContactGiven | HandedOver | Claimed | Closed,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
