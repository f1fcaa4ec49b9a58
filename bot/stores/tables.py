"""The tables, the same on SQLite and PostgreSQL. `migrations/` brings a database to this; a test compares.

What is kept of a conversation is in the tables with a column `conversation`, and goes by `SqlStore.forget`: every new
table with one goes along. What it says is only in `body` of `events`, `cases` and `pending`, sealed (vault.py);
docs/encryption.md goes through all columns.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
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
    false,
    text,
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

STAFF = Table(
    "staff",
    METADATA,
    Column("key", Text, primary_key=True),  # the name in lower case, the same in every database
    Column("name", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("role", Text, nullable=False, server_default="medewerker"),
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
    Column("device", Text, nullable=False, server_default=""),  # in words, such as "Firefox op Windows"
    Column("half", Boolean, nullable=False, server_default=false()),  # the second step is still to come
    Column("farewell", Text),  # what signs out at the identity provider too; only the token opens it
    Column("at_provider", Text),  # sha256 of what that provider calls this session, "" when it has no name for it
    Index("ix_staff_sessions_staff", "staff"),
)

STAFF_TRIES = Table(
    "staff_tries",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("who", Text, nullable=False),  # sha256 of what was tried and for whom: names that do not exist count too
    Column("at", Moment, nullable=False),
    Index("ix_staff_tries_who", "who", "at"),
    Index("ix_staff_tries_at", "at"),
)

STAFF_LINKS = Table(
    "staff_links",
    METADATA,
    Column("staff", Text, ForeignKey("staff.key"), primary_key=True),  # one link at a time
    Column("secret_hash", Text, nullable=False, unique=True),  # sha256; the secret is only in the link
    Column("expires", Moment, nullable=False),
)

STAFF_SECOND = Table(
    "staff_second",
    METADATA,
    Column("staff", Text, ForeignKey("staff.key"), primary_key=True),
    Column("secret", Text, nullable=False),  # encrypted when there is a key for it
    Column("step", BigInteger, nullable=False),  # of 30 seconds; its code and those before were used
)

STAFF_CODES = Table(
    "staff_codes",
    METADATA,
    Column("staff", Text, ForeignKey("staff.key"), primary_key=True),
    Column("code", Text, primary_key=True),  # salted hash
)

STAFF_IDENTITIES = Table(
    "staff_identities",
    METADATA,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("staff", Text, ForeignKey("staff.key"), nullable=False),
    Index("ix_staff_identities_staff", "staff"),
)

STAFF_JOURNEYS = Table(
    "staff_journeys",  # to an identity provider and back
    METADATA,
    Column("state_hash", Text, primary_key=True),
    Column("browser_hash", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("next", Text, nullable=False),
    Column("expires", Moment, nullable=False),
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

CANNED = Table(
    "canned",
    METADATA,
    Column("team", Text, primary_key=True),
    Column("title", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

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


def of_a_conversation() -> tuple[Table, ...]:
    """Return every table that keeps something of conversations, in the order in which they can be emptied."""
    return tuple(table for table in reversed(METADATA.sorted_tables) if "conversation" in table.c)
