"""What must be true after all the dying, seen from outside: over HTTP, at Telegram, at a webhook, and stored."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from sqlalchemy import func, select

from bot.channels.telegram.saying import pieces
from bot.conversation import replay
from bot.events import Event, HandedOver, Heard, Noted, Said
from bot.queue import TABS
from bot.stores.sql import SqlStore
from bot.stores.tables.conversations import EVENTS, PENDING
from bot.stores.tables.sending import DELIVERIES, OUTBOX
from tests.crash.people import LATER, TEAM, until_answered
from tests.crash.sockets import missing
from tests.crash.world import World

_SETTLED = 90  # seconds in which all that is under way must have arrived
_ASKED_AGAIN = 12  # conversations that are asked at the end whether anybody is there


@dataclass
class Proof:
    """What was found. Every list in `wrong` must be empty."""

    figures: dict[str, object] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def table(self) -> str:
        """Return the figures, a line each."""
        return "\n".join(f"{name:<58} {value}" for name, value in self.figures.items())


async def prove(world: World) -> Proof:
    """Return what came of everything that everybody said."""
    store, proof = world.store(), Proof()
    try:
        await _settle(world, store)
        kept = await _all_events(store)
        _messages(world, kept, proof)
        _replies(world, kept, proof)
        await _pages(world, kept, proof)
        await _handoffs(world, store, kept, proof)
        await _sockets(world, kept, proof)
        _answers(world, kept, proof)
        _notes(world, kept, proof)
        await _nobody_is_stuck(world, store, kept, proof)
    finally:
        await store.close()
    proof.figures |= {
        "kills": sum(world.kills.values()),
        **{f"  {_WHEN[moment]}": number for moment, number in sorted(world.kills.items())},
        "messages sent by residents": len(world.ledger.told),
        "requests and updates, with those sent again": f"{world.ledger.sent} ({world.ledger.again} again)",
        "acknowledged": sum(told.acknowledged for told in world.ledger.told),
        **proof.figures,
        "start of the process, median": f"{sorted(world.served.starts)[len(world.served.starts) // 2]:.1f} s",
    }
    return proof


_WHEN = {
    "any": "at any moment",
    "message": "within 0.12 s of a message coming in",
    "answer": "after the commit, in place of the answer",
    "sent": "after Telegram took a reply, before we knew",
}


async def _settle(world: World, store: SqlStore) -> None:
    """Wait until nothing is under way any more."""
    async with asyncio.timeout(_SETTLED):
        while world.api.queue or await _under_way(store):  # noqa: ASYNC110 -- in another process
            await asyncio.sleep(0.25)


async def _under_way(store: SqlStore) -> int:
    queries = (
        select(func.count()).select_from(OUTBOX).where(OUTBOX.c.dead.is_(False)),
        select(func.count()).select_from(DELIVERIES).where(DELIVERIES.c.standing == "waiting"),
        select(func.count()).select_from(PENDING).where(PENDING.c.problem.is_(None)),
    )
    async with store.engines.reading() as connection:
        return sum([await connection.scalar(query) or 0 for query in queries])


async def _all_events(store: SqlStore) -> Mapping[str, tuple[Event, ...]]:
    async with store.engines.reading() as connection:
        names = (await connection.scalars(select(EVENTS.c.conversation).distinct())).all()
    return {name: await store.read(name) for name in names}


def _messages(world: World, kept: Mapping[str, tuple[Event, ...]], proof: Proof) -> None:
    """Every acknowledged message is there once, and answered unless a colleague held the conversation."""
    for told in world.ledger.told:
        events = kept.get(told.conversation, ())
        heard = [number for number, event in enumerate(events) if isinstance(event, Heard) and event.id == told.id]
        if told.acknowledged and not heard:
            proof.wrong["lost"].append(told.id)
        if len(heard) > 1:
            proof.wrong["doubled"].append(told.id)
        answered = any(isinstance(event, Said) and event.answers == told.id for event in events)
        if heard and not answered and not replay(told.conversation, events[: heard[0]]).held_by_staff:
            proof.wrong["not answered"].append(told.id)
    known = Counter(told.conversation for told in world.ledger.told)
    for name, events in kept.items():
        if sum(isinstance(event, Heard) for event in events) > known[name]:
            proof.wrong["doubled"].append(name)
    proof.figures["acknowledged messages lost"] = len(proof.wrong["lost"])
    proof.figures["messages kept twice"] = len(proof.wrong["doubled"])
    proof.figures["messages without an answer"] = len(proof.wrong["not answered"])
    proof.figures["conversations with a message set aside"] = len(_aside(kept))


def _aside(kept: Mapping[str, tuple[Event, ...]]) -> set[str]:
    """Return the conversations with a message that several processes died of, or so it seemed."""
    return {name for name, events in kept.items() if any(isinstance(one, Heard) and one.stumbled for one in events)}


def _replies(world: World, kept: Mapping[str, tuple[Event, ...]], proof: Proof) -> None:
    """Every reply of a Telegram conversation arrived at least once; how often twice is only counted."""
    wanted = Counter(
        (int(name.removeprefix("telegram:")), piece)
        for name, events in kept.items()
        if name.startswith("telegram:")
        for event in events
        if isinstance(event, Said)
        for piece in pieces(event.reply.plain)
    )
    arrived = Counter((message["chat"]["id"], message["text"]) for message in world.api.messages)
    proof.wrong["replies that did not arrive"] += [f"{chat}" for (chat, _), _ in (wanted - arrived).items()]
    proof.figures["replies over Telegram"] = wanted.total()
    proof.figures["  that did not arrive"] = (wanted - arrived).total()
    proof.figures["  that arrived twice (the documented window)"] = (arrived - wanted).total()


async def _pages(world: World, kept: Mapping[str, tuple[Event, ...]], proof: Proof) -> None:
    """Every resident of the web chat sees their own words once on their page, and every answer of a colleague once."""
    async with httpx.AsyncClient(base_url=world.line.url, trust_env=False, timeout=20) as client:
        for name in sorted({told.conversation for told in world.ledger.told if told.conversation.startswith("web:")}):
            token = name.removeprefix("web:")
            path = "/widget" if token in world.ledger.widgets else "/"
            page = (await client.get(path, params={"taal": "nl"}, headers=world.ledger.key(token))).text
            words = [
                one.word for one in world.ledger.told if one.conversation == name and one.word and one.acknowledged
            ]
            for word in words:
                if page.count(word) != 1:
                    proof.wrong["not once on the page"].append(f"{name} {word}: {page.count(word)}")
    for name, numbers in world.ledger.heard.items():
        if [int(one) for one in numbers] != sorted({int(one) for one in numbers}):
            proof.wrong["told twice over SSE"].append(name)
    proof.figures["messages not once on the resident's page"] = len(proof.wrong["not once on the page"])


async def _handoffs(world: World, store: SqlStore, kept: Mapping[str, tuple[Event, ...]], proof: Proof) -> None:
    """Every handoff is in one queue once, and was told elsewhere under one number."""
    handed = {name for name, events in kept.items() if any(isinstance(one, HandedOver) for one in events)}
    twice = [name for name in handed if sum(isinstance(one, HandedOver) for one in kept[name]) > 1]
    asked = {told.conversation for told in world.ledger.told if told.text == "/affirm" and told.acknowledged}
    meant = asked - _aside(kept)  # who was told that a message was not understood, and whom to call, is not handed over
    cases = [case for name in handed if (case := await store.case(name))]
    numbers = {case.number for case in cases}
    seen: Counter[str] = Counter()
    for team in sorted({case.organisation for case in cases}):  # others while only people can help
        colleague = await world.colleague_of(team)
        for tab in TABS:
            seen.update(await colleague.cases(tab))
    proof.wrong["handed over twice"] += twice
    proof.wrong["not handed over"] += sorted(meant - handed)
    proof.wrong["not in one queue"] += [
        f"{number}: {seen[number]} times" for number in sorted(numbers | set(seen)) if seen[number] != 1
    ]
    proof.wrong["not told elsewhere"] += sorted(number for number in numbers if world.ears.cases[number] != 1)
    proof.figures["handoffs"] = len(handed)
    proof.figures["  to another than the usual team"] = sum(case.organisation != TEAM for case in cases)
    proof.figures["  that are not in exactly one queue once"] = len(proof.wrong["not in one queue"])
    proof.figures["webhooks"] = len(world.ears.told)
    proof.figures["  of a handoff that was not told, or under two numbers"] = len(proof.wrong["not told elsewhere"])
    proof.figures["  that came twice under the same number"] = sum(n - 1 for n in world.ears.told.values())


def _answers(world: World, kept: Mapping[str, tuple[Event, ...]], proof: Proof) -> None:
    """Every answer of a colleague that was taken was said once."""
    said = Counter(
        event.reply.plain.rpartition(" ")[2]
        for events in kept.values()
        for event in events
        if isinstance(event, Said) and event.by != "bot"
    )
    proof.wrong["answers of colleagues"] += [
        f"{word}: {said[word]} times" for word in world.ledger.answers if said[word] != 1
    ]
    proof.wrong["answers of colleagues"] += [word for word, times in said.items() if times > 1]
    proof.figures["answers of colleagues that were taken"] = len(world.ledger.answers)
    proof.figures["  not said exactly once"] = len(proof.wrong["answers of colleagues"])


def _notes(world: World, kept: Mapping[str, tuple[Event, ...]], proof: Proof) -> None:
    """Every note of a colleague that was taken stands there once, also of a double click."""
    stands = Counter(
        event.text.rpartition(" ")[2] for events in kept.values() for event in events if isinstance(event, Noted)
    )
    proof.wrong["notes of colleagues"] += [word for word in world.ledger.notes if stands[word] != 1]
    proof.wrong["notes of colleagues"] += [word for word, times in stands.items() if times > 1]
    proof.figures["notes of colleagues that were taken"] = len(world.ledger.notes)
    proof.figures["  not there exactly once"] = len(proof.wrong["notes of colleagues"])


async def _sockets(world: World, kept: Mapping[str, tuple[Event, ...]], proof: Proof) -> None:
    """Every reply over Socket.IO arrived at least once, at the latest when the conversation is opened again."""
    not_there = proof.wrong["replies over Socket.IO that did not arrive"]
    for name in sorted(one for one in kept if one.startswith("socketio:")):
        not_there += await missing(world.line.url, name, kept[name], world.ledger.uttered[name])
    told = [one for one in world.ledger.told if one.conversation.startswith("socketio:")]
    proof.figures["messages over Socket.IO that got their reply"] = sum(one.acknowledged for one in told)
    proof.figures["  of which there were"] = len(told)
    proof.figures["texts over Socket.IO that did not arrive"] = len(not_there)


async def _nobody_is_stuck(world: World, store: SqlStore, kept: Mapping[str, tuple[Event, ...]], proof: Proof) -> None:
    """Who says something once more in an old conversation is heard, and answered by the bot or read by a colleague."""
    rest = sorted(name for name in kept if name.startswith(("rest:", "web:")))
    some = world.ledger.random.sample(rest, min(len(rest), _ASKED_AGAIN))
    async with httpx.AsyncClient(base_url=world.line.url, trust_env=False, timeout=20) as client:
        for name in some:
            channel, _, key = name.partition(":")
            number = uuid4().hex
            if channel == "rest":
                body = {"sender": key, "message": "is daar iemand", "message_id": number}
                await until_answered(lambda body=body: client.post("/webhooks/rest/webhook", json=body), world.ledger)  # type: ignore[misc]
            else:
                headers = {"origin": world.line.url, "accept": "application/json", **world.ledger.key(key)}
                form = {"id": number, "message": "is daar iemand"}
                await until_answered(
                    lambda form=form, headers=headers: client.post("/chat", data=form, headers=headers),  # type: ignore[misc]
                    world.ledger,
                )
            events = await store.read(name)
            last = replay(name, events)
            if not isinstance(events[-1], Said) and not last.held_by_staff:
                proof.wrong["stuck"].append(name)
    for chat in sorted({int(name.removeprefix("telegram:")) for name in kept if name.startswith("telegram:")})[:4]:
        before = len(world.api.said(chat))
        update = await world.api.types("is daar iemand", chat=chat)
        held = replay(f"telegram:{chat}", kept[f"telegram:{chat}"]).held_by_staff
        await world.api.until(
            lambda u=update, c=chat, b=before, h=held: u not in world.api.queue and (h or len(world.api.said(c)) > b),  # type: ignore[misc]
            60,
        )
        await asyncio.sleep(LATER)
    proof.figures["conversations that were stuck"] = len(proof.wrong["stuck"])
