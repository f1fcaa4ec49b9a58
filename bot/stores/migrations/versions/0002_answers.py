"""The numbers of answers, so that staff can open the one that a resident quotes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; answers of before have no number."""
    op.create_table(
        "answers",
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["conversation", "number"], ["events.conversation", "events.number"]),
    )
    op.create_index("ix_answers_receipt", "answers", ["receipt"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("answers")
