"""The keys of conversations, what was forgotten, and where to find what is still in the clear."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PLAIN = sa.text("substr(body, 1, 1) = '{'")


def upgrade() -> None:
    """Make the tables. What is in the clear is sealed after this, while Wegwijs runs (stores/sealing.py)."""
    op.create_table(
        "conversation_keys",
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("master", sa.Text, nullable=False),
        sa.Column("wrapped", sa.Text, nullable=False),
    )
    op.create_index("ix_conversation_keys_master", "conversation_keys", ["master"])
    if op.get_bind().dialect.name == "postgresql":  # its statistics would keep copies of keys
        for column in ("conversation", "wrapped"):
            op.execute(f"ALTER TABLE conversation_keys ALTER COLUMN {column} SET STATISTICS 0")
    op.create_table(
        "house_keys",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("master", sa.Text, nullable=False),
        sa.Column("wrapped", sa.Text, nullable=False),
    )
    op.create_table(
        "forgotten",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_forgotten_at", "forgotten", ["at"])
    for table in ("events", "cases"):
        op.create_index(f"ix_{table}_plain", table, ["conversation"], sqlite_where=PLAIN, postgresql_where=PLAIN)


def downgrade() -> None:
    """Drop the keys. What they sealed can then be read by nobody."""
    for table in ("events", "cases"):
        op.drop_index(f"ix_{table}_plain", table)
    for table in ("forgotten", "house_keys", "conversation_keys"):
        op.drop_table(table)
