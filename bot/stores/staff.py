"""Keeps who may sign in at the desk and who did, beside the conversations.

A session is forgotten when it is closed, or at the next sign-in after it ended.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, insert, not_, select, update
from sqlalchemy.exc import IntegrityError

from bot.accounts import Account, NameTaken, Session
from bot.audit import Trail
from bot.people import AtProvider, Keys, OpenSession, Role
from bot.stores.audit import SqlTrail
from bot.stores.engines import Engines, to_the_end
from bot.stores.farewell import opened, sealed
from bot.stores.hashes import hash_of, key_of
from bot.stores.staff_keys import SqlKeys
from bot.stores.tables.staff import SESSIONS, STAFF, STAFF_SECOND

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
HALF_WAY = timedelta(minutes=5)  # to take the second step
_SECOND = exists().where(STAFF_SECOND.c.staff == STAFF.c.key).label("second")


class SqlAccounts:
    """The accounts and sessions of staff, over the engines of a SqlStore."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self.keys: Keys = SqlKeys(engines)
        self.trail: Trail = SqlTrail(engines)

    @to_the_end
    async def add_staff(
        self, name: str, team: str, password_hash: str, now: datetime, role: Role = "medewerker"
    ) -> Account:
        """Add an account and return it. Raises NameTaken."""
        account = Account(name=name, team=team, password_hash=password_hash, created_at=now, role=role)
        try:
            async with self._engines.writing() as connection:
                await connection.execute(insert(STAFF), {"key": key_of(name), **account.model_dump(exclude={"second"})})
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
            rows = await connection.execute(select(STAFF, _SECOND))
            by_name = sorted(rows, key=lambda row: str(row.key))  # each database has an order of its own
            return tuple(_account(row) for row in by_name)

    async def set_password(self, name: str, password_hash: str) -> bool:
        """Change the password and end the sessions opened with the old one; tell whether there is one."""
        return await self._change(name, {"password_hash": password_hash})

    async def set_active(self, name: str, *, active: bool) -> bool:
        """Let somebody in again, or no longer; either way their sessions end. Tell whether there is one."""
        return await self._change(name, {"active": active})

    async def set_role(self, name: str, role: Role, team: str) -> bool:
        """Change what somebody may do and where, and end their sessions; tell whether there is one."""
        return await self._change(name, {"role": role, "team": team})

    @to_the_end
    async def _change(self, name: str, values: Mapping[str, object]) -> bool:
        async with self._engines.writing() as connection:
            await connection.execute(delete(SESSIONS).where(SESSIONS.c.staff == key_of(name)))
            changed = await connection.execute(update(STAFF).where(STAFF.c.key == key_of(name)).values(values))
        return changed.rowcount > 0

    # ---------------------------------------------------------------- sessions

    @to_the_end
    async def open_session(
        self, name: str, now: datetime, *, device: str = "", half: bool = False, came_from: AtProvider | None = None
    ) -> tuple[str, Session]:
        """Return a new secret token for the cookie of an existing account, and its session."""
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        expires = now + (HALF_WAY if half else LONGEST)
        row = {
            "token_hash": hash_of(token),
            "staff": key_of(name),
            "csrf": csrf,
            "created_at": now,
            "seen_at": now,
            "expires": expires,
            "device": device,
            "half": half,
            **(_from_provider(token, came_from) if came_from else {}),
        }
        async with self._engines.writing() as connection:
            await connection.execute(delete(SESSIONS).where(not_(_living(now))))
            account = (await connection.execute(_named(name))).one()
            await connection.execute(insert(SESSIONS), row)
        return token, Session(account=_account(account), csrf=csrf, expires=expires)

    @to_the_end
    async def session(self, token: str, now: datetime, *, half: bool = False, touch: bool = True) -> Session | None:
        """Return the session of a token and note that it was used; None when it ended or never was."""
        mine = (SESSIONS.c.token_hash == hash_of(token)) & _living(now) & (SESSIONS.c.half == half)
        query = select(STAFF, _SECOND, SESSIONS.c.csrf, SESSIONS.c.expires).join(SESSIONS).where(mine, STAFF.c.active)
        async with self._engines.writing() as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            if touch:
                await connection.execute(update(SESSIONS).where(mine).values(seen_at=now))
        return Session(account=_account(row), csrf=row.csrf, expires=row.expires)

    @to_the_end
    async def close_session(self, token: str) -> None:
        """End a session; nothing happens when there is none."""
        async with self._engines.writing() as connection:
            await connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == hash_of(token)))

    async def farewell(self, token: str) -> str | None:
        """Return the ID token of a session that came from an identity provider, None for any other."""
        mine = select(SESSIONS.c.farewell).where(SESSIONS.c.token_hash == hash_of(token))
        async with self._engines.reading() as connection:
            kept = await connection.scalar(mine)
        return opened(token, kept) if kept else None

    @to_the_end
    async def end_from_provider(self, name: str, session: str | None, before: datetime) -> int:
        """End what came from the identity provider: the session of this name there, or all opened before then."""
        mine = [_of(name), SESSIONS.c.created_at <= before, SESSIONS.c.at_provider.is_not(None)]
        if session:
            mine.append(SESSIONS.c.at_provider == hash_of(session))
        async with self._engines.writing() as connection:
            return (await connection.execute(delete(SESSIONS).where(*mine))).rowcount

    async def sessions(self, name: str, now: datetime) -> tuple[OpenSession, ...]:
        """Return the sessions of an account that go on, the last used first."""
        query = (
            select(SESSIONS).where(_of(name), _living(now), not_(SESSIONS.c.half)).order_by(SESSIONS.c.seen_at.desc())
        )
        async with self._engines.reading() as connection:
            return tuple(
                OpenSession(
                    id=session_id(row.token_hash), device=row.device, created_at=row.created_at, seen_at=row.seen_at
                )
                for row in await connection.execute(query)
            )

    @to_the_end
    async def end_sessions(self, name: str, *, only: str | None = None, but: str | None = None) -> int:
        """End the sessions of an account: all, only the one of this id, or all but that of a token."""
        mine = [_of(name)]
        if only is not None:
            mine.append(func.substr(SESSIONS.c.token_hash, 1, _ID) == only)
        if but is not None:
            mine.append(SESSIONS.c.token_hash != hash_of(but))
        async with self._engines.writing() as connection:
            return (await connection.execute(delete(SESSIONS).where(*mine))).rowcount


_ID = 16  # signs of a session's hash that name it in a list


def session_id(token_hash: str) -> str:
    """Return what names a session in a list."""
    return token_hash[:_ID]


def _from_provider(token: str, came_from: AtProvider) -> Mapping[str, str]:
    named = hash_of(came_from.session) if came_from.session else ""
    return {"farewell": sealed(token, came_from.id_token), "at_provider": named}


def _living(now: datetime) -> ColumnElement[bool]:
    return and_(SESSIONS.c.expires > now, SESSIONS.c.seen_at > now - IDLE)


def _of(name: str) -> ColumnElement[bool]:
    return SESSIONS.c.staff == key_of(name)


def _named(name: str) -> Select[Any]:
    return select(STAFF, _SECOND).where(STAFF.c.key == key_of(name))


def _account(row: Row[Any]) -> Account:
    return Account(
        name=row.name,
        team=row.team,
        password_hash=row.password_hash,
        active=row.active,
        created_at=row.created_at,
        role=row.role,
        second=row.second,
    )
