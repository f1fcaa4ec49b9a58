"""Who may see, propose and decide what in the directory.

A medewerker: their own organisation, to propose. A coördinator: all teams of theirs, and decides. A beheerder:
everything. Nobody accepts what they proposed themselves, but for a coördinator who is the only one of the
organisation, and a beheerder when there is nobody else who may decide; the change tells that they were alone.
"""

from collections.abc import Iterable

from bot.accounts import Account
from bot.staff.reach import teams_of
from referral.guide import Guide


def may_see(account: Account, guide: Guide) -> frozenset[str]:
    """Return the organisations whose entries this account sees and may propose changes of."""
    if account.role == "beheerder":
        return frozenset(guide.organisations)
    return teams_of(account, guide) & frozenset(guide.organisations)


def may_decide(account: Account, organisation: str, guide: Guide) -> bool:
    """Tell whether this account decides about changes of an organisation."""
    return account.role != "medewerker" and organisation in may_see(account, guide)


def may_accept(account: Account, proposed_by: str, organisation: str, people: Iterable[Account], guide: Guide) -> bool:
    """Tell whether this account may accept what somebody proposed."""
    if not may_decide(account, organisation, guide):
        return False
    return not same(account.name, proposed_by) or alone(account, organisation, people, guide)


def alone(account: Account, organisation: str, people: Iterable[Account], guide: Guide) -> bool:
    """Tell whether nobody else could accept: no other coördinator; for a beheerder nobody else at all."""
    others = [one for one in people if one.active and not same(one.name, account.name)]
    deciding = [one for one in others if may_decide(one, organisation, guide)]
    if account.role == "coordinator":
        return not any(one.role == "coordinator" for one in deciding)
    return not deciding


def same(name: str, other: str) -> bool:
    """Tell whether two names are of one account."""
    return name.casefold() == other.casefold()
