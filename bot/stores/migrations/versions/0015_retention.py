"""What the daily sweep needs: the first moment of each conversation, and a begin of the audit log that may move up.

A line of the audit log can be erased from here on when it is five years old and lies before the newest anchor. The
anchor keeps the hash of the last line before it, so that the chain of those that stay can still be checked.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BEFORE_ANCHOR = "OLD.number <= coalesce((SELECT max(number) FROM audit_anchors), 0)"
SQLITE = (
    "DROP TRIGGER audit_no_delete",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit"
    f" WHEN NOT ({_BEFORE_ANCHOR} AND OLD.at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-5 years'))"
    " BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
    "CREATE TRIGGER audit_anchors_no_update BEFORE UPDATE ON audit_anchors"
    " BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
    "CREATE TRIGGER audit_anchors_no_delete BEFORE DELETE ON audit_anchors"
    " BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
    "CREATE TRIGGER audit_anchors_no_replace BEFORE INSERT ON audit_anchors"
    " WHEN NEW.number <= coalesce((SELECT max(number) FROM audit_anchors), 0)"
    " BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit' THEN"
    f"  IF {_BEFORE_ANCHOR} AND OLD.at < now() - interval '5 years' THEN RETURN OLD; END IF;"
    " END IF;"
    " RAISE EXCEPTION 'audit only grows'; END $$",
    "CREATE TRIGGER audit_anchors_no_change BEFORE UPDATE OR DELETE ON audit_anchors"
    " FOR EACH ROW EXECUTE FUNCTION audit_only_grows()",
    "CREATE TRIGGER audit_anchors_no_truncate BEFORE TRUNCATE ON audit_anchors"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
)
BACK_SQLITE = (
    "DROP TRIGGER audit_no_delete",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
)
BACK_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'audit only grows'; END $$",
)


def upgrade() -> None:
    """Make the index and the table of anchors, and let old lines go."""
    first = sa.text("number = 1")
    op.create_index("ix_events_first", "events", ["at", "conversation"], sqlite_where=first, postgresql_where=first)
    op.create_table(
        "audit_anchors",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Drop both; a log from which lines were erased cannot be checked any more then."""
    op.drop_table("audit_anchors")
    for statement in BACK_SQLITE if op.get_bind().dialect.name == "sqlite" else BACK_POSTGRESQL:
        op.execute(statement)
    op.drop_index("ix_events_first", "events")
