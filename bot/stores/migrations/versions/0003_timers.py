"""What is said later, and when: a late answer, a follow-up."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; questions that wait already get no timer."""
    op.create_table(
        "timers",
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("timer", sa.Text, primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_timers_due", "timers", ["due_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("timers")
