"""Indexes from which the desk counts its tabs and filters, without a look at the rows themselves."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OLD = {
    "ix_cases_owner": ["owner", "state", "organisation", "place"],
    "ix_cases_place": [
        *("state", "organisation", "place"),
        *("owner", "waits_for", "reminder_at", "themes", "wijk", "language", "opened_at"),
    ],
}
_NEW = {
    "ix_cases_owned": ["owner", "state", "organisation", "place", "waits_for", "reminder_at"],
    "ix_cases_listed": [
        *("state", "organisation", "place"),
        *("urgent", "owner", "waits_for", "reminder_at", "themes", "wijk", "language", "opened_at"),
    ],
    "ix_cases_wijk": ["state", "organisation", "wijk", "language", "opened_at", "themes"],
}


def upgrade() -> None:
    """Make the new ones, then drop those that they replace."""
    for name, columns in _NEW.items():
        op.create_index(name, "cases", columns)
    for name in _OLD:
        op.drop_index(name, "cases")


def downgrade() -> None:
    """Put the old ones back."""
    for name, columns in _OLD.items():
        op.create_index(name, "cases", columns)
    for name in _NEW:
        op.drop_index(name, "cases")
