"""Settings from the environment, read once."""

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path
from pydantic import ConfigDict, Field

from bot.messages import Value


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


class Settings(Value):
    """How this installation runs. Nothing needs to be set."""

    database_url: str
    telegram_token: str | None = None
    telegram_url: str | None = None
    telegram_webhook: Webhook | None = None
    action_token: str | None = None
    llm: Llm | None = None
    host: str = "127.0.0.1"
    port: int = 8000


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
        host=get("WEGWIJS_HOST") or "127.0.0.1",
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
