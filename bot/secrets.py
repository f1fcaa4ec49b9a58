"""Secrets from files: what systemd's LoadCredential or a Docker secret lays ready, so that no environment shows it."""

from collections.abc import Mapping
from pathlib import Path

SECRETS = (
    "WEGWIJS_DATABASE_URL",  # has a password in it, with PostgreSQL
    "WEGWIJS_TELEGRAM_TOKEN",
    "WEGWIJS_TELEGRAM_SECRET",
    "WEGWIJS_ACTION_TOKEN",
    "WEGWIJS_SMTP_URL",
    "WEGWIJS_SECRET_KEY",
    "WEGWIJS_OIDC_CLIENT_SECRET",
    "WEGWIJS_LLM_KEY",
    "WEGWIJS_METRICS_TOKEN",
)


def with_files(environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with the secrets that lie in files. Raises ValueError, which shows no secret."""
    return {**environment, **{name: value for name in SECRETS if (value := secret(environment, name))}}


def secret(environment: Mapping[str, str], name: str) -> str | None:
    """Return a secret: what NAME says, or what is in the file that NAME_FILE names. Raises ValueError."""
    said, file = environment.get(name), environment.get(f"{name}_FILE")
    if not file:
        return said
    if said:
        raise ValueError(f"{name} and {name}_FILE are both set: leave one out")
    try:
        found = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{name}_FILE: {file} cannot be read") from None
    if not found:
        raise ValueError(f"{name}_FILE: {file} is empty")
    return found
