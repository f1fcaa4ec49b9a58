"""What stands still because it keeps failing, and why a reply did not arrive."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table, and the columns of the outbox."""
    op.add_column("outbox", sa.Column("failed_at", MOMENT))
    op.add_column("outbox", sa.Column("problem", sa.Text))
    op.create_table(
        "inbox",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("crashes", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
    )
    op.create_index("ix_inbox_conversation", "inbox", ["conversation"])
    op.create_index("ix_inbox_standing", "inbox", ["standing", "at"])


def downgrade() -> None:
    """Drop them, with all that is in them."""
    op.drop_table("inbox")
    op.drop_column("outbox", "problem")
    op.drop_column("outbox", "failed_at")
