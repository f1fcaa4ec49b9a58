"""From what an identity provider says of somebody to their account here."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.accounts import Account, Accounts, NameTaken
from bot.entry import Oidc
from bot.people import Role
from bot.staff.access import NoAccount, add_staff, checked_name
from bot.staff.oidc import Claims, claim
from referral.guide import Guide

Note = Callable[[str, str], Awaitable[None]]  # action, and what it is about: noted before it is done

_NAMES = ("preferred_username", "email", "name")


class NotLetIn(Exception):
    """The provider knows them, and here they may not in; the text says why, in Dutch."""


async def account_for(
    accounts: Accounts, guide: Guide, oidc: Oidc, claims: Claims, now: datetime, note: Note
) -> Account:
    """Return the account of who came back, made or changed to what the provider says. Raises NotLetIn."""
    role, team = role_of(claims, oidc), team_of(claims, oidc, guide, now)
    if role is None:
        raise NotLetIn("Uw werkaccount heeft geen rol in Wegwijs. Vraag uw beheerder.")
    if team is None:
        raise NotLetIn("Uw werkaccount hoort niet bij een team van Wegwijs. Vraag uw beheerder.")
    name = await accounts.keys.identity(oidc.issuer, str(claims["sub"]))
    account = await accounts.staff(name) if name else await _new(accounts, guide, oidc, claims, role, team, now, note)
    if account is None or not account.active:
        raise NotLetIn("Uw account in Wegwijs is gesloten. Vraag uw beheerder.")
    if (account.role, account.team) != (role, team):
        await note("people.role", f"{account.name}: {account.role}, {account.team} -> {role}, {team}")
        await accounts.set_role(account.name, role, team)
    return account.model_copy(update={"role": role, "team": team})


async def _new(
    accounts: Accounts, guide: Guide, oidc: Oidc, claims: Claims, role: Role, team: str, now: datetime, note: Note
) -> Account:
    """Add an account without a password. One that is there already stays whose it is."""
    name = next((str(claims[one]) for one in _NAMES if claims.get(one)), "")
    try:
        await note("people.add", f"{checked_name(name)}: {role}, {team}")
        account = await add_staff(accounts, guide, name, team, None, role=role, now=now)
        await accounts.keys.link_identity(account.name, oidc.issuer, str(claims["sub"]))
    except NameTaken:
        raise NotLetIn(f"Er is in Wegwijs al een account met de naam {name}. Vraag uw beheerder.") from None
    except NoAccount as reason:
        raise NotLetIn(str(reason)) from None
    return account


def role_of(claims: Claims, oidc: Oidc) -> Role | None:
    """Return the role of the first entry of the map that the provider gives them."""
    given = _texts(claim(claims, oidc.role_claim))
    return next((role for theirs, role in oidc.role_map.items() if theirs in given), None)


def team_of(claims: Claims, oidc: Oidc, guide: Guide, now: datetime) -> str | None:
    """Return the first of their teams that is an organisation of today; Keycloak's groups begin with a slash."""
    given = [text.removeprefix("/") for text in _texts(claim(claims, oidc.team_claim))]
    return next((team for team in given if guide.organisation(team, now.date())), None)


def _texts(found: Any) -> tuple[str, ...]:
    several = found if isinstance(found, list | tuple) else (found,)
    return tuple(one for one in several if isinstance(one, str))
