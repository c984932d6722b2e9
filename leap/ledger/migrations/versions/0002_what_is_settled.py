"""What is settled: recordings whose facts have not changed since a plan had nothing to do.

The database itself counts the changes, so that whoever writes a fact, whichever
way, makes the recording be planned again. A publication may be withdrawn.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COUNT = """
    CREATE FUNCTION leap.count_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
    BEGIN
        UPDATE leap.recordings SET changes = changes + 1
        WHERE tenant = coalesce(NEW.tenant, OLD.tenant)
          AND id = coalesce(NEW.recording, OLD.recording);
        RETURN NULL;
    END
    $$
"""


def upgrade() -> None:
    """Add the columns and what counts; allow the state of a withdrawn publication."""
    op.add_column(
        "recordings",
        sa.Column("mark", sa.Text, nullable=False, server_default=sa.text("''")),
        schema="leap",
    )
    op.add_column(
        "recordings",
        sa.Column("changes", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        schema="leap",
    )
    op.add_column("recordings", sa.Column("settled", sa.Text), schema="leap")
    op.execute(_COUNT)
    for table in ("stages", "publications"):
        op.execute(
            f"CREATE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON leap.{table}"
            " FOR EACH ROW EXECUTE FUNCTION leap.count_change()"
        )
    op.drop_constraint("publications_state_check", "publications", schema="leap", type_="check")
    op.create_check_constraint(
        "publications_state_check",
        "publications",
        "state IN ('intended', 'applied', 'failed', 'unmanaged', 'withdrawn')",
        schema="leap",
    )
