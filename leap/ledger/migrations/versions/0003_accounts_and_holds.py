"""Accounts and what waits: sealed tokens, deferrals, holds with an end.

A failure may say until when trying again is of no use, or that it needs a
person. Tokens that a vendor has rotated are kept sealed for the tenant's own
recipients: this database cannot open them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('leap.tenant', true), '')"


def upgrade() -> None:
    """Add the columns and the tables of accounts, with their policies and grants."""
    for table in ("stages", "publications"):
        op.add_column(table, _time("until", null=True), schema="leap")
        op.add_column(
            table,
            sa.Column("needs_person", sa.Boolean, nullable=False, server_default=sa.text("false")),
            schema="leap",
        )
        op.create_index(
            f"{table}_waiting_idx",
            table,
            ["tenant", "recording"],
            schema="leap",
            postgresql_where=sa.text("until IS NOT NULL OR needs_person"),
        )
    op.create_index(
        "recordings_tenant_started_at_idx", "recordings", ["tenant", "started_at"], schema="leap"
    )
    _create("deferrals", _time("until"), sa.Column("reason", sa.Text, nullable=False))
    _create(
        "credentials",
        sa.Column("seed", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("generation", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("fields", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("sealed", sa.LargeBinary),
        _time("expires_at", null=True),
        _time("renewed_at", null=True),
        _time("used_at", null=True),
        sa.Column("renewing", sa.Text),
        _time("renewing_at", null=True),
        sa.CheckConstraint("(generation = 0) = (sealed IS NULL)", name="credentials_sealed_check"),
    )


def _create(table: str, *parts: sa.Column[object] | sa.CheckConstraint) -> None:
    """Create a table with a row per account, which its tenant sees and the administrator reads."""
    op.create_table(
        table,
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        *parts,
        sa.CheckConstraint("tenant <> ''", name=f"{table}_tenant_check"),
        sa.PrimaryKeyConstraint("tenant", "account", name=f"{table}_pkey"),
        schema="leap",
    )
    op.execute(f"ALTER TABLE leap.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE leap.{table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_tenant ON leap.{table}"
        f" USING (tenant = {TENANT}) WITH CHECK (tenant = {TENANT})"
    )
    op.execute(f"CREATE POLICY every_tenant ON leap.{table} FOR SELECT TO leap_admin USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON leap.{table} TO leap_app")
    op.execute(f"GRANT SELECT ON leap.{table} TO leap_admin")


def _time(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)
