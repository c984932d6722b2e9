"""What apps have used up of their days at platforms.

A platform counts by the app, whichever tenant uses it. So these counters
belong to no tenant; one sees those of the apps that its accounts are of, and
an app is known by a digest alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('leap.tenant', true), '')"
ITS_OWN = f"""
    EXISTS (SELECT FROM leap.quota_holders AS own
            WHERE own.tenant = {TENANT} AND own.holder = quotas.holder)
"""


def upgrade() -> None:
    """Add the counters, and which app each account is of."""
    op.create_table(
        "quota_holders",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("tenant", "account", "holder")),
        sa.CheckConstraint("tenant <> ''", name="quota_holders_tenant_check"),
        sa.PrimaryKeyConstraint("tenant", "account", name="quota_holders_pkey"),
        schema="leap",
    )
    _protect("quota_holders", f"tenant = {TENANT}")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON leap.quota_holders TO leap_app")
    op.create_table(
        "quotas",
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("bucket", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("refreshed", sa.BigInteger, nullable=False),
        sa.CheckConstraint("refreshed BETWEEN 0 AND used", name="quotas_used_check"),
        sa.PrimaryKeyConstraint("holder", "bucket", "day", name="quotas_pkey"),
        schema="leap",
    )
    _protect("quotas", ITS_OWN)
    op.execute("GRANT SELECT, INSERT, UPDATE (used, refreshed) ON leap.quotas TO leap_app")


def _protect(table: str, own: str) -> None:
    """Let a tenant see its ``own`` rows alone, and the administrator read all."""
    op.execute(f"ALTER TABLE leap.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE leap.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON leap.{table} USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY every_tenant ON leap.{table} FOR SELECT TO leap_admin USING (true)")
    op.execute(f"GRANT SELECT ON leap.{table} TO leap_admin")
