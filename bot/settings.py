"""Settings from the environment, read once."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from platformdirs import user_data_path
from pydantic import ConfigDict, Field

from bot.messages import Value
from bot.people import ROLES, Role

Security = Literal["starttls", "tls", "none"]
_MAIL: Mapping[str, tuple[Security, int]] = {  # scheme of a mail server -> what keeps it secret, and its usual port
    "smtp": ("starttls", 587),
    "smtps": ("tls", 465),
    "smtp+plain": ("none", 25),  # for one on the same machine
}


class Llm(Value):
    """A bigger reader that the municipality runs itself. Its key is never shown."""

    model_config = ConfigDict(hide_input_in_errors=True)

    url: str = Field(pattern=r"^https?://[^\s/]\S*$", description="base of the API, such as http://llm:8000/v1")
    model: str = Field(min_length=1)
    key: str | None = Field(default=None, pattern=r"^[!-~]+$", repr=False)
    seconds: float = Field(default=2.0, gt=0, le=10, description="how long a resident waits for it at most")


class Webhook(Value):
    """Where Telegram brings what residents send, and the secret by which we know that it is Telegram."""

    model_config = ConfigDict(hide_input_in_errors=True)

    url: str = Field(pattern=r"^https?://[^\s/]\S*$", description="public base, such as https://wegwijs.example")
    secret: str = Field(pattern=r"^[A-Za-z0-9_-]{1,256}$", repr=False)


class Oidc(Value):
    """An identity provider (OpenID Connect) through which staff sign in, and what its claims mean here."""

    model_config = ConfigDict(hide_input_in_errors=True)

    issuer: str = Field(pattern=r"^(https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#]*)?)$")
    client_id: str = Field(min_length=1)
    client_secret: str | None = Field(default=None, repr=False)
    role_claim: str = Field(default="roles", description="with dots for what lies deeper: realm_access.roles")
    team_claim: str = "team"
    role_map: Mapping[str, Role] = Field(description="a value of the role claim -> role; the first that fits counts")


class Smtp(Value):
    """A mail server. Its password is never shown."""

    model_config = ConfigDict(hide_input_in_errors=True)

    host: str = Field(min_length=1)
    port: int = Field(gt=0, lt=65536)
    security: Security
    user: str | None = None
    password: str | None = Field(default=None, repr=False)


class Entry(Value):
    """How staff sign in at the desk."""

    model_config = ConfigDict(hide_input_in_errors=True)

    passwords: bool = True
    totp: Literal["offered", "required"] = "offered"
    secret_key: str | None = Field(default=None, min_length=32, repr=False)
    oidc: Oidc | None = None
    public_url: str | None = None  # where they reach the desk, when that is not what the request says


class Settings(Value):
    """How this installation runs. Nothing needs to be set."""

    database_url: str
    telegram_token: str | None = None
    telegram_url: str | None = None
    telegram_webhook: Webhook | None = None
    action_token: str | None = None
    llm: Llm | None = None
    entry: Entry = Entry()
    elsewhere: Path | None = None
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]\S*$")
    smtp: Smtp | None = None
    mail_from: str | None = Field(default=None, pattern=r"^[^@\r\n]+@[^@\s<>]+>?$")
    host: str = "127.0.0.1"
    port: int = 8000
    desk_undo_seconds: float = Field(default=10.0, ge=0, le=60, description="how long staff can take something back")


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; each is a variable WEGWIJS_… (see the table in bot/README.md)."""
    get = environment.get
    return Settings(
        database_url=get("WEGWIJS_DATABASE_URL") or f"sqlite:///{default_database()}",
        telegram_token=get("WEGWIJS_TELEGRAM_TOKEN") or None,
        telegram_url=get("WEGWIJS_TELEGRAM_URL") or None,
        telegram_webhook=_webhook_from(environment),
        action_token=get("WEGWIJS_ACTION_TOKEN") or None,
        llm=_llm_from(environment),
        entry=_entry_from(environment),
        elsewhere=Path(file) if (file := get("WEGWIJS_ELSEWHERE")) else None,
        public_url=get("WEGWIJS_PUBLIC_URL") or None,
        smtp=_smtp_from(get("WEGWIJS_SMTP_URL") or ""),
        mail_from=get("WEGWIJS_MAIL_FROM") or None,
        host=get("WEGWIJS_HOST") or "127.0.0.1",
        desk_undo_seconds=float(get("WEGWIJS_DESK_UNDO_SECONDS") or 10),
    )


def _llm_from(environment: Mapping[str, str]) -> Llm | None:
    """Return the bigger reader, None when there is no address of one. Raises ValueError when the rest is wrong."""
    get = environment.get
    if not (url := get("WEGWIJS_LLM_URL")):
        return None
    if not (model := get("WEGWIJS_LLM_MODEL")):
        raise ValueError("WEGWIJS_LLM_URL is set: name the model to ask for in WEGWIJS_LLM_MODEL")
    key = get("WEGWIJS_LLM_KEY") or None
    return Llm(url=url, model=model, key=key, seconds=float(get("WEGWIJS_LLM_SECONDS") or 2))


def _entry_from(environment: Mapping[str, str]) -> Entry:
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


def _smtp_from(url: str) -> Smtp | None:
    """Return the mail server, None when there is no address of one. Raises ValueError, without the password."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in _MAIL or not parts.hostname:
        raise ValueError(f"WEGWIJS_SMTP_URL begins with one of {', '.join(f'{scheme}://' for scheme in _MAIL)}")
    security, port = _MAIL[parts.scheme]
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    return Smtp(host=parts.hostname, port=parts.port or port, security=security, user=user, password=password)


def _webhook_from(environment: Mapping[str, str]) -> Webhook | None:
    """Return the webhook, None when Telegram is polled. Raises ValueError when there is no good secret."""
    if not (url := environment.get("WEGWIJS_TELEGRAM_WEBHOOK")):
        return None
    if not (secret := environment.get("WEGWIJS_TELEGRAM_SECRET")):
        raise ValueError("WEGWIJS_TELEGRAM_WEBHOOK is set: choose a secret and put it in WEGWIJS_TELEGRAM_SECRET")
    if not url.startswith("https://") and not environment.get("WEGWIJS_TELEGRAM_URL"):
        raise ValueError("WEGWIJS_TELEGRAM_WEBHOOK: Telegram comes only to an https:// address")
    return Webhook(url=url, secret=secret)


def default_database() -> Path:
    """Return where the embedded database lies: in the user's data directory."""
    return user_data_path("wegwijs") / "wegwijs.db"
