"""Fills a fresh database with a month of invented questions, and with people who can sign in."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.accounts import NameTaken
from bot.demo.month import live, residents
from bot.demo.script import People, load_people, load_scripts
from bot.demo.world import MovedClock, World
from bot.kept import Kept
from bot.messages import Value
from bot.minds import Minds
from bot.people import Role
from bot.staff.access import add_staff
from bot.staff.passwords import BadPassword
from bot.stores.engines import Engines
from bot.stores.sql import SqlStore
from bot.stores.tables.conversations import EVENTS
from bot.stores.tables.staff import STAFF
from referral.guide import Guide

_WORDS = 5  # in a password
_FIRST = ((EVENTS, "conversation"), (STAFF, "key"))


class NotEmpty(Exception):
    """There is something in the database already."""


class SameAgain(Exception):
    """A month of this seed is in the database already."""


class Key(Value):
    """An account that was made, with its password; nobody can read it again."""

    name: str
    role: str
    team: str
    password: str


async def fill(
    store: SqlStore, kept: Kept, minds: Minds, until: datetime,
    *, seed: int = 6, days: int = 30, cases: int = 300, more: bool = False,
    progress: Callable[[float, str], None] = lambda _share, _what: None,
) -> tuple[Key, ...]:  # fmt: skip
    """Let a month pass that ends at `until`, and return who can sign in now.

    Raises NotEmpty unless the database is empty or there may be `more`, and SameAgain.
    """
    if not (more or await _is_empty(store.engines)):
        raise NotEmpty
    start = until - timedelta(days=days)
    people = _there(load_people(), minds.guide, start, until)
    everybody = residents(load_scripts(), people, seed, cases, start, until)
    if everybody and await store.read(everybody[0].conversation):
        raise SameAgain
    world = World(store, kept, minds, people, MovedClock(start))
    keys = [key for one in people.staff if (key := await _hire(world, one.name, one.team, one.role))]
    await live(world, everybody, until, progress)
    return tuple(keys)


def _there(people: People, guide: Guide, *moments: datetime) -> People:
    """Return the people without those whose organisation is not there all the time."""
    staff = [one for one in people.staff if all(guide.organisation(one.team, at.date()) for at in moments)]
    return people.model_copy(update={"staff": tuple(staff)})


async def _is_empty(engines: Engines) -> bool:
    async with engines.reading() as connection:
        found = [await connection.scalar(select(table.c[column]).limit(1)) for table, column in _FIRST]
    return not any(found)


async def _hire(world: World, name: str, team: str, role: Role) -> Key | None:
    """Add an account and return its password; None when there is one of this name already."""
    now = world.clock.now()
    while True:
        password = "-".join(secrets.choice(world.people.words) for _ in range(_WORDS))
        try:
            account = await add_staff(world.kept.accounts, world.minds.guide, name, team, password, role=role, now=now)
        except NameTaken:
            return None
        except BadPassword:  # a word of the team's name, or the same one twice
            continue
        return Key(name=account.name, role=account.role, team=account.team, password=password)
