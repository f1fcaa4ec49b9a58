"""Keeps what lets staff in beside a password, and how often it was tried, for all processes together.

Tries are forgotten after a quarter of an hour, links and journeys at the next one after they ended.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.accounts import NameTaken
from bot.people import Journey, Kind, Second
from bot.stores.engines import Engines, to_the_end
from bot.stores.hashes import hash_of, key_of
from bot.stores.tables.staff import (
    SESSIONS,
    STAFF,
    STAFF_CODES,
    STAFF_IDENTITIES,
    STAFF_JOURNEYS,
    STAFF_LINKS,
    STAFF_SECOND,
    STAFF_TRIES,
)

MOST = 5
WITHIN = timedelta(minutes=15)
LINK = timedelta(hours=24)
JOURNEY = timedelta(minutes=10)


class SqlKeys:
    """Links, second steps, identities and tries, over the engines of a SqlStore."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    # ---------------------------------------------------------------- tries

    @to_the_end
    async def tried(self, kind: Kind, who: str, now: datetime) -> timedelta | None:
        """Count a try; or, when there were too many, count nothing and return how long to wait."""
        key = _tries_key(kind, who)
        async with self._engines.writing(only=key) as connection:
            if left := _left(list(await connection.scalars(_tries(key, now))), now):
                return left
            await connection.execute(delete(STAFF_TRIES).where(STAFF_TRIES.c.who == key, _old(now)))
            await connection.execute(insert(STAFF_TRIES), {"who": key, "at": now})
        return None

    async def wait(self, kind: Kind, who: str, now: datetime) -> timedelta | None:
        """Return how long to wait before a next try, None when it may be now."""
        async with self._engines.reading() as connection:
            return _left(list(await connection.scalars(_tries(_tries_key(kind, who), now))), now)

    @to_the_end
    async def forgive(self, kind: Kind, who: str, now: datetime) -> None:
        """Forget the tries, because the last one was right; and those of everybody that count no longer."""
        key = _tries_key(kind, who)
        async with self._engines.writing(only=key) as connection:
            await connection.execute(delete(STAFF_TRIES).where((STAFF_TRIES.c.who == key) | _old(now)))

    # ---------------------------------------------------------------- links to choose a password

    @to_the_end
    async def new_link(self, name: str, now: datetime) -> str:
        """Return the secret of a new link to choose a password; an earlier link of this account ends."""
        secret = secrets.token_urlsafe(32)
        row = {"staff": key_of(name), "secret_hash": hash_of(secret), "expires": now + LINK}
        async with self._engines.writing(only=f"link {key_of(name)}") as connection:
            ended = (STAFF_LINKS.c.staff == key_of(name)) | (STAFF_LINKS.c.expires <= now)
            await connection.execute(delete(STAFF_LINKS).where(ended))
            await connection.execute(insert(STAFF_LINKS), row)
        return secret

    async def link(self, secret: str, now: datetime) -> str | None:
        """Return whose link this is, None when it ended, was used or never was."""
        query = select(STAFF.c.name).join(STAFF_LINKS).where(_link(secret, now), STAFF.c.active)
        async with self._engines.reading() as connection:
            return await connection.scalar(query)

    @to_the_end
    async def use_link(self, secret: str, password_hash: str, now: datetime) -> str | None:
        """Set the password, end the link and all sessions, and return whose it was; None as in `link`."""
        async with self._engines.writing() as connection:
            used = delete(STAFF_LINKS).where(_link(secret, now)).returning(STAFF_LINKS.c.staff)
            key = await connection.scalar(used)
            mine = update(STAFF).where(STAFF.c.key == key, STAFF.c.active).values(password_hash=password_hash)
            name: str | None = await connection.scalar(mine.returning(STAFF.c.name))
            await connection.execute(delete(SESSIONS).where(SESSIONS.c.staff == key))
        return name

    # ---------------------------------------------------------------- the second step

    async def second(self, name: str) -> Second | None:
        """Return the second step of an account, None when there is none."""
        async with self._engines.reading() as connection:
            query = select(STAFF_SECOND).where(STAFF_SECOND.c.staff == key_of(name))
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Second(secret=row.secret, step=row.step)

    @to_the_end
    async def set_second(self, name: str, secret: str, step: int, codes: Sequence[str]) -> None:
        """Set the second step with its recovery codes (as they are kept), in place of an earlier one."""
        key = key_of(name)
        async with self._engines.writing(only=f"second {key}") as connection:
            for table in (STAFF_SECOND, STAFF_CODES):
                await connection.execute(delete(table).where(table.c.staff == key))
            await connection.execute(insert(STAFF_SECOND), {"staff": key, "secret": secret, "step": step})
            await connection.execute(insert(STAFF_CODES), [{"staff": key, "code": code} for code in codes])

    @to_the_end
    async def use_step(self, name: str, step: int) -> bool:
        """Note that the code of this step was used; False when that step, or a later one, was used before."""
        fresh = (STAFF_SECOND.c.staff == key_of(name)) & (STAFF_SECOND.c.step < step)
        async with self._engines.writing() as connection:
            return (await connection.execute(update(STAFF_SECOND).where(fresh).values(step=step))).rowcount > 0

    async def codes(self, name: str) -> tuple[str, ...]:
        """Return the recovery codes that are left, as they are kept."""
        async with self._engines.reading() as connection:
            return tuple(
                await connection.scalars(select(STAFF_CODES.c.code).where(STAFF_CODES.c.staff == key_of(name)))
            )

    @to_the_end
    async def use_code(self, name: str, code: str) -> bool:
        """Use up a recovery code as it is kept; False when somebody did so before."""
        mine = (STAFF_CODES.c.staff == key_of(name)) & (STAFF_CODES.c.code == code)
        async with self._engines.writing() as connection:
            return (await connection.execute(delete(STAFF_CODES).where(mine))).rowcount > 0

    @to_the_end
    async def drop_second(self, name: str) -> bool:
        """Take away the second step and its recovery codes; tell whether there was one."""
        async with self._engines.writing() as connection:
            await connection.execute(delete(STAFF_CODES).where(STAFF_CODES.c.staff == key_of(name)))
            dropped = await connection.execute(delete(STAFF_SECOND).where(STAFF_SECOND.c.staff == key_of(name)))
        return dropped.rowcount > 0

    # ---------------------------------------------------------------- identity providers

    async def identity(self, issuer: str, subject: str) -> str | None:
        """Return the name of the account of somebody at an identity provider, None when there is none."""
        theirs = (STAFF_IDENTITIES.c.issuer == issuer) & (STAFF_IDENTITIES.c.subject == subject)
        async with self._engines.reading() as connection:
            return await connection.scalar(select(STAFF.c.name).join(STAFF_IDENTITIES).where(theirs))

    @to_the_end
    async def link_identity(self, name: str, issuer: str, subject: str) -> None:
        """Link an account to somebody at an identity provider. Raises NameTaken when they have one."""
        row = {"staff": key_of(name), "issuer": issuer, "subject": subject}
        try:
            async with self._engines.writing() as connection:
                await connection.execute(insert(STAFF_IDENTITIES), row)
        except IntegrityError as taken:
            raise NameTaken(name) from taken

    @to_the_end
    async def depart(self, state: str, journey: Journey, now: datetime) -> None:
        """Remember a journey to an identity provider by its state, until it comes back or is too late."""
        row = {"state_hash": hash_of(state), "expires": now + JOURNEY, **journey.model_dump(exclude={"browser"})}
        async with self._engines.writing() as connection:
            await connection.execute(delete(STAFF_JOURNEYS).where(STAFF_JOURNEYS.c.expires <= now))
            await connection.execute(insert(STAFF_JOURNEYS), {**row, "browser_hash": hash_of(journey.browser)})

    @to_the_end
    async def arrive(self, state: str, browser: str, now: datetime) -> Journey | None:
        """End the journey of this state and return it, once; None for another browser's and one of before."""
        mine = (STAFF_JOURNEYS.c.state_hash == hash_of(state)) & (STAFF_JOURNEYS.c.browser_hash == hash_of(browser))
        ended = delete(STAFF_JOURNEYS).where(mine, STAFF_JOURNEYS.c.expires > now).returning(STAFF_JOURNEYS)
        async with self._engines.writing() as connection:
            row = (await connection.execute(ended)).one_or_none()
        if row is None:
            return None
        return Journey(browser=browser, nonce=row.nonce, verifier=row.verifier, next=row.next)


def _tries(key: str, now: datetime) -> Select[Any]:
    """Return the query for the last tries that still count, the last one first."""
    recent = select(STAFF_TRIES.c.at).where(STAFF_TRIES.c.who == key, STAFF_TRIES.c.at > now - WITHIN)
    return recent.order_by(STAFF_TRIES.c.at.desc()).limit(MOST)


def _left(recent: Sequence[datetime], now: datetime) -> timedelta | None:
    return recent[-1] + WITHIN - now if len(recent) >= MOST else None


def _old(now: datetime) -> ColumnElement[bool]:
    return STAFF_TRIES.c.at <= now - WITHIN


def _link(secret: str, now: datetime) -> ColumnElement[bool]:
    return (STAFF_LINKS.c.secret_hash == hash_of(secret)) & (STAFF_LINKS.c.expires > now)


def _tries_key(kind: Kind, who: str) -> str:
    return hash_of(f"{kind} {key_of(who[:100])}")
