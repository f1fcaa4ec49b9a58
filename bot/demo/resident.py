"""How an invented resident talks: tells a question, answers what is asked, and wants a person or only an answer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from bot.demo.script import Script
from bot.demo.world import World, awake
from bot.messages import Reply, payload, read_payload
from referral.model import PLACE, UNKNOWN

Wants = Literal["person", "answer", "follow_up"]
_MOST_ANSWERS = 12
_RESULTS = ("helped", "helped", "on_the_way", "on_the_way", "not_yet", "no_answer", "not_helped")
_IS_SAFE = payload("safe", here="yes")
_HUMAN = payload("human")
_ASKED_AGAIN = timedelta(days=7, hours=20)  # when the question whether it worked out has come


@dataclass
class Resident:
    """One invented resident with one question."""

    conversation: str
    script: Script
    at: datetime
    wants: Wants
    place: str
    chance: Random
    name: str | None = None
    reach: str | None = None
    impatient: bool = False  # asks for a person at the first question
    said: int = field(default=0)

    async def says(self, text: str, world: World) -> Reply | None:
        """Say something and return the answer."""
        reply = await world.say(self.conversation, self.said, text, self.script.language)
        self.said += 1
        return reply

    async def talks(self, world: World) -> AsyncIterator[datetime]:
        """Tell the question and answer what is asked; give each time the moment of what comes next."""
        reply = await self.says(self.script.says, world)
        done: set[str] = set()
        for _ in range(_MOST_ANSWERS):
            text = self._answer(reply, done) if reply else None
            if text is None or text in done:
                break
            done.add(text)
            yield world.clock.now() + timedelta(seconds=self.chance.randint(8, 140))
            reply = await self.says(text, world)

    async def tells_later(self, world: World) -> AsyncIterator[datetime]:
        """Tell, when asked a week later, how it went."""
        yield awake(world.clock.now() + _ASKED_AGAIN, self.chance)
        if (await world.known(self.conversation)).asked_after:
            await self.says(payload("result", **{"is": self.chance.choice(_RESULTS)}), world)

    def _answer(self, reply: Reply, done: set[str]) -> str | None:
        """Return what is said to a reply, None when all was said."""
        offered = [choice.payload for choice in reply.choices]
        if _IS_SAFE in offered and _IS_SAFE not in done:
            return _IS_SAFE
        match reply.expects:
            case _ if self.impatient and reply.status in ("ask", "clarify") and _HUMAN not in done:
                return _HUMAN
            case "theme":
                return payload("theme", theme=self.script.theme)
            case "consent":
                return payload("affirm")
            case "name":
                return self.name or payload("skip")
            case "reach":
                return self.reach or payload("chat_only")
            case "wijk":
                return self.chance.choice([one for one in offered if _names_wijk(one)] or [self.place])
            case _ if reply.expects == PLACE:
                return self.place
            case str(fact) if reply.status == "ask":
                return payload("inform", **{fact: self.script.facts.get(fact, UNKNOWN)})
            case _:
                return self._wish(reply, offered)

    def _wish(self, reply: Reply, offered: list[str]) -> str | None:
        if reply.status == "clarify":
            return payload("theme", theme=self.script.theme)
        if reply.status != "refer":
            return None
        wishes = {"person": ("contact", "human"), "follow_up": ("follow_up",), "answer": ()}[self.wants]
        return next((payload(one) for one in wishes if payload(one) in offered), None)


def _names_wijk(sent: str) -> bool:
    read = read_payload(sent)
    return read is not None and read[0] == "inform" and "wijk" in read[1] and read[1]["wijk"] != UNKNOWN
