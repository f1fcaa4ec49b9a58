"""Once a day, in one process, what was kept long enough is erased."""

import asyncio
import logging

from bot.assistant import Assistant
from bot.channels.loops import again_and_again, unless
from bot.kept import Kept
from bot.settings import Settings
from bot.staff.audit import Audit
from bot.stores.retention import Sweep
from bot.stores.sql import SqlStore

log = logging.getLogger("wegwijs")

_TASK = "retention"
_DAY = 86_400.0
_LOOK = 60.0  # seconds between two looks whether it is ours to do, and after a failure
_LONGEST_REST = 3600.0


async def sweep_daily(assistant: Assistant, kept: Kept, settings: Settings, stop: asyncio.Event) -> None:
    """Erase what is over at the start and then each day, until we stop; a store in memory keeps nothing long."""
    store = assistant.store
    if not isinstance(store, SqlStore):
        return
    audit = Audit(kept.accounts.trail, assistant.clock, part="retention")
    sweep = Sweep(store, audit.prune, settings.retention)

    async def step() -> None:
        if not await store.holds(_TASK):
            await unless(stop, asyncio.sleep(_LOOK))
            return
        gone = await sweep.run(assistant.clock.now())
        log.info("retention: %s", {kind: number for kind, number in gone.items() if number})
        await unless(stop, asyncio.sleep(_DAY))

    await again_and_again(step, stop, lambda _problem, failures: min(_LOOK * failures, _LONGEST_REST))
