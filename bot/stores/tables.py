"""The tables, the same on SQLite and PostgreSQL. `migrations/` brings a database to this; a test compares.

What is kept of a conversation is in `events`, `outbox`, `answers`, `cases` and `timers`, and goes by `SqlStore.forget`.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """A moment with time zone, kept in UTC because SQLite knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment in UTC, as the database keeps it."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment with its zone, which SQLite left out."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


METADATA = MetaData()

EVENTS = Table(
    "events",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("kind", Text, nullable=False),
    Column("heard_id", Text),  # of a Heard: the same message counts once
    Column("body", Text, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("conversation", "heard_id", name="uq_events_heard"),
)

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
    ForeignKeyConstraint(["conversation", "number"], ["events.conversation", "events.number"]),
    UniqueConstraint("conversation", "number", name="uq_outbox_event"),
    Index("ix_outbox_due", "channel", "dead", "position"),
)

ANSWERS = Table(
    "answers",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("receipt", Text, nullable=False),  # not unique: the same words on the same day have the same number
    ForeignKeyConstraint(["conversation", "number"], ["events.conversation", "events.number"]),
    Index("ix_answers_receipt", "receipt"),
)

CASES = Table(
    "cases",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("body", Text, nullable=False),  # the whole Case; the other columns are to find it by
    Index("ix_cases_desk", "organisation", "state", "urgent", "opened_at"),
)

TIMERS = Table(
    "timers",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("timer", Text, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Index("ix_timers_due", "due_at"),
)

STAFF = Table(
    "staff",
    METADATA,
    Column("key", Text, primary_key=True),  # the name in lower case, the same in every database
    Column("name", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

SESSIONS = Table(
    "staff_sessions",
    METADATA,
    Column("token_hash", Text, primary_key=True),  # sha256; the token is only in the cookie
    Column("staff", Text, ForeignKey("staff.key"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Index("ix_staff_sessions_staff", "staff"),
)
