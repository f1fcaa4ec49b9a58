"""Counts the passwords tried for a name, so that nobody can go on guessing."""

import unicodedata
from datetime import datetime, timedelta

MOST = 5
WITHIN = timedelta(minutes=15)
_NAMES = 10_000


class Tries:
    """The tries of the last quarter of an hour, by name; names that do not exist count as well.

    They are kept in this process: a restart forgets them, and each of several processes counts its own.
    Beyond ten thousand names the oldest is forgotten, so that inventing names cannot fill the memory.
    """

    def __init__(self) -> None:
        self._tries: dict[str, tuple[datetime, ...]] = {}

    def wait(self, name: str, now: datetime) -> timedelta | None:
        """Return how long to wait before a next try, None when it may be now."""
        recent = self._recent(name, now)
        return recent[-MOST] + WITHIN - now if len(recent) >= MOST else None

    def note(self, name: str, now: datetime) -> None:
        """Count a try."""
        recent = self._recent(name, now)
        self._tries.pop(_key(name), None)
        if len(self._tries) >= _NAMES:
            del self._tries[next(iter(self._tries))]
        self._tries[_key(name)] = (*recent, now)

    def forgive(self, name: str) -> None:
        """Forget the tries of a name: the last one was right."""
        self._tries.pop(_key(name), None)

    def _recent(self, name: str, now: datetime) -> tuple[datetime, ...]:
        return tuple(at for at in self._tries.get(_key(name), ()) if now - at < WITHIN)


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name[:100]).casefold().strip()
