"""What processes beside each other need to know."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from bot.stores.tables.base import METADATA, Moment

CHANGES = Table(
    "changes",  # what other processes must look at (stores/news.py), for ten minutes; PostgreSQL only
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("xact", BigInteger, nullable=False),  # PostgreSQL's number of the transaction
    Column("conversation", Text, nullable=False),  # its number, no id
    Column("topics", Text, nullable=False),
    Column("by", Text, nullable=False),  # a process
    Column("at", Moment, nullable=False),
    Index("ix_changes_xact", "xact"),
)

COMPATIBLE = Table(
    "compatible",  # one row
    METADATA,
    Column("since", Text, primary_key=True),  # the oldest version of the tables whose code still works with these
)
