"""Whether the bot can think: it understands a plain sentence, and the directory names somebody for it.

When it cannot, turns are phone and people only (people_only.py) until it can again.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from itertools import count

from bot.minds import Minds
from bot.people_only import Lines, lines_of
from bot.problems import name_of
from referral.decide import decide
from referral.model import PLACE, UNKNOWN, Refer, Situation

log = logging.getLogger("wegwijs")

_SENTENCE = "ik heb {} schulden"  # another each time: what was read before is remembered
_COUNT = count(2)
_PATIENCE = 60.0  # seconds that a look may take, also on a busy machine that just starts, before it counts as broken
_AT_MOST = 2.0  # seconds that who only asks waits for it


class Health:
    """What is broken of understanding and directory, at the last look."""

    def __init__(self, minds: Callable[[], Minds], now: Callable[[], datetime]) -> None:
        self._minds = minds
        self._now = now
        self._looking: asyncio.Future[frozenset[str]] | None = None
        self.broken: frozenset[str] = frozenset()
        self.lines: Lines | None = None  # as they were when the directory was whole

    async def glance(self) -> frozenset[str]:
        """Look, and return what is broken; what was found last when that takes too long for who asks."""
        looking = asyncio.ensure_future(self.look())
        await asyncio.wait({looking}, timeout=_AT_MOST)
        return self.broken

    async def look(self) -> frozenset[str]:
        """Look, and return what is broken; while an earlier look does not end, understanding is."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(asyncio.to_thread(self._find))
        try:
            broken = await asyncio.wait_for(asyncio.shield(self._looking), _PATIENCE)
        except TimeoutError:
            broken = frozenset({"understanding"})
        if broken != self.broken:
            log.warning("broken: %s", ", ".join(sorted(broken)) or "nothing any more")
        self.broken = broken
        return broken

    def _find(self) -> frozenset[str]:
        minds = self._minds()
        parts = {"understanding": lambda: _understands(minds), "directory": lambda: self._refers(minds)}
        return frozenset(part for part, works in parts.items() if not _does(works))

    def _refers(self, minds: Minds) -> bool:
        now = self._now()
        unknown = {name: UNKNOWN for name in minds.guide.facts if name != PLACE}
        situation = Situation(themes=(next(iter(minds.guide.themes)),), facts=unknown)
        decision = decide(situation, minds.guide, on=now.date())
        lines = lines_of(minds, now)
        works = isinstance(decision, Refer) and bool(decision.referrals) and bool(lines.help) and bool(lines.desks)
        if works or self.lines is None:
            self.lines = lines
        return works


def _understands(minds: Minds) -> bool:
    return bool(minds.understand(_SENTENCE.format(next(_COUNT)), None, None).ranking)


def _does(works: Callable[[], bool]) -> bool:
    try:
        return works()
    except Exception as problem:
        log.error("health: %s", name_of(problem))
        return False
