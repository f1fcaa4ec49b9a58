"""How staff sign in at the desk, as the environment says."""

from collections.abc import Mapping
from typing import Literal

from pydantic import ConfigDict, Field

from bot.messages import Value
from bot.people import ROLES, Role


class Oidc(Value):
    """An identity provider (OpenID Connect) through which staff sign in, and what its claims mean here."""

    model_config = ConfigDict(hide_input_in_errors=True)

    issuer: str = Field(pattern=r"^(https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#]*)?)$")
    client_id: str = Field(min_length=1)
    client_secret: str | None = Field(default=None, repr=False)
    role_claim: str = Field(default="roles", description="with dots for what lies deeper: realm_access.roles")
    team_claim: str = "team"
    role_map: Mapping[str, Role] = Field(description="a value of the role claim -> role; the first that fits counts")


class Entry(Value):
    """How staff sign in at the desk."""

    model_config = ConfigDict(hide_input_in_errors=True)

    passwords: bool = True
    totp: Literal["offered", "required"] = "offered"
    secret_key: str | None = Field(default=None, min_length=32, repr=False)
    oidc: Oidc | None = None
    public_url: str | None = None  # where they reach the desk, when that is not what the request says


def entry_from(environment: Mapping[str, str]) -> Entry:
    """Return how staff sign in. Raises ValueError when nobody could."""
    get = environment.get
    given = {
        "passwords": get("WEGWIJS_STAFF_PASSWORDS", "on") != "off",
        "totp": get("WEGWIJS_STAFF_TOTP") or "offered",
        "secret_key": get("WEGWIJS_SECRET_KEY") or None,
        "public_url": get("WEGWIJS_PUBLIC_URL") or None,
    }
    entry = Entry.model_validate(given | {"oidc": _oidc_from(environment)})
    if not entry.passwords and entry.oidc is None:
        raise ValueError("WEGWIJS_STAFF_PASSWORDS is off: set WEGWIJS_OIDC_ISSUER, or nobody can sign in")
    return entry


def _oidc_from(environment: Mapping[str, str]) -> Oidc | None:
    """Return the identity provider, None when there is no address of one. Raises ValueError when the rest is wrong."""
    get = environment.get
    if not get("WEGWIJS_OIDC_ISSUER"):
        return None
    given = {
        "issuer": get("WEGWIJS_OIDC_ISSUER"),
        "client_id": get("WEGWIJS_OIDC_CLIENT_ID"),
        "client_secret": get("WEGWIJS_OIDC_CLIENT_SECRET"),
        "role_claim": get("WEGWIJS_OIDC_ROLE_CLAIM"),
        "team_claim": get("WEGWIJS_OIDC_TEAM_CLAIM"),
    }
    pairs = [pair.strip().rpartition("=") for pair in get("WEGWIJS_OIDC_ROLE_MAP", "").split(",")]
    roles = {theirs.strip(): ours.strip() for theirs, _, ours in pairs if theirs}
    told = {name: value for name, value in given.items() if value}
    return Oidc.model_validate(told | {"role_map": roles or {role: role for role in ROLES}})
