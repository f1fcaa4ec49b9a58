"""A problem: its name for a log that holds no sentences of residents."""

from bot.problems import name_of

__all__ = ["name_of"]
