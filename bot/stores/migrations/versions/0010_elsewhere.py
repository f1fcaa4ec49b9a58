"""What must be told to other systems."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table; what happened before is not told."""
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("conversation", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("progress", sa.Text, nullable=False),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["standing", "kind", "place", "next_try_at"])
    op.create_index("ix_deliveries_conversation", "deliveries", ["conversation"])


def downgrade() -> None:
    """Drop the table, with all that is in it."""
    op.drop_table("deliveries")
