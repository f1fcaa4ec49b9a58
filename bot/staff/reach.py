"""Whose cases somebody sees: their own team's, their organisation's, or nobody's."""

from collections.abc import Collection

from bot.handover import Staff
from bot.ports import Account
from referral.guide import Guide

_FAMILY = 2  # words of an id that the teams of one organisation share: utrecht-buurtteam
_SHORTEST = 3  # letters of the second word; the "u" of utrecht-u-pas and utrecht-u-centraal is no organisation


def teams_of(account: Account | Staff, guide: Guide) -> frozenset[str]:
    """Return the teams whose cases this account may see.

    A coördinator sees all teams of their organisation: those whose ids share the first two words and
    have one more, such as utrecht-buurtteam-sociaal and utrecht-buurtteam-mbo. A beheerder sees none.
    """
    match account.role:
        case "medewerker":
            return frozenset({account.team})
        case "coordinator":
            return frozenset({account.team, *_siblings(account.team, guide.organisations)})
        case "beheerder":
            return frozenset()


def _siblings(team: str, teams: Collection[str]) -> frozenset[str]:
    family = _family(team)
    return frozenset(one for one in teams if family and _family(one) == family)


def _family(team: str) -> tuple[str, ...] | None:
    """Return the words that the teams of an organisation share, None for a team of its own."""
    words = tuple(team.split("-"))
    return words[:_FAMILY] if len(words) > _FAMILY and len(words[1]) >= _SHORTEST else None
