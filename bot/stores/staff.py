"""Keeps who may sign in at the desk and who did, beside the conversations.

A session is forgotten when it is closed, or at the next sign-in after it ended.
"""

import secrets
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, insert, not_, select, update
from sqlalchemy.exc import IntegrityError

from bot.ports import Account, NameTaken, Session
from bot.stores.engines import Engines, to_the_end
from bot.stores.tables import SESSIONS, STAFF

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)


class SqlAccounts:
    """The accounts and sessions of staff, over the engines of a SqlStore."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    @to_the_end
    async def add_staff(self, name: str, team: str, password_hash: str, now: datetime) -> Account:
        """Add an account and return it. Raises NameTaken."""
        account = Account(name=name, team=team, password_hash=password_hash, created_at=now)
        try:
            async with self._engines.writing() as connection:
                await connection.execute(insert(STAFF), {"key": _key(name), **account.model_dump()})
        except IntegrityError as taken:
            raise NameTaken(name) from taken
        return account

    async def staff(self, name: str) -> Account | None:
        """Return the account of this name, also when it is not active, or None."""
        async with self._engines.reading() as connection:
            row = (await connection.execute(_named(name))).one_or_none()
            return None if row is None else _account(row)

    async def list_staff(self) -> tuple[Account, ...]:
        """Return all accounts by name."""
        async with self._engines.reading() as connection:
            rows = await connection.execute(select(STAFF))
            by_name = sorted(rows, key=lambda row: str(row.key))  # each database has an order of its own
            return tuple(_account(row) for row in by_name)

    async def set_password(self, name: str, password_hash: str) -> bool:
        """Change the password and end the sessions opened with the old one; tell whether there is one."""
        return await self._change(name, {"password_hash": password_hash})

    async def set_active(self, name: str, *, active: bool) -> bool:
        """Let somebody in again, or no longer; either way their sessions end. Tell whether there is one."""
        return await self._change(name, {"active": active})

    @to_the_end
    async def _change(self, name: str, values: Mapping[str, object]) -> bool:
        async with self._engines.writing() as connection:
            await connection.execute(delete(SESSIONS).where(SESSIONS.c.staff == _key(name)))
            changed = await connection.execute(update(STAFF).where(STAFF.c.key == _key(name)).values(values))
        return changed.rowcount > 0

    @to_the_end
    async def open_session(self, name: str, now: datetime) -> tuple[str, Session]:
        """Return a new secret token for the cookie of an existing account, and its session."""
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        row = {
            "token_hash": _hash(token),
            "staff": _key(name),
            "csrf": csrf,
            "created_at": now,
            "seen_at": now,
            "expires": now + LONGEST,
        }
        async with self._engines.writing() as connection:
            await connection.execute(delete(SESSIONS).where(not_(_living(now))))
            account = (await connection.execute(_named(name))).one()
            await connection.execute(insert(SESSIONS), row)
        return token, Session(account=_account(account), csrf=csrf, expires=now + LONGEST)

    @to_the_end
    async def session(self, token: str, now: datetime) -> Session | None:
        """Return the session of a token and note that it was used; None when it ended or never was."""
        mine = (SESSIONS.c.token_hash == _hash(token)) & _living(now)
        query = select(STAFF, SESSIONS.c.csrf, SESSIONS.c.expires).join(SESSIONS).where(mine, STAFF.c.active)
        async with self._engines.writing() as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            await connection.execute(update(SESSIONS).where(mine).values(seen_at=now))
        return Session(account=_account(row), csrf=row.csrf, expires=row.expires)

    @to_the_end
    async def close_session(self, token: str) -> None:
        """End a session; nothing happens when there is none."""
        async with self._engines.writing() as connection:
            await connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == _hash(token)))


def _living(now: datetime) -> ColumnElement[bool]:
    return and_(SESSIONS.c.expires > now, SESSIONS.c.seen_at > now - IDLE)


def _named(name: str) -> Select[Any]:
    return select(STAFF).where(STAFF.c.key == _key(name))


def _account(row: Row[Any]) -> Account:
    return Account(
        name=row.name,
        team=row.team,
        password_hash=row.password_hash,
        active=row.active,
        created_at=row.created_at,
    )


def _key(name: str) -> str:
    """Return what is the same for all spellings of a name that a person would call the same."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
