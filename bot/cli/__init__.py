"""The `wegwijs` command; each part of it calls the room that does it."""

from bot.cli import audit, deciding, demo, directory, elsewhere, keeping, learning, reading, running
from bot.cli.shared import app

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
    "reading",
    "running",
]


def main() -> None:
    """Run the command."""
    app()
