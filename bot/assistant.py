"""The shell around a turn: read, think, write. What was said is sent from the store (channels/)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.contact import NOBODY_WAITS
from bot.conversation import Conversation, after, replay
from bot.events import Event, Said
from bot.handover import NotAllowed, case_of
from bot.later import ring
from bot.messages import Incoming, Part, Reply
from bot.minds import Minds
from bot.ports import Clock, Conflict, EventStore, StoreAway
from bot.tally import tallies
from bot.turn import Turn, take_turn

log = logging.getLogger("wegwijs")

_TRIES = 20  # of a turn that lost a race

Step = Callable[[Conversation, datetime], Sequence[Event]]
Farewell = Callable[[], Awaitable[None]]


class Assistant:
    """Answers residents and carries out what staff do. Channels fetch or push what was said."""

    def __init__(self, store: EventStore, minds: Minds, clock: Clock) -> None:
        self.store = store
        self.minds = minds
        self.clock = clock

    async def handle(self, incoming: Incoming, farewell: Farewell | None = None) -> tuple[Said, ...]:
        """Take a turn and return what is said in answer; the same message twice gives the same answer once.

        `farewell` is what the channel still does before the conversation is erased, should it be.
        Raises StoreAway when it could not be kept; nothing was acknowledged then.
        """
        for _ in range(_TRIES):
            events = await self.store.read(incoming.conversation)
            conversation = replay(incoming.conversation, events)
            if incoming.id in conversation.heard:
                return tuple(event for event in events if isinstance(event, Said) and event.answers == incoming.id)
            queues = await self.store.waiting() if conversation.expects == "consent" else NOBODY_WAITS
            turn = await asyncio.to_thread(take_turn, conversation, incoming, self.minds, self.clock.now(), queues)
            try:
                return await self._keep(conversation, turn, farewell)
            except Conflict:
                continue
        raise Conflict(incoming.conversation)

    async def act(self, conversation: str, step: Step) -> Conversation:
        """Carry out what a colleague does, on the conversation as it stands; raise NotAllowed when it may not be."""
        for _ in range(_TRIES):
            now = replay(conversation, await self.store.read(conversation))
            events = step(now, self.clock.now())
            try:
                return await self._append(now, events)
            except Conflict:
                continue
        raise NotAllowed("Iemand anders werkte net aan deze vraag. Probeer het nog eens.")

    async def ring_due(self) -> int:
        """Let every timer go off that is due, and return how many did; one that cannot holds up no other.

        Raises StoreAway.
        """
        rung = 0
        for conversation, timer in await self.store.due(self.clock.now()):
            try:
                await self.act(conversation, lambda then, now, timer=timer: ring(then, timer, self.minds, now))  # type: ignore[misc]
                rung += 1
            except StoreAway:
                raise
            except Exception as problem:  # such as an organisation that is no longer in the guide
                log.warning("a timer did not go off: %s", type(problem).__name__)
        return rung

    async def conversation(self, conversation: str) -> Conversation:
        """Return a conversation as it stands."""
        return replay(conversation, await self.store.read(conversation))

    async def _keep(self, conversation: Conversation, turn: Turn, farewell: Farewell | None) -> tuple[Said, ...]:
        if turn.forget:
            if farewell:
                await farewell()
            await self.store.forget(conversation.id)
        else:
            await self._append(conversation, turn.events)
        return tuple(event for event in turn.events if isinstance(event, Said))

    async def _append(self, conversation: Conversation, events: Sequence[Event]) -> Conversation:
        then = conversation
        for event in events:
            then = after(then, event)
        if events:
            was_closed = conversation.state == then.state == "closed"  # what is said later is not of that case
            case = None if was_closed else case_of(then)
            timers = then.timers if then.timers != conversation.timers else None
            await self.store.append(
                conversation.id,
                events,
                after=conversation.version,
                case=case,
                timers=timers,
                tallies=tallies(conversation, events),
            )
        return then


def staff_reply(text: str, by: str, now: datetime, number: str, language: str) -> Said:
    """Return a colleague's sentence to a resident."""
    reply = Reply(parts=(Part(kind="text", text=text),), language=language, status="handoff")
    return Said(at=now, id=number, by=by, reply=reply)
