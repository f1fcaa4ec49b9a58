"""Columns of the queue: to find a case by, and its place in a list."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PLACE = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
FAR = 10**17 - 1
AT_ONCE = 1000


def upgrade() -> None:
    """Make the table anew and fill it from what each case was: nobody of before was promised anything."""
    op.drop_index("ix_cases_desk", "cases")
    op.rename_table("cases", "cases_before")
    new = op.create_table(
        "cases",
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("place", PLACE, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("waits_for", sa.Text, nullable=False),
        sa.Column("reminder_at", MOMENT),
        sa.Column("themes", sa.Text, nullable=False),
        sa.Column("wijk", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    connection = op.get_bind()
    bodies = connection.execute(sa.text("SELECT body FROM cases_before")).scalars()
    for some in bodies.partitions(AT_ONCE):
        connection.execute(sa.insert(new), [row(json.loads(body)) for body in some])
    op.drop_table("cases_before")
    op.create_index("ix_cases_number", "cases", ["number"], unique=True)
    op.create_index("ix_cases_owner", "cases", ["owner", "state", "organisation", "place"])
    first, also = ["state", "organisation", "place"], ["owner", "waits_for", "reminder_at", "themes", "wijk"]
    op.create_index("ix_cases_place", "cases", [*first, *also, "language", "opened_at"])


def row(case: dict[str, Any]) -> dict[str, object]:
    """Return the row of a case; it has waited since it was handed over, or since the resident last spoke."""
    since = datetime.fromisoformat(case["opened_at" if case["state"] == "waiting" else "last_heard_at"])
    number = sha256(case["conversation"].encode()).hexdigest()[:16]
    waited = (since - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    open_place = f"{0 if case['urgent'] else 1}{FAR:017d}{waited:017d}{number}"
    return {
        **{name: case[name] for name in ("conversation", "organisation", "state", "urgent", "owner", "language")},
        "opened_at": datetime.fromisoformat(case["opened_at"]).astimezone(UTC),
        "number": number,
        "place": f"0{FAR - waited:017d}{number}" if case["state"] == "closed" else open_place,
        "waits_for": "staff",
        "reminder_at": None,
        "themes": f" {' '.join(case['themes'])} ",
        "wijk": case["wijk"] or "unknown",
        "body": json.dumps({**case, "waits_for": "staff", "since": since.isoformat()}, ensure_ascii=False),
    }


def downgrade() -> None:
    """Leave what the queue of before found its cases by."""
    for name in ("ix_cases_number", "ix_cases_owner", "ix_cases_place"):
        op.drop_index(name, "cases")
    for name in ("number", "place", "owner", "waits_for", "reminder_at", "themes", "wijk", "language"):
        op.drop_column("cases", name)
    op.create_index("ix_cases_desk", "cases", ["organisation", "state", "urgent", "opened_at"])
