"""What comes in over HTTP, made sure of before anything is done with it: who asks, from where, how much."""

import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl
from uuid import uuid4

from fastapi import Request

from bot.channels.web.origins import Origins, is_elsewhere
from bot.messages import Value

COOKIE = "wegwijs"
MOST_BYTES = 300_000
_TOKEN = re.compile(r"[0-9a-f]{32}")  # 128 bits
_NUMBER = re.compile(r"[0-9A-Za-z-]{8,64}")


class Refused(Exception):
    """A request that is turned away; `key` names the sentence that says why."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


class Message(Value):
    """What the form of the page sends: a text or a choice, under the page's own number."""

    id: str
    text: str
    language: str | None
    start: str | None
    municipality: str | None = None
    after: int = 0


def check_origin(request: Request, origins: Origins) -> None:
    """Raise Refused when another website sent this, unless it is a listed one that holds the key itself."""
    if is_elsewhere(request) and not (origins.allow(request) and bearer_of(request)):
        raise Refused(403, "refused")


async def read_form(request: Request) -> Message:
    """Return what the form sent; raise Refused when it is too much."""
    form = await read_fields(request)
    number = form.get("id", "")
    message = Message(
        id=number if _NUMBER.fullmatch(number) else str(uuid4()),
        text=form.get("choice") or form.get("message", ""),
        language=form.get("taal"),
        start=form.get("start"),
        municipality=form.get("gemeente"),
        after=_whole(form.get("after")),
    )
    request.state.message = message
    return message


async def read_fields(request: Request) -> Mapping[str, str]:
    """Return the fields of a form; raise Refused when it is too much."""
    return dict(parse_qsl((await _body(request)).decode("latin-1"), keep_blank_values=True, errors="replace"))


def bearer_of(request: Request) -> str | None:
    """Return the token that the chat on another site holds; where there is one, no cookie counts."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" and _TOKEN.fullmatch(token) else None


def conversation_of(request: Request) -> str | None:
    """Return the conversation of this browser, None before its first message."""
    token = bearer_of(request) or request.cookies.get(COOKIE, "")
    return f"web:{token}" if _TOKEN.fullmatch(token) else None


def new_token() -> str:
    """Return the secret number of a conversation that has yet to begin."""
    return secrets.token_hex(16)


def is_token(text: str) -> bool:
    """Tell whether this can be a secret number that we gave."""
    return _TOKEN.fullmatch(text) is not None


def token_for(message: Message) -> str:
    """Return the token of a first message: the one its page was given.

    So a first message that is sent twice begins one conversation.
    """
    start = message.start or ""
    return start if _TOKEN.fullmatch(start) else new_token()


def events_seen(request: Request) -> int:
    """Return how many events of the conversation a listener has already."""
    return _whole(request.headers.get("last-event-id") or request.query_params.get("na"))


async def _body(request: Request) -> bytes:
    if _whole(request.headers.get("content-length")) > MOST_BYTES:
        raise Refused(413, "too_long")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refused(413, "too_long")
    return bytes(body)


def _whole(digits: str | None) -> int:
    return int(digits) if digits and re.fullmatch(r"[0-9]{1,9}", digits) else 0
