"""Settings from the environment, read once."""

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path

from bot.messages import Value


class Settings(Value):
    """How this installation runs. Nothing needs to be set."""

    database_url: str
    telegram_token: str | None = None
    telegram_url: str | None = None
    action_token: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; each is a variable WEGWIJS_… (see the table in bot/README.md)."""
    get = environment.get
    return Settings(
        database_url=get("WEGWIJS_DATABASE_URL") or f"sqlite:///{default_database()}",
        telegram_token=get("WEGWIJS_TELEGRAM_TOKEN") or None,
        telegram_url=get("WEGWIJS_TELEGRAM_URL") or None,
        action_token=get("WEGWIJS_ACTION_TOKEN") or None,
        host=get("WEGWIJS_HOST") or "127.0.0.1",
    )


def default_database() -> Path:
    """Return where the embedded database lies: in the user's data directory."""
    return user_data_path("wegwijs") / "wegwijs.db"
