"""Whose cases somebody sees: their own team's, their organisation's, or nobody's."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from bot.accounts import Account
from bot.handover import Staff
from referral.guide import Guide

FILE = Path(__file__).parent / "organisations.yaml"
Teams = frozenset[str]


def teams_of(account: Account | Staff, guide: Guide) -> Teams:
    """Return the teams whose cases this account may see.

    A coördinator sees all teams of their organisation (organisations.yaml). A beheerder sees none.
    """
    match account.role:
        case "medewerker":
            return frozenset({account.team})
        case "coordinator":
            return frozenset({account.team, *_together(account.team)}) & {account.team, *guide.organisations}
        case "beheerder":
            return frozenset()


def _together(team: str) -> Teams:
    return next((teams for teams in shipped() if team in teams), frozenset())


@cache
def shipped() -> tuple[Teams, ...]:
    """Return the organisations of the file, each as its teams."""
    return load_organisations(FILE)


def load_organisations(path: Path = FILE, known: Collection[str] | None = None) -> tuple[Teams, ...]:
    """Return the organisations of a file; raise ValueError with every fault, each with file, line and mend.

    With `known`, the ids of all organisations of the guide, a team that is none of them is a fault too.
    """
    try:
        read = YAML().load(path.read_text("utf-8"))
    except MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 1
        raise ValueError(f"{path.name}:{line}: this is no YAML: {broken.problem}.") from broken
    faults = list(_faults(path.name, read, known))
    if faults:
        raise ValueError("\n".join(faults))
    return tuple(frozenset(map(str, teams)) for teams in read.values())


def _faults(file: str, read: Any, known: Collection[str] | None) -> Iterator[str]:
    if not isinstance(read, dict) or not all(_is_list(teams) for teams in read.values()):
        yield f"{file}:1: this is no list of teams by organisation. Write `Name:` and below it `  - id of a team`."
        return
    seen: set[str] = set()
    for teams in read.values():
        for number, team in enumerate(teams):
            line = teams.lc.item(number)[0] + 1
            if team in seen:
                yield f"{file}:{line}: {team!r} is in this file twice. Take one away."
            if known is not None and team not in known:
                yield f"{file}:{line}: no organisation is called {team!r}. Write its id as in organisations.yaml."
            seen.add(team)


def _is_list(teams: Any) -> bool:
    return isinstance(teams, Sequence) and all(isinstance(team, str) for team in teams)
