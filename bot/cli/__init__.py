"""The `wegwijs` command; each part of it calls the room that does it."""

from bot.cli import deciding, keeping, reading, running
from bot.cli.shared import app

__all__ = ["app", "deciding", "keeping", "main", "reading", "running"]


def main() -> None:
    """Run the command."""
    app()
