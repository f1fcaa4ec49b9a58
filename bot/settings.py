"""Settings from the environment, read once."""

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from platformdirs import user_data_path
from pydantic import ConfigDict, Field

from bot.entry import Entry, entry_from
from bot.messages import Value
from bot.reporting import Reporting, reporting_from
from bot.secrets import with_files

Security = Literal["starttls", "tls", "none"]
_MAIL: Mapping[str, tuple[Security, int]] = {  # scheme of a mail server -> what keeps it secret, and its usual port
    "smtp": ("starttls", 587),
    "smtps": ("tls", 465),
    "smtp+plain": ("none", 25),  # for one on the same machine
}

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")


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


class Smtp(Value):
    """A mail server. Its password is never shown."""

    model_config = ConfigDict(hide_input_in_errors=True)

    host: str = Field(min_length=1)
    port: int = Field(gt=0, lt=65536)
    security: Security
    user: str | None = None
    password: str | None = Field(default=None, repr=False)


class Retention(Value):
    """How many days each kind of thing is kept (bot/retention.py says since when)."""

    conversation: int = Field(default=30, ge=1, le=365)
    handoff_open: int = Field(default=365, ge=90, le=1826)
    handoff_closed: int = Field(default=90, ge=7, le=1826)
    undelivered: int = Field(default=14, ge=3, le=90, description="more than the two days in which it is tried")
    shared: int = Field(default=7, ge=1, le=30)
    elsewhere: int = Field(default=30, ge=7, le=365)
    audit: int = Field(default=1827, ge=1827, le=5479, description="NEN 7513: at least five years")
    backups: int = Field(default=35, ge=1, le=365, description="told to residents; who makes them erases them")
    logs: int = Field(default=30, ge=1, le=365, description="told to residents; who keeps them erases them")


class Settings(Value):
    """How this installation runs. Nothing needs to be set."""

    model_config = ConfigDict(hide_input_in_errors=True)

    database_url: str = Field(repr=False)
    telegram_token: str | None = Field(default=None, repr=False)
    telegram_url: str | None = None
    telegram_webhook: Webhook | None = None
    action_token: str | None = Field(default=None, repr=False)
    llm: Llm | None = None
    entry: Entry = Entry()
    elsewhere: Path | None = None
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]\S*$")
    smtp: Smtp | None = None
    retention: Retention = Retention()
    metrics_token: str | None = Field(default=None, min_length=16, repr=False)
    otlp_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]\S*$")
    forgotten_file: Path | None = Field(default=None, description="who was forgotten, as keyed hashes, for a restore")
    mail_from: str | None = Field(default=None, pattern=r"^[^@\r\n]+@[^@\s<>]+>?$")
    themes: Path | None = None
    theme: str | None = None
    privacy_contact: str | None = Field(default=None, max_length=200, description="e-mail, web address or number")
    accessibility_contact: str | None = Field(default=None, max_length=200)
    source_url: str | None = Field(default=None, pattern=r"^https://[^\s/]\S*$")
    origins: tuple[str, ...] = Field(default=(), description="websites that may show the chat")
    host: str = "127.0.0.1"
    port: int = 8000
    desk_undo_seconds: float = Field(default=10.0, ge=0, le=60, description="how long staff can take something back")
    proxies: str = Field(default="127.0.0.1,::1", description="whose X-Forwarded-For or Forwarded is believed")
    limits: float = Field(default=1.0, ge=0, le=1000, description="how many times as wide as bot/limits.py; 0 is off")
    reporting: Reporting | None = None


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; each is a variable WEGWIJS_… (see the table in bot/README.md)."""
    environment = with_files(environment)
    get = environment.get
    return Settings(
        database_url=get("WEGWIJS_DATABASE_URL") or f"sqlite:///{default_database()}",
        telegram_token=get("WEGWIJS_TELEGRAM_TOKEN") or None,
        telegram_url=get("WEGWIJS_TELEGRAM_URL") or None,
        telegram_webhook=_webhook_from(environment),
        action_token=get("WEGWIJS_ACTION_TOKEN") or None,
        llm=_llm_from(environment),
        entry=entry_from(environment),
        elsewhere=Path(file) if (file := get("WEGWIJS_ELSEWHERE")) else None,
        public_url=get("WEGWIJS_PUBLIC_URL") or None,
        smtp=_smtp_from(get("WEGWIJS_SMTP_URL") or ""),
        retention=_retention_from(environment),
        metrics_token=get("WEGWIJS_METRICS_TOKEN") or None,
        otlp_url=get("WEGWIJS_OTLP_URL") or None,
        forgotten_file=Path(file) if (file := get("WEGWIJS_FORGOTTEN_FILE")) else None,
        mail_from=get("WEGWIJS_MAIL_FROM") or None,
        themes=Path(folder) if (folder := get("WEGWIJS_THEMES")) else None,
        theme=get("WEGWIJS_THEME") or None,
        privacy_contact=get("WEGWIJS_PRIVACY_CONTACT") or None,
        accessibility_contact=get("WEGWIJS_ACCESSIBILITY_CONTACT") or None,
        source_url=get("WEGWIJS_SOURCE_URL") or None,
        origins=origins_in(get("WEGWIJS_ORIGINS") or ""),
        host=get("WEGWIJS_HOST") or "127.0.0.1",
        desk_undo_seconds=float(get("WEGWIJS_DESK_UNDO_SECONDS") or 10),
        proxies=get("WEGWIJS_PROXIES") or "127.0.0.1,::1",
        limits=float(get("WEGWIJS_LIMITS") or 1),
        reporting=reporting_from(environment, date.today()),
    )


def _retention_from(environment: Mapping[str, str]) -> Retention:
    """Return how long things are kept. Raises ValueError, with the bounds, when a number is not allowed."""
    names = {name: f"WEGWIJS_KEEP_{name.upper()}_DAYS" for name in Retention.model_fields}
    told = {name: days for name, key in names.items() if (days := environment.get(key))}
    return Retention.model_validate_strings(told)


def origins_in(listed: str) -> tuple[str, ...]:
    """Return the websites in a list with commas. Raises ValueError that names the one that is wrong, and its mend."""
    origins = tuple(dict.fromkeys(one.strip().rstrip("/") for one in listed.split(",") if one.strip()))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"WEGWIJS_ORIGINS: {origin!r} is no website. Write https:// and the name in small letters, without a "
                "path: https://www.utrecht.nl (http:// only for localhost)"
            )
    return origins


def _llm_from(environment: Mapping[str, str]) -> Llm | None:
    """Return the bigger reader, None when there is no address of one. Raises ValueError when the rest is wrong."""
    get = environment.get
    if not (url := get("WEGWIJS_LLM_URL")):
        return None
    if not (model := get("WEGWIJS_LLM_MODEL")):
        raise ValueError("WEGWIJS_LLM_URL is set: name the model to ask for in WEGWIJS_LLM_MODEL")
    key = get("WEGWIJS_LLM_KEY") or None
    return Llm(url=url, model=model, key=key, seconds=float(get("WEGWIJS_LLM_SECONDS") or 2))


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
