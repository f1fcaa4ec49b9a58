"""Roles, devices, tries, links, second steps and identities of who signs in at the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NEW = ("staff_tries", "staff_links", "staff_second", "staff_codes", "staff_identities", "staff_journeys")


def upgrade() -> None:
    """Everybody of before becomes a medewerker; sessions of before go on."""
    op.add_column("staff", sa.Column("role", sa.Text, nullable=False, server_default="medewerker"))
    op.add_column("staff_sessions", sa.Column("device", sa.Text, nullable=False, server_default=""))
    op.add_column("staff_sessions", sa.Column("half", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "staff_tries",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_staff_tries_who", "staff_tries", ["who", "at"])
    op.create_index("ix_staff_tries_at", "staff_tries", ["at"])
    op.create_table(
        "staff_links",
        sa.Column("staff", sa.Text, sa.ForeignKey("staff.key"), primary_key=True),
        sa.Column("secret_hash", sa.Text, nullable=False, unique=True),
        sa.Column("expires", MOMENT, nullable=False),
    )
    op.create_table(
        "staff_second",
        sa.Column("staff", sa.Text, sa.ForeignKey("staff.key"), primary_key=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "staff_codes",
        sa.Column("staff", sa.Text, sa.ForeignKey("staff.key"), primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
    )
    op.create_table(
        "staff_identities",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("staff", sa.Text, sa.ForeignKey("staff.key"), nullable=False),
    )
    op.create_index("ix_staff_identities_staff", "staff_identities", ["staff"])
    op.create_table(
        "staff_journeys",
        sa.Column("state_hash", sa.Text, primary_key=True),
        sa.Column("browser_hash", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("verifier", sa.Text, nullable=False),
        sa.Column("next", sa.Text, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables and columns, with all that is in them."""
    for table in NEW:
        op.drop_table(table)
    op.drop_column("staff_sessions", "half")
    op.drop_column("staff_sessions", "device")
    op.drop_column("staff", "role")
