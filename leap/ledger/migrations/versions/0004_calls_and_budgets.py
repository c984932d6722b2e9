"""Calls that cost money, what was spent in each month, and what runs expected to spend.

A call is written down before it is made, so that one that was cut off is
seen. ``spending`` is what a budget is held against: its rows are locked while
a call is admitted, and no two runners can spend the same cent.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('leap.tenant', true), '')"


def upgrade() -> None:
    """Add the tables of calls and spending, and what a run expects."""
    op.add_column(
        "runs",
        sa.Column("forecast", JSONB, nullable=False, server_default=sa.text("'[]'")),
        schema="leap",
    )
    _create(
        "calls",
        ("id",),
        _text("id"),
        _text("recording"),
        _text("stage"),
        _text("provider"),
        _text("account"),
        _text("model"),
        _text("digest"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _text("outcome"),
        sa.Column("seconds", sa.Double, nullable=False, server_default=sa.text("0")),
        _tokens("prompt_tokens"),
        _tokens("cached_tokens"),
        _tokens("completion_tokens"),
        sa.Column("cost", sa.Numeric),
        sa.Column("currency", sa.Text),
        sa.CheckConstraint(
            "outcome IN ('asked', 'answered', 'refused', 'lost')", name="calls_outcome_check"
        ),
        sa.CheckConstraint("(cost IS NULL) = (currency IS NULL)", name="calls_currency_check"),
    )
    op.create_index("calls_tenant_at_idx", "calls", ["tenant", "at"], schema="leap")
    _create(
        "spending",
        ("month", "currency"),
        _text("month"),
        _text("currency"),
        sa.Column("amount", sa.Numeric, nullable=False),
    )


def _create(
    table: str, key: tuple[str, ...], *parts: sa.Column[object] | sa.CheckConstraint
) -> None:
    """Create a table which its tenant sees and the administrator reads."""
    op.create_table(
        table,
        _text("tenant"),
        *parts,
        sa.CheckConstraint("tenant <> ''", name=f"{table}_tenant_check"),
        sa.PrimaryKeyConstraint("tenant", *key, name=f"{table}_pkey"),
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


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=False)


def _tokens(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=sa.text("0"))
