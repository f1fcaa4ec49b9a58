"""What staff can still take back, and the sentences that a team uses again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pending",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("made", MOMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("started", MOMENT),
        sa.Column("problem", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_pending_conversation", "pending", ["conversation"])
    op.create_index("ix_pending_due", "pending", ["due"])
    op.create_table(
        "canned",
        sa.Column("team", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, primary_key=True),
        sa.Column("language", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    op.drop_table("canned")
    op.drop_table("pending")
