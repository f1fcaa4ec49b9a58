"""How invented staff work at a case: take it, put right what was misread, answer, pass it on, close it."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

from bot.conversation import Conversation
from bot.demo.resident import Resident
from bot.demo.script import Colleague
from bot.demo.world import World, at_work, awake
from bot.events import Heard
from bot.handover import Staff
from bot.messages import payload, read_payload
from bot.staff import actions
from bot.staff.correcting import correct
from bot.turn import MOST_THEMES

Moments = AsyncIterator[datetime]

# How often each happens, of all cases.
_WITHDRAWN, _RELEASED, _ASSIGNED, _PASSED, _SLOW = 0.04, 0.05, 0.08, 0.05, 0.15
_MISROUTED = 0.5  # of what is passed on
_CORRECTED, _MAY_LEARN = 0.8, 0.6  # of what was misread; of what was put right
_COMPLETED = 0.1  # of what was not told
_TOLD_LATER = {"age", "children_at_home", "education"}
_NOTED, _REMINDED, _DONE, _WRITES_BACK, _REOPENED = 0.4, 0.25, 0.6, 0.8, 0.04
_NAMES = re.compile(r",? \{name\}")


class Work:
    """The work at one case, by whoever has it."""

    def __init__(self, world: World, resident: Resident) -> None:
        self.world = world
        self.resident = resident
        self.chance = resident.chance
        self.id = resident.conversation

    async def goes(self) -> Moments:
        """Work at the case from when it was handed over; give each time the moment of what comes next."""
        if self.chance.random() < _WITHDRAWN:
            yield self.world.clock.now() + timedelta(minutes=self.chance.randint(5, 60))
            await self.resident.says(payload("withdraw"), self.world)
            return
        async for moment in self._taken():
            yield moment
        if await self._holder() is None:
            return
        async for moment in self._passed_on():
            yield moment
        if (staff := await self._holder()) is None:
            return
        await self._put_right(staff)
        for part in (self._talked(staff), self._remembered(staff), self._closed(staff)):
            async for moment in part:
                yield moment

    # ---------------------------------------------------------------- who has it

    async def _holder(self) -> Staff | None:
        known = await self._known()
        found = next((one for one in self.world.people.staff if one.name == known.owner), None)
        return _staff(found) if found else None

    async def _known(self) -> Conversation:
        return await self.world.known(self.id)

    async def _taken(self) -> Moments:
        """Let somebody of the team take it; sometimes it goes back, or to a colleague."""
        known = await self._known()
        team = self.world.at_the_desk(known.organisation)
        if not team:
            return
        yield at_work(self.world.clock.now() + self._until_taken(urgent=known.urgent), self.chance)
        if (await self._known()).state != "waiting":
            return
        staff = _staff(self.chance.choice(team))
        await self._does(staff, "claim")
        await actions.claim(self.world.assistant, self.id, staff)
        others = [one for one in team if one.name != staff.name]
        draw = self.chance.random()
        if others and draw < _ASSIGNED:
            await self.world.note(staff, "case.assign", self.id, others[0].name)
            names = [one.name for one in others]
            await actions.assign(self.world.assistant, self.id, staff, {"to": others[0].name}, names)
        elif draw > 1 - _RELEASED:
            yield at_work(self.world.clock.now() + timedelta(minutes=self.chance.randint(10, 90)), self.chance)
            await self._does(staff, "release")
            await actions.release(self.world.assistant, self.id, staff)
            yield at_work(self.world.clock.now() + timedelta(hours=self.chance.uniform(0.5, 5)), self.chance)
            again = _staff(self.chance.choice(others or team))
            await self._does(again, "claim")
            await actions.claim(self.world.assistant, self.id, again)

    def _until_taken(self, *, urgent: bool) -> timedelta:
        if urgent:
            return timedelta(minutes=self.chance.randint(3, 45))
        hours = self.chance.expovariate(1 / (30 if self.chance.random() < _SLOW else 3))
        return timedelta(hours=min(hours, 120))

    async def _passed_on(self) -> Moments:
        """Pass it on to the team where it belongs, who take it in turn."""
        known, staff = await self._known(), await self._holder()
        to = self._belongs(known)
        if staff is None or to is None:
            return
        yield at_work(self.world.clock.now() + timedelta(minutes=self.chance.randint(15, 200)), self.chance)
        misroute = to == self.resident.script.belongs or self.chance.random() < _MISROUTED
        reason = self.chance.choice(self.world.people.reasons["misroute" if misroute else "other"])
        form = {"organisation": to, "reason": reason, "agreed": "yes", **({"misroute": "yes"} if misroute else {})}
        await self.world.do("pass", self.id, staff, form, self.chance)
        async for moment in self._taken():
            yield moment

    def _belongs(self, known: Conversation) -> str | None:
        city = (known.organisation or "").partition("-")[0]
        there = self.resident.script.belongs
        if there and there != known.organisation and there.startswith(city):
            return there
        if self.chance.random() >= _PASSED:
            return None
        teams = {one.team for one in self.world.people.staff if one.team.startswith(f"{city}-")}
        others = sorted(teams - {known.organisation or ""})
        return self.chance.choice(others) if others else None

    # ---------------------------------------------------------------- what they do

    async def _does(self, staff: Staff, action: str) -> None:
        await self.world.note(staff, "case.view", self.id)
        await self.world.note(staff, f"case.{action}", self.id)

    async def _put_right(self, staff: Staff) -> None:
        """Set the theme that it is about when another was read, else a fact that was not told."""
        known, script = await self._known(), self.resident.script
        theme_right = known.themes[:1] == (script.theme,)
        missed = [one for one, value in script.facts.items() if known.facts.get(one) != value and one in _TOLD_LATER]
        if (theme_right and not missed) or self.chance.random() >= (_COMPLETED if theme_right else _CORRECTED):
            return
        events = await self.world.store.read(self.id)
        typed = [one.id for one in events if isinstance(one, Heard) and not read_payload(one.text)]
        await self._does(staff, "correct")
        themes = known.themes[:MOST_THEMES] if theme_right else (script.theme,)
        form = {
            **{f"theme{place}": one for place, one in enumerate(themes, 1)},
            "fact": f"{missed[0]}={script.facts[missed[0]]}" if theme_right else "",
            "themes_before": " ".join(known.themes[:MOST_THEMES]),
            "signals_before": " ".join(known.alarms),
            **{f"signal-{signal}": "yes" for signal in known.alarms},
            "heard": typed[0] if typed else "",
            **({"may_learn": "yes"} if self.chance.random() < _MAY_LEARN else {}),
        }
        await correct(self.world.assistant, self.id, staff, form)

    async def _talked(self, staff: Staff) -> Moments:
        """Write to the resident, who mostly writes back; and note something down."""
        lines = list(self._lines())
        for number, (line, answers) in enumerate(lines):
            yield at_work(self.world.clock.now() + timedelta(minutes=self.chance.randint(4, 150)), self.chance)
            await self.world.do("answer", self.id, staff, {"text": line}, self.chance)
            if number == 0 and self.chance.random() < _NOTED:
                await self._does(staff, "note")
                text = self.resident.script.note or self.chance.choice(self.world.people.notes)
                await actions.note(self.world.assistant, self.id, staff, {"text": text})
            if self.chance.random() >= _WRITES_BACK:
                return
            yield awake(self.world.clock.now() + timedelta(hours=self.chance.expovariate(1 / 5)), self.chance)
            for answer in answers:
                await self.resident.says(answer, self.world)

    def _lines(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Give each sentence of the colleague with what the resident writes back."""
        name, script = self.resident.name, self.resident.script
        for number, line in enumerate(script.staff):
            last = number + 1 == len(script.staff)
            filled = line.replace("{name}", name) if name else _NAMES.sub("", line)
            yield filled, script.then[number:] if last else script.then[number : number + 1]

    async def _remembered(self, staff: Staff) -> Moments:
        """Set a reminder, and mostly do what it says."""
        if self.chance.random() >= _REMINDED:
            return
        day = at_work(self.world.clock.now() + timedelta(days=self.chance.randint(1, 9)), self.chance)
        await self._does(staff, "remind")
        form = {"day": day.date().isoformat(), "what": self.chance.choice(self.world.people.reminders)}
        await actions.remind(self.world.assistant, self.id, staff, form)
        if self.chance.random() < _DONE:
            yield at_work(day.replace(hour=10), self.chance)
            await self._does(staff, "reminded")
            await actions.reminded(self.world.assistant, self.id, staff)

    async def _closed(self, staff: Staff) -> Moments:
        """Close it, with what came of it; now and then it comes back."""
        yield at_work(self.world.clock.now() + timedelta(days=self.chance.expovariate(1 / 4)), self.chance)
        await self.world.do("close", self.id, staff, {"outcome": await self._outcome()}, self.chance)
        if self.chance.random() >= _REOPENED:
            return
        yield at_work(self.world.clock.now() + timedelta(days=self.chance.uniform(1, 4)), self.chance)
        await self._does(staff, "reopen")
        reason = self.chance.choice(self.world.people.reopened)
        await actions.reopen(self.world.assistant, self.id, staff, {"reason": reason})
        yield at_work(self.world.clock.now() + timedelta(days=self.chance.uniform(1, 4)), self.chance)
        await self.world.do("close", self.id, staff, {"outcome": "helped"}, self.chance)

    async def _outcome(self) -> str:
        """Choose what came of it; who wrote back was reached."""
        reached = (await self._known()).last_from == "resident"
        ways = {
            one: weight for one, weight in self.world.people.outcomes.items() if not reached or one != "not_reached"
        }
        return self.chance.choices(list(ways), list(ways.values()))[0]


def _staff(one: Colleague) -> Staff:
    return Staff(name=one.name, team=one.team, role=one.role)
