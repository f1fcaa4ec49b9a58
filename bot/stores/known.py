"""Kept values are read as far as this version knows them.

While a newer version starts beside this one, it may write fields that are not known here. They are passed by: events
are never written again, and a case is made anew from its events.
"""

from typing import TypeVar

from bot.events import EVENT, Event
from bot.messages import Value

V = TypeVar("V", bound=Value)


def known(kind: type[V], body: str) -> V:
    """Return a value out of its JSON. Raises ValueError when what is known of it does not fit."""
    return kind.model_validate_json(body, extra="ignore")


def known_event(body: str) -> Event:
    """Return an event of any kind out of its JSON. Raises ValueError."""
    return EVENT.validate_json(body, extra="ignore")
