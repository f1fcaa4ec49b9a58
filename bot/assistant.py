"""The shell around a turn: read, think, write. What was said is sent from the store (channels/)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from bot.contact import NOBODY_WAITS, Queues
from bot.conversation import Conversation, after, replay
from bot.events import Event, Heard, Said
from bot.handover import NotAllowed, case_of
from bot.health import Health
from bot.inbox import Aside, mark_of
from bot.later import ring
from bot.messages import Incoming, Part, Reply
from bot.meter import Meter, NoMeter
from bot.minds import Minds
from bot.people_only import people_only_turn
from bot.ports import Clock, Conflict, EventStore, StoreAway
from bot.problems import name_of
from bot.set_aside import EndsTheProcess, aside, read_anew, replayed
from bot.tally import tallies
from bot.turn import Turn, take_turn

log = logging.getLogger("wegwijs")

_TRIES = 20  # of a turn that lost a race

Step = Callable[[Conversation, datetime], Sequence[Event]]
Farewell = Callable[[], Awaitable[None]]


class Taken(NamedTuple):
    """What came of a message: what is said in answer, and all of the conversation; nothing of it when it was erased."""

    said: tuple[Said, ...]
    events: tuple[Event, ...]


class Assistant:
    """Answers residents and carries out what staff do. Channels fetch or push what was said."""

    def __init__(self, store: EventStore, minds: Minds, clock: Clock, aside: Aside | None = None) -> None:
        self.store = store
        self.minds = minds
        self.clock = clock
        self.aside = aside or Aside()
        self.meter: Meter = NoMeter()
        self.health = Health(lambda: self.minds, clock.now)

    async def handle(self, incoming: Incoming, farewell: Farewell | None = None) -> tuple[Said, ...]:
        """Take a turn and return what is said in answer (see `taken`)."""
        return (await self.taken(incoming, farewell)).said

    async def taken(self, incoming: Incoming, farewell: Farewell | None = None) -> Taken:
        """Take a turn and return what came of it; the same message twice gives the same answer once.

        A message that cannot be taken, whatever goes wrong, is set aside: kept, answered with how to reach a
        person, and shown to who runs Wegwijs. `farewell` is what the channel still does before the conversation
        is erased, should it be. Raises StoreAway when it could not be kept; nothing was acknowledged then.
        """
        mark = mark_of(incoming.conversation, incoming.id)
        async with self.aside.over(mark) as may_be_taken:
            for _ in range(_TRIES):
                events = await self.store.read(incoming.conversation)
                if any(isinstance(event, Heard) and event.id == incoming.id for event in events):
                    answers = [one for one in _said_in(events) if one.answers == incoming.id]
                    return Taken(tuple(answers), events)
                try:
                    if not may_be_taken:
                        raise EndsTheProcess
                    turn = await self._take(incoming, events, farewell)
                    return Taken(_said_in(turn.events), () if turn.forget else (*events, *turn.events))
                except Conflict:
                    continue
                except StoreAway:
                    raise
                except Exception as problem:
                    if not self.health.broken and await self.health.look():
                        continue  # it is not this message: nothing can be read now
                    self.meter.aside(type(problem).__name__)
                    with suppress(Conflict):
                        found = await self._set_aside(incoming, events, problem)
                        return Taken(_said_in(found), (*events, *found))
        raise Conflict(incoming.conversation)

    async def _take(
        self, incoming: Incoming, events: Sequence[Event], farewell: Farewell | None = None, again: str | None = None
    ) -> Turn:
        conversation = replay(incoming.conversation, events)
        queues = await self.store.waiting() if conversation.expects == "consent" else NOBODY_WAITS
        with self.meter.turn(conversation.channel) as note:
            turn = await asyncio.to_thread(self._think, conversation, incoming, queues)
            note(turn.events)
        if again:
            turn = turn.model_copy(update={"events": read_anew(turn.events, again)})
        await self._keep(conversation, turn, farewell)
        return turn

    def _think(self, conversation: Conversation, incoming: Incoming, queues: Queues) -> Turn:
        """Return what happens on a message: phone and people only, while something that we think with is broken."""
        now, lines = self.clock.now(), self.health.lines
        if self.health.broken and lines:
            return people_only_turn(conversation, incoming, lines, self.minds.phrases, now)
        return take_turn(conversation, incoming, self.minds, now, queues)

    async def _set_aside(self, incoming: Incoming, events: tuple[Event, ...], problem: Exception) -> Sequence[Event]:
        """Keep a message that cannot be taken, and return what happened.

        Raises Conflict when somebody else added to the conversation first.
        """
        log.error("a message was set aside: %s", name_of(problem))
        then = replayed(incoming.conversation, events)
        found = aside(incoming, then, type(problem).__name__, self.minds.phrases, self.clock.now())
        try:
            await self._append(then or Conversation(id=incoming.conversation, version=len(events)), found)
        except (Conflict, StoreAway):
            raise
        except Exception:  # what is counted or shown of the conversation is what fails
            await self.store.append(incoming.conversation, found, after=len(events))
        return found

    async def take_again(self) -> bool:
        """Take a message anew that was set aside and must be tried again; tell whether there was one.

        Raises StoreAway.
        """
        stuck = await self.aside.inbox.take() if self.aside.inbox else None
        if stuck is None or stuck.conversation is None or self.aside.inbox is None:
            return False
        events = await self.store.read(stuck.conversation)
        kept = next((one for one in events if isinstance(one, Heard) and one.id == stuck.what), None)
        if kept is None:
            await self.aside.inbox.drop(stuck.id)
            return True
        number = mark_of(stuck.conversation, f"{stuck.what} {stuck.tries}")
        incoming = Incoming(id=number, conversation=stuck.conversation, text=kept.text, language=kept.page)
        async with self.aside.over(stuck.id):
            try:
                await self._take(incoming, events, again=stuck.what)
            except StoreAway:
                raise
            except Exception as problem:
                log.error("a message stays aside: %s", name_of(problem))
                await self.aside.inbox.fail(stuck.model_copy(update={"problem": type(problem).__name__}))
        return True

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
                if self.aside.inbox:
                    await self.aside.inbox.put_off(conversation, timer, self.clock.now(), type(problem).__name__)
        return rung

    async def conversation(self, conversation: str) -> Conversation:
        """Return a conversation as it stands."""
        return replay(conversation, await self.store.read(conversation))

    async def _keep(self, conversation: Conversation, turn: Turn, farewell: Farewell | None) -> None:
        if turn.forget:
            if farewell:
                await farewell()
            await self.store.forget(conversation.id)
        else:
            await self._append(conversation, turn.events)

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


def _said_in(events: Sequence[Event]) -> tuple[Said, ...]:
    return tuple(event for event in events if isinstance(event, Said))


def staff_reply(text: str, by: str, now: datetime, number: str, language: str) -> Said:
    """Return a colleague's sentence to a resident."""
    reply = Reply(parts=(Part(kind="text", text=text),), language=language, status="handoff")
    return Said(at=now, id=number, by=by, reply=reply)
