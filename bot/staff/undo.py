"""Carries out what staff did a few seconds later, so that they can take it back; also after a restart."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.assistant import Assistant
from bot.handover import NotAllowed, Staff
from bot.ports import StoreAway
from bot.problems import name_of
from bot.staff.undoable import carry_out, check, pending_id
from bot.undo import Pending, Pendings, Undoable

log = logging.getLogger("wegwijs")

GRACE = timedelta(seconds=10)
_LOOK = 5.0  # seconds between two looks at what another process left
_SHORTEST = 0.05
_FAULT = "Er ging iets mis. Probeer het nog eens."


class Undoing:
    """Takes what staff do, and carries it out when `grace` is over; at once when there is none."""

    def __init__(self, assistant: Assistant, pendings: Pendings, grace: timedelta = GRACE) -> None:
        self._assistant = assistant
        self._grace = grace
        self._new = asyncio.Event()
        self.pendings = pendings

    async def do(self, what: Undoable, conversation: str, staff: Staff, form: Mapping[str, str]) -> bool:
        """Do it, and tell whether it can still be taken back. Raises NotAllowed when it could not be done now."""
        now = self._assistant.clock.now()
        kept = {name: value for name, value in form.items() if name != "csrf"}
        pending = Pending(
            id=pending_id(what, staff.name, form),
            conversation=conversation,
            by=staff,
            what=what,
            form=kept,
            made=now,
            due=now + self._grace,
        )
        if not self._grace:
            await carry_out(self._assistant, pending)
            return False
        await check(self._assistant, pending)
        await self.pendings.put(pending)
        self._new.set()
        return True

    async def run_due(self) -> int:
        """Carry out all that is due, and return how much that was. Raises StoreAway."""
        done = 0
        while pending := await self.pendings.start(self._assistant.clock.now()):
            await self._carry_out(pending)
            done += 1
        return done

    async def _carry_out(self, pending: Pending) -> None:
        """Carry out one; what cannot be done stays with the reason, so that its text is not lost."""
        try:
            await carry_out(self._assistant, pending)
        except NotAllowed as no:
            await self.pendings.fail(pending.id, str(no))
        except StoreAway:
            raise
        except Exception as problem:
            log.warning("%s was not carried out: %s", pending.what, type(problem).__name__)
            await self.pendings.fail(pending.id, _FAULT)
        else:
            await self.pendings.finish(pending.id)

    async def run(self, stop: asyncio.Event) -> None:
        """Carry out what is due, until we stop; what is not due then is carried out after the next start."""
        while not stop.is_set():
            try:
                await self.run_due()
            except StoreAway:
                pass  # what was started is started again later
            except Exception as problem:  # one that cannot be read must not keep the others
                log.error("something that staff did was not carried out: %s", name_of(problem))
            await self._rest(stop)

    async def _rest(self, stop: asyncio.Event) -> None:
        """Wait until the next one is due, a new one came, or we stop."""
        self._new.clear()
        waits = [asyncio.create_task(self._new.wait()), asyncio.create_task(stop.wait())]
        try:
            await asyncio.wait(waits, timeout=await self._until_next(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _until_next(self) -> float:
        try:
            due = await self.pendings.next_due()
        except Exception:  # the database is away, or whatever it is: look again in a moment
            return _LOOK
        left = (due - self._assistant.clock.now()).total_seconds() if due else _LOOK
        return min(max(left, _SHORTEST), _LOOK)
