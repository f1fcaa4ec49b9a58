"""What is known of a question, each with where it came from: a message, a button, a colleague."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.conversation import Conversation, after
from bot.events import Corrected, Event, Heard
from bot.messages import Value, read_payload
from bot.staff import words
from bot.staff.words import Dutch

_SHOWN = 60  # characters of a message
Item = tuple[str, str]  # kind and name, such as ("fact", "age")


class Known(Value):
    """One thing that is known. `by` is the colleague who put it right, None when nobody did."""

    label: str
    value: str
    source: str
    by: str | None = None


class Origin(Value):
    """Where something came from: the words for it, and the colleague who put it right."""

    words: str
    by: str | None = None


def known(events: Sequence[Event], now: datetime, dutch: Dutch) -> tuple[Known, ...]:
    """Return themes, signals and facts as they are now, each with its origin."""
    then = Conversation(id="")
    origins: dict[Item, tuple[str, Origin]] = {}
    for event in events:
        before, then = then, after(then, event)
        if isinstance(event, Heard | Corrected):
            origins = dict(_kept(origins, before, then, origin(event, now)))
    return tuple(_known(item, value, where, dutch) for item, (value, where) in origins.items())


def origin(event: Heard | Corrected, now: datetime) -> Origin:
    """Return where what this event told came from."""
    at = words.moment(event.at, now)
    if isinstance(event, Corrected):
        return Origin(words=f"Gecorrigeerd door {event.by}, {at}", by=event.by)
    if read_payload(event.text):
        return Origin(words=f"Gekozen met een knop, {at}")
    text = event.text if len(event.text) <= _SHOWN else f"{event.text[:_SHOWN].rstrip()}…"
    return Origin(words=f"Uit het bericht “{text}”, {at}")


def _kept(
    origins: dict[Item, tuple[str, Origin]], before: Conversation, then: Conversation, new: Origin
) -> Iterator[tuple[Item, tuple[str, Origin]]]:
    told = dict(_items(before))
    for item, value in _items(then):
        same = told.get(item) == value and item in origins
        yield item, origins[item] if same else (value, new)


def _items(then: Conversation) -> Iterator[tuple[Item, str]]:
    yield from ((("theme", theme), theme) for theme in then.themes)
    yield from ((("signal", signal), signal) for signal in then.alarms or then.signals)
    yield from ((("fact", fact), value) for fact, value in then.facts.items())


def _known(item: Item, value: str, where: Origin, dutch: Dutch) -> Known:
    match item:
        case ("theme", theme):
            label, shown = "Onderwerp", dutch.theme(theme)
        case ("signal", signal):
            label, shown = "Gevaar", words.SIGNALS.get(signal, signal).capitalize()
        case (_, fact):
            label, shown = dutch.fact(fact, value)
    return Known(label=label, value=shown, source=where.words, by=where.by)
