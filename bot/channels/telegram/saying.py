"""A reply to what Telegram takes: plain text in pieces, and buttons."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from bot.events import Event, Said
from bot.messages import Choice, Reply
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

LONGEST = 4096  # of a message, counted in UTF-16 units as Telegram counts offsets; never too much
_MOST_DATA = 64  # bytes of a button's data


def pieces(text: str) -> Iterator[str]:
    """Return a text in pieces that fit in a message, cut at line ends, else at a space, else anywhere."""
    rest = text.strip()
    while _length(rest) > LONGEST:
        head = _head(rest)
        cut = next((at for sign in ("\n", " ") if (at := head.rfind(sign)) > 0), len(head))
        yield head[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _head(text: str) -> str:
    """Return the longest beginning that fits, and one sign more where that is a space or a line end."""
    head = text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
    return head + text[len(head)] if text[len(head)].isspace() else head


def keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    """Return the choices as buttons, one a row."""
    rows = [[InlineKeyboardButton(one.title, callback_data=data_of(one))] for one in reply.choices]
    return InlineKeyboardMarkup(rows) if rows else None


def data_of(choice: Choice) -> str:
    """Return the payload, or a short key in its place when Telegram would not take it."""
    if len(choice.payload.encode()) <= _MOST_DATA:
        return choice.payload
    return "#" + sha256(choice.payload.encode()).hexdigest()[:32]


def payload_of(data: str, events: Iterable[Event]) -> str:
    """Return what a button of this conversation means; what no button says comes back as it is."""
    choices = (choice for event in events if isinstance(event, Said) for choice in event.reply.choices)
    return next((choice.payload for choice in choices if data_of(choice) == data), data)
