"""Private links to one advice."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "shared_advice",
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation", "number"], ["events.conversation", "events.number"]),
    )
    op.create_index("ix_shared_advice_expires", "shared_advice", ["expires"])


def downgrade() -> None:
    """Drop the table; the links lead nowhere then."""
    op.drop_table("shared_advice")
