"""Where else a case is told of: a municipality's own system, a team's e-mail, other programs. Settings, no secrets.

A token or secret stands here by the name of the environment variable that holds it.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from bot.messages import Value

Told = Literal["case.opened", "case.claimed", "case.released", "case.passed", "case.closed", "case.reopened"]
TOLD: tuple[Told, ...] = get_args(Told)

_NAME = r"^[a-z0-9][a-z0-9-]{0,59}$"
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_VARIABLE = r"^[A-Z][A-Z0-9_]{0,99}$"
_ADDRESS = r"^[^\s@<>,;:\"\\]+@[^\s@<>,;:\"\\]+$"


class Place(Value):
    """An address of another program, and the variable that holds what lets us in."""

    name: str = Field(pattern=_NAME)
    url: str = Field(max_length=500)
    secret: str = Field(pattern=_VARIABLE, description="the name of an environment variable")

    @field_validator("url")
    @classmethod
    def _an_address(cls, url: str) -> str:
        """Return an address without who signs in. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError("write it as https://host/path, without a name or password")
        return url


class TakesOver(Place):
    """A system with the Klantinteracties API, which gets the cases of these teams."""

    teams: frozenset[str] = Field(min_length=1)
    actors: Mapping[str, Annotated[str, Field(pattern=_UUID)]] = Field(
        default_factory=dict, description="team -> the actor that this system has for it; else we make one"
    )


class Hears(Place):
    """A program that hears what happens to cases, without what they are about; of all teams unless some are named."""

    teams: frozenset[str] | None = None
    events: frozenset[Told] = frozenset(TOLD)

    def wants(self, told: Told, *teams: str | None) -> bool:
        """Tell whether it hears of this, when it happens to a case of one of these teams."""
        return told in self.events and (self.teams is None or not self.teams.isdisjoint(teams))


class Places(Value):
    """All places elsewhere. `private_hosts` are those that may have an address that is not public, or http."""

    klantinteracties: tuple[TakesOver, ...] = ()
    webhooks: tuple[Hears, ...] = ()
    mail: Mapping[str, tuple[str, ...]] = Field(default_factory=dict, description="team -> addresses")
    private_hosts: frozenset[str] = frozenset()

    @field_validator("mail")
    @classmethod
    def _addresses(cls, mail: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """Return what are addresses. Raises ValueError."""
        wrong = [one for addresses in mail.values() for one in addresses if not re.fullmatch(_ADDRESS, one)]
        if wrong or not all(mail.values()):
            raise ValueError("give each team one or more addresses, such as team@voorbeeld.nl")
        return mail

    @property
    def called(self) -> tuple[Place, ...]:
        """The places that are reached over HTTP."""
        return (*self.klantinteracties, *self.webhooks)

    def taking_over(self, team: str) -> TakesOver | None:
        """Return the system that gets the cases of a team, None when there is none."""
        return next((place for place in self.klantinteracties if team in place.teams), None)


NOWHERE = Places()
