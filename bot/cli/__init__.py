"""The `wegwijs` command; each part of it calls the room that does it."""

from bot.cli import (
    audit,
    deciding,
    demo,
    directory,
    elsewhere,
    keeping,
    learning,
    papers,
    reading,
    retention,
    running,
    secrecy,
    stuck,
)
from bot.cli.shared import app, err
from bot.stores.trouble import KeyTrouble

__all__ = [
    "app",
    "audit",
    "deciding",
    "demo",
    "directory",
    "elsewhere",
    "keeping",
    "learning",
    "main",
    "papers",
    "reading",
    "retention",
    "running",
    "secrecy",
    "stuck",
]


def main() -> None:
    """Run the command."""
    try:
        app()
    except KeyTrouble as trouble:
        err.print(str(trouble), markup=False, soft_wrap=True)
        raise SystemExit(1) from None
