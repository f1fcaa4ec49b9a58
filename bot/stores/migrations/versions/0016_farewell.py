"""What a session of the desk needs to end at the identity provider too, and to end when it ended there."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; sessions of before have neither."""
    op.add_column("staff_sessions", sa.Column("farewell", sa.Text))
    op.add_column("staff_sessions", sa.Column("at_provider", sa.Text))


def downgrade() -> None:
    """Drop both."""
    op.drop_column("staff_sessions", "at_provider")
    op.drop_column("staff_sessions", "farewell")
