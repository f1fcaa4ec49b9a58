"""Lays what people agreed on over the directory's files, in this process, and lets proposals become changes.

The guide is replaced whole: a turn that began with the old one ends with it. Every process looks each few seconds
whether another one made a change.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property

from bot.assistant import Assistant
from bot.directory import Change, DirectoryStore, Overtaken, Proposal
from bot.handover import NotAllowed
from bot.minds import with_guide
from bot.ports import StoreAway
from referral.load import DATA, read_texts
from referral.model import Fault
from referral.overlaid import guide_over, new_faults, raw_entry, standing_after
from referral.overlay import Edit, Overlay, Raw, began_as, named
from referral.plan import plan_ahead

log = logging.getLogger("wegwijs")

LOOK = 15.0  # seconds between two looks at what another process changed
_PROVENANCE = ("source", "source_date", "checked_on")
_MOVED = "Dit contact is intussen veranderd. Wijs het voorstel af en geef de verandering opnieuw door."
_CHOOSE_FIRST = "De bestanden van de gids zeggen iets anders over dit contact. Kies eerst wat klopt."
_OVERTAKEN = "Iemand anders besliste net over de gids. Kijk opnieuw hoe het er nu staat."


class Unsound(NotAllowed):
    """With this change the directory would have faults."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("Met deze verandering klopt de gids niet meer.")
        self.faults = faults


class Upkeep:
    """The directory of this process: the files, and what was decided over them."""

    def __init__(self, assistant: Assistant, store: DirectoryStore, files: Mapping[str, str] | None = None) -> None:
        self._assistant = assistant
        self._given = files
        self._lock = asyncio.Lock()
        self._overlay: Overlay | None = None
        self.store = store
        self.changes: tuple[Change, ...] = ()
        self.waiting: tuple[Proposal, ...] = ()  # as they were at the last look

    @cached_property
    def _files(self) -> Mapping[str, str]:
        return read_texts(DATA) if self._given is None else self._given

    @property
    def overlay(self) -> Overlay:
        """The texts of the directory as it is now, and how what was decided stands against the files."""
        return self._overlay or Overlay(self._files, ())

    # ---------------------------------------------------------------- keeping up

    async def refresh(self) -> None:
        """Take over what was changed since the last look, by whatever process. Raises StoreAway."""
        async with self._lock:
            self.waiting = await self.store.proposals(only_open=True)
            if await self.store.version() != len(self.changes):
                await self._take_over(await self.store.changes())

    async def _take_over(self, changes: tuple[Change, ...]) -> None:
        today = self._assistant.clock.now().date()
        guide, overlay = await asyncio.to_thread(guide_over, self._files, edits_of(changes))
        await asyncio.to_thread(plan_ahead, guide, today)  # what a first resident would wait for
        self._assistant.minds = with_guide(self._assistant.minds, guide)
        self.changes, self._overlay = changes, overlay

    async def watch(self, stop: asyncio.Event, every: float = LOOK) -> None:
        """Keep up with the other processes until we stop."""
        while not stop.is_set():
            try:
                await self.refresh()
            except StoreAway:
                pass  # it keeps what it has, and looks again
            except Exception:
                log.exception("the directory could not be taken over")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every)

    # ---------------------------------------------------------------- looking

    def entry(self, organisation: str) -> Raw | None:
        """Return an organisation as it stands now, None when there is none."""
        return raw_entry(self.overlay.texts, organisation)

    def current(self, edit: Edit) -> Raw | None:
        """Return the entry of an edit as it stands now, None when it is not there."""
        entry = self.entry(edit.organisation)
        if edit.contact is None or entry is None:
            return entry
        names = [named(state) for state in (edit.before, edit.after) if state is not None]
        return next((one for one in entry.get("contacts", ()) if named(one) in names), None)

    async def check(self, edit: Edit) -> None:
        """Raise Unsound when `wegwijs check` or `wegwijs prove` would find a fault with this edit.

        Raises NotAllowed when the files say something else about the same entry, and nobody chose yet.
        """
        today = self._assistant.clock.now().date()
        edits = edits_of(self.changes)
        standing = await asyncio.to_thread(standing_after, self._files, edits, edit)
        if standing.state == "conflict":
            raise NotAllowed(_CHOOSE_FIRST)
        if faults := await asyncio.to_thread(new_faults, self._files, edits, edit, today):
            raise Unsound(faults)

    def on_top(self, edit: Edit) -> Edit:
        """Return an edit as one of the entry as it stands now. Raises NotAllowed when what it changes is not there."""
        now = self.current(edit)
        gone = now is None and edit.before is not None
        if gone or any((now or {}).get(name) != (edit.before or {}).get(name) for name in _told(edit)):
            raise NotAllowed(_MOVED)
        if now is None or edit.before is None or edit.after is None:
            return edit
        wanted = {name: edit.after.get(name) for name in edit.fields}
        after = {name: value for name, value in {**now, **wanted}.items() if value is not None}
        contact = None if edit.contact is None else began_as(edits_of(self.changes), edit.organisation, now)
        return Edit(organisation=edit.organisation, contact=contact, before=now, after=after)

    # ---------------------------------------------------------------- changing

    async def change(self, change: Change, decided: Proposal | None = None) -> None:
        """Make a change and take it over here. Raises NotAllowed, or Unsound, when it cannot be made."""
        await self.refresh()
        edit = self.on_top(change.edit) if change.kind == "accepted" else change.edit
        await self.check(edit)
        version = len(self.changes) + 1
        try:
            await self.store.change(change.model_copy(update={"version": version, "edit": edit}), decided)
        except Overtaken as late:
            raise NotAllowed(_OVERTAKEN) from late
        finally:
            await self.refresh()

    async def decide(self, proposal: Proposal) -> None:
        """Keep that a proposal was declined or withdrawn. Raises NotAllowed when it was decided already."""
        try:
            await self.store.decide(proposal)
        except Overtaken as late:
            raise NotAllowed(_OVERTAKEN) from late
        finally:
            await self.refresh()

    async def propose(self, proposal: Proposal) -> None:
        """Keep a proposal. Raises Unsound when it could not be accepted as it is."""
        await self.check(proposal.edit)
        await self.store.propose(proposal)
        await self.refresh()


def edits_of(changes: tuple[Change, ...]) -> tuple[Edit, ...]:
    """Return the edits of the changes, in order."""
    return tuple(change.edit for change in changes)


def _told(edit: Edit) -> tuple[str, ...]:
    """Return the fields of an edit that are more than where it was seen and when."""
    return tuple(name for name in edit.fields if name not in _PROVENANCE)
