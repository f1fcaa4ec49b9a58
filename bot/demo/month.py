"""Lets invented people live a month: each does what comes next at its moment, while the clock is moved along."""

import heapq
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from bot.demo.colleague import Work
from bot.demo.resident import Resident, Wants
from bot.demo.script import People, Script
from bot.demo.world import World
from referral.hours import HERE

_DUTCH_OFTENER = 2  # times
_ALSO_WITHOUT_PERSON = 0.7  # of the cases, as many more who only want an answer
_FOLLOWED_UP = 0.4  # of those
_NAMED, _MAILED, _PHONED = 0.85, 0.3, 0.75  # who tells a name; below these a mail address, else a phone, else neither
_TELEGRAM = 0.3
_IMPATIENT = 0.06
_DAYS = (13, 12, 12, 11, 10, 6, 5)  # how busy it is, from Monday
_HOURS = (0, 0, 0, 0, 0, 0, 0, 2, 5, 9, 10, 9, 7, 8, 8, 8, 7, 6, 6, 8, 9, 7, 4, 1)
_TICK = timedelta(minutes=30)


def residents(
    scripts: Sequence[Script], people: People, seed: int, cases: int, start: datetime, until: datetime
) -> list[Resident]:
    """Return who writes in this stretch of time, the same ones for the same seed."""
    chance = Random(seed)  # noqa: S311 -- invented people, no secrets
    often = [one for one in scripts for _ in range(_DUTCH_OFTENER if one.language == "nl" else 1)]
    wishes: list[Wants] = ["person"] * cases
    for _ in range(int(cases * _ALSO_WITHOUT_PERSON)):
        wishes.append("follow_up" if chance.random() < _FOLLOWED_UP else "answer")
    chance.shuffle(wishes)
    found: list[Resident] = []
    pile: list[Script] = []
    for number, wants in enumerate(wishes):
        pile = pile or chance.sample(often, len(often))
        found.append(_resident(number, pile.pop(), wants, people, seed, start, until))
    return found


def _resident(
    number: int, script: Script, wants: Wants, people: People, seed: int, start: datetime, until: datetime
) -> Resident:
    chance = Random(f"{seed}-{number}")  # noqa: S311
    name = chance.choice(people.names[script.language]) if chance.random() < _NAMED else None
    secret = f"{chance.getrandbits(128):032x}"
    telegram = chance.random() < _TELEGRAM
    draw = chance.random()
    return Resident(
        conversation=f"telegram:demo-{secret[:12]}" if telegram else f"web:{secret}",
        script=script,
        at=_moment(start, until, chance),
        wants=wants,
        place=chance.choice(people.places),
        chance=chance,
        name=name,
        reach=f"bewoner{number}@example.org" if draw < _MAILED else "06 12345678" if draw < _PHONED else None,
        impatient=wants == "person" and chance.random() < _IMPATIENT,
    )


def _moment(start: datetime, until: datetime, chance: Random) -> datetime:
    """Return a moment at which people write, on a day that is as busy as it is."""
    days = [(start + timedelta(days=ahead)).astimezone(HERE) for ahead in range((until - start).days + 1)]
    while True:
        day = chance.choices(days, [_DAYS[one.weekday()] for one in days])[0]
        hour = chance.choices(range(24), _HOURS)[0]
        moment = day.replace(hour=hour, minute=chance.randint(0, 59), second=chance.randint(0, 59), microsecond=0)
        if start <= moment < until:
            return moment


async def live(
    world: World, everybody: Sequence[Resident], until: datetime, progress: Callable[[float, str], None]
) -> None:
    """Let everybody do what they do until this moment; what would come later does not happen."""
    start = world.clock.at
    steps: list[tuple[datetime, int, AsyncIterator[datetime]]] = [(start, -1, _ticks(world))]
    steps += [(one.at, number, _life(world, one)) for number, one in enumerate(everybody)]
    heapq.heapify(steps)
    while steps:
        moment, number, life = heapq.heappop(steps)
        if moment >= until:
            break
        world.clock.at = max(moment, world.clock.at)
        progress((moment - start) / (until - start), "Een maand verzinnen")
        if (following := await anext(life, None)) is not None:
            heapq.heappush(steps, (following, number, life))
    world.clock.at = until
    await world.tick()


async def _ticks(world: World) -> AsyncIterator[datetime]:
    while True:
        await world.tick()
        yield world.clock.now() + _TICK


async def _life(world: World, resident: Resident) -> AsyncIterator[datetime]:
    async for moment in resident.talks(world):
        yield moment
    known = await world.known(resident.conversation)
    if known.state == "waiting":
        async for moment in Work(world, resident).goes():
            yield moment
    elif resident.wants == "follow_up":
        async for moment in resident.tells_later(world):
            yield moment
