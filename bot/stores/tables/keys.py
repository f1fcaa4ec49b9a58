"""The keys of conversations and of the house, and who was forgotten."""

from sqlalchemy import Column, Index, Table, Text

from bot.stores.tables.base import METADATA, Moment

CONVERSATION_KEYS = Table(
    "conversation_keys",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("master", Text, nullable=False),  # which master key wraps it
    Column("wrapped", Text, nullable=False),
    Index("ix_conversation_keys_master", "master"),
)

HOUSE_KEYS = Table(
    "house_keys",  # of this database: the numbers of cases and the hashes of what was forgotten come from it
    METADATA,
    Column("name", Text, primary_key=True),
    Column("master", Text, nullable=False),
    Column("wrapped", Text, nullable=False),
)

FORGOTTEN = Table(
    "forgotten",  # so that restoring a backup brings nobody back
    METADATA,
    Column("hash", Text, primary_key=True),  # keyed, of the number of a conversation
    Column("at", Moment, nullable=False),
    Index("ix_forgotten_at", "at"),
)
