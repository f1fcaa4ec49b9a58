"""All tables together."""

from sqlalchemy import Table

from bot.stores.tables import (  # noqa: F401 -- each adds its own
    audit,
    conversations,
    directory,
    figures,
    keys,
    processes,
    sending,
    staff,
)
from bot.stores.tables.base import METADATA

__all__ = ["METADATA", "of_a_conversation"]


def of_a_conversation() -> tuple[Table, ...]:
    """Return every table that keeps something of conversations, in the order in which they can be emptied."""
    return tuple(table for table in reversed(METADATA.sorted_tables) if "conversation" in table.c)
