"""What publishing must not forget: where a video is, what it was given, what is under way.

A checkpoint is a named note of one publication, or a secret that was sealed
before it came here. What a platform was given stands beside its digests.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('leap.tenant', true), '')"


def upgrade() -> None:
    """Add the table of checkpoints, and to publications what they were given."""
    op.add_column(
        "publications",
        sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'")),
        schema="leap",
    )
    op.create_table(
        "checkpoints",
        _text("tenant"),
        _text("recording"),
        _text("preset"),
        _text("name"),
        sa.Column("note", JSONB),
        sa.Column("sealed", sa.LargeBinary),
        sa.CheckConstraint("tenant <> ''", name="checkpoints_tenant_check"),
        sa.CheckConstraint("(note IS NULL) <> (sealed IS NULL)", name="checkpoints_kind_check"),
        sa.PrimaryKeyConstraint("tenant", "recording", "preset", "name", name="checkpoints_pkey"),
        schema="leap",
    )
    op.execute("ALTER TABLE leap.checkpoints ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE leap.checkpoints FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_tenant ON leap.checkpoints"
        f" USING (tenant = {TENANT}) WITH CHECK (tenant = {TENANT})"
    )
    op.execute(
        "CREATE POLICY every_tenant ON leap.checkpoints FOR SELECT TO leap_admin USING (true)"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON leap.checkpoints TO leap_app")
    op.execute("GRANT SELECT ON leap.checkpoints TO leap_admin")


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=False)
