"""What is kept of conversations: their events, cases, timers, links, and what stands still."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, Table, Text, UniqueConstraint, text

from bot.stores.tables.base import METADATA, Moment


def _plain(table: str) -> Index:
    """Return the index by which what is still in the clear is found: of a version from before the keys."""
    where = text("substr(body, 1, 1) = '{'")
    return Index(f"ix_{table}_plain", "conversation", sqlite_where=where, postgresql_where=where)


def _first() -> Index:
    """Return the index of the moments at which conversations began, by which the old ones are found."""
    where = text("number = 1")
    return Index("ix_events_first", "at", "conversation", sqlite_where=where, postgresql_where=where)


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
    _plain("events"),
    _first(),
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
    Column("number", Text, nullable=False),
    Column("place", Text(collation="C").with_variant(Text(), "sqlite"), nullable=False),  # see Case.place
    Column("owner", Text),
    Column("waits_for", Text, nullable=False),
    Column("reminder_at", Moment),
    Column("themes", Text, nullable=False),  # each between spaces
    Column("wijk", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("body", Text, nullable=False),  # the whole Case; the other columns are to find it by
    _plain("cases"),
    Index("ix_cases_number", "number", unique=True),
    Index("ix_cases_owned", "owner", "state", "organisation", "place", "waits_for", "reminder_at"),
    Index(  # in the order of a list, with all that a list can be narrowed by: no row is read that is not shown
        "ix_cases_listed",
        *("state", "organisation", "place"),
        *("urgent", "owner", "waits_for", "reminder_at", "themes", "wijk", "language", "opened_at"),
    ),
    Index("ix_cases_wijk", "state", "organisation", "wijk", "language", "opened_at", "themes"),  # to count what fits
)

TIMERS = Table(
    "timers",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("timer", Text, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Index("ix_timers_due", "due_at"),
)

PENDING = Table(
    "pending",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("made", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("started", Moment),  # empty: it can still be taken back
    Column("problem", Text),  # why it could not be carried out
    Column("body", Text, nullable=False),  # the whole Pending
    Index("ix_pending_conversation", "conversation"),
    Index("ix_pending_due", "due"),
)

SHARED_ADVICE = Table(
    "shared_advice",  # private links to one advice; no content
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # of the event; one link at a time
    Column("token_hash", Text, nullable=False, unique=True),  # sha256; the token is only in the link
    Column("expires", Moment, nullable=False),
    ForeignKeyConstraint(["conversation", "number"], ["events.conversation", "events.number"]),
    Index("ix_shared_advice_expires", "expires"),
)

INBOX = Table(
    "inbox",  # what stands still because it keeps failing; no content
    METADATA,
    Column("id", Text, primary_key=True),  # see inbox.mark_of
    Column("conversation", Text),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("standing", Text, nullable=False),  # counted (a process died of it, or a timer failed), aside, again
    Column("crashes", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Index("ix_inbox_conversation", "conversation"),
    Index("ix_inbox_standing", "standing", "at"),
)
