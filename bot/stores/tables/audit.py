"""The audit log. Triggers let it only grow."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, UniqueConstraint

from bot.stores.tables.base import METADATA, Moment

AUDIT = Table(
    "audit",  # triggers let it only grow
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("behalf", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("case", Text),  # the number in its address
    Column("outcome", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("hash", Text, nullable=False),  # of this line and the hash before
    UniqueConstraint("id", name="uq_audit_id"),
    Index("ix_audit_who", "who", "number"),
    Index("ix_audit_case", "case", "number"),
    Index("ix_audit_action", "action", "number"),
    Index("ix_audit_team", "team", "number"),
    Index("ix_audit_at", "at"),
)

AUDIT_ANCHORS = Table(
    "audit_anchors",  # triggers let it only grow
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # of the last line that was erased
    Column("hash", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
