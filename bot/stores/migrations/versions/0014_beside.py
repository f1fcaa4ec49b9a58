"""What several processes need to work beside each other: what others changed, and which code fits the tables.

Stop the previous version before this one: it knows no encrypted content, and waits for nobody's claims. From here on
an upgrade runs beside the version before it, unless its file says otherwise (docs/scale.md).
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WORKS_SINCE = "0014"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "changes",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("xact", sa.BigInteger, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_changes_xact", "changes", ["xact"])
    compatible = op.create_table("compatible", sa.Column("since", sa.Text, primary_key=True))
    op.bulk_insert(compatible, [{"since": WORKS_SINCE}])


def downgrade() -> None:
    """Drop both."""
    op.drop_table("compatible")
    op.drop_table("changes")
