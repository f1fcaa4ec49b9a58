"""Who may sign in at the desk and how, and the sentences that a team uses again."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, false

from bot.stores.tables.base import METADATA, Moment

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
