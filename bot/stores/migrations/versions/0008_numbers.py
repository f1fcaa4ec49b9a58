"""Anonymous tallies, for the figures."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what happened before is not counted."""
    op.create_table(
        "tallies",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("week", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("theme", sa.Text),
        sa.Column("wijk", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("organisation", sa.Text),
        sa.Column("rule", sa.Text),
        sa.Column("what", sa.Text),
        sa.Column("minutes", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tallies_kind", "tallies", ["kind", "week"])


def downgrade() -> None:
    """Drop the table, with all that is in it."""
    op.drop_table("tallies")
