"""A reply as Rasa's channels say it: texts, buttons, and `custom` for machines."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field

from bot.messages import Choice, Reply, Status

_BLANK_LINES = re.compile(r"\n\s*\n")

Message = dict[str, Any]


class Details(BaseModel):
    """What a machine may want to know of a reply."""

    status: Status
    ask: str | None = Field(description="the fact that is asked, when status is ask")
    choices: list[Choice]
    say_first: list[str]
    referrals: list[str]
    wijk: str | None = Field(description="its name")
    themes: list[str]
    signals: list[str]


class Custom(BaseModel):
    """The `custom` of the last message."""

    wegwijs: Details


def texts(reply: Reply) -> Iterator[str]:
    """Return a reply as Rasa sends it: a message for each part, and a new one at each blank line."""
    for part in reply.parts:
        yield from filter(None, map(str.strip, _BLANK_LINES.split(part.plain)))


def extras(reply: Reply) -> Message:
    """Return what the last message carries besides its text: the buttons, and `custom` for machines."""
    buttons = [choice.model_dump() for choice in reply.choices]
    return {**({"buttons": buttons} if buttons else {}), "custom": custom(reply)}


def custom(reply: Reply) -> Mapping[str, object]:
    """Return what a machine may want to know of a reply."""
    details = Details(
        status=reply.status,
        ask=reply.expects if reply.status == "ask" else None,
        choices=list(reply.choices),
        say_first=list(reply.say_first),
        referrals=list(reply.referrals),
        wijk=reply.wijk,
        themes=list(reply.themes),
        signals=list(reply.signals),
    )
    return Custom(wegwijs=details).model_dump()


def uttered(reply: Reply) -> Iterator[Message]:
    """Return a reply as messages of Rasa's Socket.IO channel: the texts, the buttons with the last, and `custom`."""
    *first, last = texts(reply)
    yield from ({"text": text} for text in first)
    replies = [{"content_type": "text", **choice.model_dump()} for choice in reply.choices]
    yield {"text": last, "quick_replies": replies} if replies else {"text": last}
    yield {"custom": extras(reply)["custom"]}
