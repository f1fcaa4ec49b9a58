"""What travels between a channel and the assistant: Incoming in, Reply out."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Status = Literal["ask", "clarify", "refer", "handoff", "chat"]


class Value(BaseModel):
    """A value that never changes; a change is a new value."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _printable(name: str) -> str:
    """Let no name through that a database would stumble over. Raises ValueError."""
    if (
        not name
        or len(name) > LONGEST_NAME
        or any(ord(sign) < ord(" ") or "\ud800" <= sign <= "\udfff" for sign in name)
    ):
        raise ValueError(f"a name has 1 to {LONGEST_NAME} signs, none of them unprintable")
    return name


LONGEST_NAME = 500  # signs
Name = Annotated[str, AfterValidator(_printable)]


class Incoming(Value):
    """What a resident typed or chose. `id` is the channel's own number of the message, so that it counts once."""

    id: Name
    conversation: Name = Field(description="channel:number, such as telegram:42")
    text: str
    language: str | None = Field(default=None, description="of the page; counts until something was said in one")


class Choice(Value):
    """A button. `payload` comes back as the text of the message when it is chosen (at most 64 bytes)."""

    title: str
    payload: str


class Way(Value):
    """One way to reach somebody, as a resident sees it. `href` is what a tap opens (tel:, https:)."""

    label: str
    value: str
    href: str | None = None
    hours: str | None = None


class Part(Value):
    """One piece of a reply. A channel may give each kind its own look; `plain` is the same in words."""

    kind: Literal["notice", "danger", "text", "referral", "question"]
    text: str
    title: str | None = None
    ways: tuple[Way, ...] = ()

    @property
    def plain(self) -> str:
        """The whole part as plain text, one way a line."""
        head = [self.title] if self.title else []
        return "\n".join([*head, self.text, *map(_line_of, self.ways)]).strip()


class Reply(Value):
    """What the bot or a colleague says. `expects` names what the next message will probably answer."""

    parts: tuple[Part, ...]
    choices: tuple[Choice, ...] = ()
    language: str = "nl"
    status: Status = "chat"
    expects: str | None = None
    say_first: tuple[str, ...] = ()
    referrals: tuple[str, ...] = ()
    wijk: str | None = None
    receipt: str | None = None
    themes: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """The whole reply as plain text, parts a blank line apart."""
        return "\n\n".join(part.plain for part in self.parts)


def _line_of(way: Way) -> str:
    hours = f" ({way.hours})" if way.hours else ""
    return f"{way.label}: {way.value}{hours}"


# A chosen button comes back as /name or /name{"fact": "value"}: the form in which Rasa's clients send them.
_PAYLOAD = re.compile(r"/([a-z_]+)\s*(\{.*\})?\s*", re.DOTALL)


def payload(name: str, **values: str) -> str:
    """Return the text that a button sends."""
    return f"/{name}" + (json.dumps(values, ensure_ascii=False, separators=(",", ":")) if values else "")


def read_payload(text: str) -> tuple[str, Mapping[str, str]] | None:
    """Return the name and values of a chosen button, or None when the text is no payload."""
    if not (match := _PAYLOAD.fullmatch(text)):
        return None
    try:
        values = json.loads(match[2]) if match[2] else {}
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(value, str) for value in values.values()):
        return None
    return match[1], values
