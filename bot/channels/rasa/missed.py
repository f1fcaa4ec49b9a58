"""What was said and has not reached a page, by the events of its conversation."""

from collections.abc import Sequence

from bot.events import Delivered, Event, Said


def undelivered(events: Sequence[Event]) -> tuple[Said, ...]:
    """Return what was said and is not sure to have arrived, oldest first."""
    arrived = {event.said for event in events if isinstance(event, Delivered)}
    return tuple(event for event in events if isinstance(event, Said) and event.id not in arrived)


def missed(events: Sequence[Event], seen: int | None) -> tuple[Said, ...]:
    """Return what a page must be sent: what did not arrive anywhere, and all since it was last looked after.

    The second may have arrived at a page of the same conversation that another process looks after.
    """
    waiting = {one.id for one in undelivered(events)}
    since = len(events) if seen is None else seen
    return tuple(one for at, one in enumerate(events) if isinstance(one, Said) and (at >= since or one.id in waiting))
