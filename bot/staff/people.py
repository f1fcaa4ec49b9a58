"""Accounts as a beheerder sees them."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256

from bot.accounts import Account, Accounts
from bot.messages import Value
from bot.people import Role
from bot.staff.words import Dutch, moment, pick
from referral.guide import Guide

ROLE_WORDS: Mapping[Role, str] = {
    "medewerker": "Medewerker",
    "coordinator": "Coördinator",
    "beheerder": "Beheerder",
}


class Person(Value):
    """Somebody who may sign in, or could."""

    number: str
    name: str
    role: Role
    role_name: str
    team: str
    team_name: str
    state: str
    active: bool
    password: bool
    second: bool
    since: str


def person_of(account: Account, dutch: Dutch, now: datetime) -> Person:
    """Return an account in words."""
    return Person(
        number=person_number(account.name),
        name=account.name,
        role=account.role,
        role_name=ROLE_WORDS[account.role],
        team=account.team,
        team_name=dutch.organisation(account.team),
        state="Actief" if account.active else "Gesloten",
        active=account.active,
        password=bool(account.password_hash),
        second=account.second,
        since=moment(account.created_at, now),
    )


async def let_in_again(accounts: Accounts, name: str, now: datetime) -> str | None:
    """Take away a second step, end the sessions and return the path of a link for a new password.

    None when there is no such account, or it is closed.
    """
    account = await accounts.staff(name)
    if account is None or not account.active:
        return None
    await accounts.keys.drop_second(account.name)
    await accounts.end_sessions(account.name)
    return f"/staff/welcome/{await accounts.keys.new_link(account.name, now)}"


def person_number(name: str) -> str:
    """Return what stands for somebody in an address: a name can have any sign in it."""
    return sha256(unicodedata.normalize("NFKC", name).casefold().strip().encode()).hexdigest()[:16]


def teams_to_choose(guide: Guide, on: date) -> tuple[tuple[str, str], ...]:
    """Return the organisations that exist on a day, with their names, by name."""
    found = [(one.id, pick(one.name)) for one in guide.organisations.values() if one.holds(on)]
    return tuple(sorted(found, key=lambda each: (each[1].casefold(), each[0])))
