"""What is on its way: replies to residents, and what other systems must be told."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, Index, Integer, Table, Text, UniqueConstraint

from bot.stores.tables.base import METADATA, Moment

OUTBOX = Table(
    "outbox",
    METADATA,
    # The order in which things were said; a clock may jump.
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("said", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Moment),  # empty: at once
    Column("dead", Boolean, nullable=False),
    Column("failed_at", Moment),  # later than now: the clock was put back, so do not wait for `next_try_at`
    Column("problem", Text),  # why it failed last
    ForeignKeyConstraint(["conversation", "number"], ["events.conversation", "events.number"]),
    UniqueConstraint("conversation", "number", name="uq_outbox_event"),
    Index("ix_outbox_due", "channel", "dead", "position"),
)

DELIVERIES = Table(
    "deliveries",  # to other systems; no content
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("conversation", Text),  # empty: it is of no case in particular
    Column("body", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("next_try_at", Moment, nullable=False),  # of one that is being sent: when it is tried again if nobody tells
    Column("standing", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text),
    Column("progress", Text, nullable=False),  # JSON: numbers that the other system gave
    Index("ix_deliveries_due", "standing", "kind", "place", "next_try_at"),
    Index("ix_deliveries_conversation", "conversation"),
)
