"""What staff propose and decide about the directory."""

from sqlalchemy import Column, Index, Integer, Table, Text

from bot.stores.tables.base import METADATA, Moment

DIRECTORY_PROPOSALS = Table(
    "directory_proposals",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Text, nullable=False),  # the whole Proposal
    Index("ix_directory_proposals_state", "state", "organisation"),
)

DIRECTORY_CHANGES = Table(
    "directory_changes",  # only grows
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("organisation", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Text, nullable=False),  # the whole Change
)
