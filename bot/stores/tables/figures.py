"""What is counted, of nobody."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text

from bot.stores.tables.base import METADATA, Moment

TALLIES = Table(
    "tallies",  # of nobody: no conversation, no text, whole hours
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # random, so that rows have no order
    Column("at", Moment, nullable=False),
    Column("week", Date, nullable=False),  # its Monday, on the clock here
    Column("kind", Text, nullable=False),
    Column("theme", Text),
    Column("wijk", Text),
    Column("language", Text),
    Column("organisation", Text),
    Column("rule", Text),
    Column("what", Text),
    Column("minutes", Integer),
    Index("ix_tallies_kind", "kind", "week"),
    sqlite_with_rowid=False,
)
