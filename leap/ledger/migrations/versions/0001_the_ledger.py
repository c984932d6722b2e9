"""The ledger: recordings, facts, leases, runs, events; one tenant's rows hidden from another."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANT_TABLES = ("recordings", "files", "stages", "publications", "leases", "runs", "events")

TENANT = "nullif(current_setting('leap.tenant', true), '')"


def upgrade() -> None:
    """Create every table, with its policies and grants."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("fences", schema="leap")))
    _create(
        "recordings",
        *_texts("id", "source", "source_kind", "account", "external_id"),
        *_texts("locator", "revision", "title"),
        _time("started_at"),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("duration", sa.Double),
        *_texts("template", "skip", null=True),
        *_texts("reason"),
        _time("settled_at", null=True),
        sa.Column("listed", sa.Boolean, nullable=False),
        sa.Column("wanted", JSONB),
        _time("since"),
        sa.UniqueConstraint(
            *("tenant", "source_kind", "account", "external_id"),
            name="recordings_tenant_source_kind_account_external_id_key",
        ),
        key=("tenant", "id"),
    )
    _create(
        "files",
        *_texts("source", "path"),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        *_texts("sha256"),
        sa.Column("duration", sa.Double),
        _time("created_at", null=True),
        _time("first_seen_at", null=True),
        key=("tenant", "source", "path"),
    )
    _create(
        "stages",
        *_texts("recording", "stage", "key", "state"),
        _time("since"),
        *_outcome(),
        sa.Column("seconds", sa.Double),
        _json("facts"),
        _states("stages", "running", "done", "evicted", "failed"),
        key=("tenant", "recording", "stage", "key"),
    )
    _create(
        "publications",
        *_texts("recording", "preset", "platform", "state"),
        _time("since"),
        *_texts("external_id", "url", null=True),
        _json("applied"),
        _json("wanted"),
        *_outcome(),
        sa.Column("receipts", sa.Integer, nullable=False, server_default=sa.text("0")),
        _states("publications", "intended", "applied", "failed", "unmanaged"),
        key=("tenant", "recording", "preset"),
    )
    _create(
        "leases",
        *_texts("scope", "holder"),
        sa.Column("claim", sa.Uuid, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        _time("acquired_at"),
        _time("expires_at"),
        key=("tenant", "scope"),
    )
    _create(
        "runs",
        sa.Column("id", sa.Uuid, nullable=False),
        _time("started_at"),
        _time("finished_at", null=True),
        *_texts("commit", "outcome", null=True),
        key=("tenant", "id"),
    )
    _create(
        "events",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        *_texts("recording", null=True),
        _time("at"),
        *_texts("kind", "message"),
        _json("data"),
        key=("tenant", "id"),
    )
    _index("runs", "tenant", "started_at")
    _index("events", "tenant", "number")
    _index("events", "tenant", "recording", "number")
    _grant()


def _create(
    table: str,
    *parts: sa.Column[Any] | sa.CheckConstraint | sa.UniqueConstraint,
    key: tuple[str, ...],
) -> None:
    """Create a table whose rows only their tenant sees, and the administrator reads.

    Forced row-level security binds the owner too; only a superuser is above it.
    """
    op.create_table(
        table,
        sa.Column("tenant", sa.Text, nullable=False),
        *parts,
        sa.CheckConstraint("tenant <> ''", name=f"{table}_tenant_check"),
        sa.PrimaryKeyConstraint(*key, name=f"{table}_pkey"),
        schema="leap",
    )
    op.execute(f"ALTER TABLE leap.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE leap.{table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY one_tenant ON leap.{table}"
        f" USING (tenant = {TENANT}) WITH CHECK (tenant = {TENANT})"
    )
    op.execute(f"CREATE POLICY every_tenant ON leap.{table} FOR SELECT TO leap_admin USING (true)")


def _grant() -> None:
    tables = ", ".join(f"leap.{table}" for table in TENANT_TABLES)
    op.execute("GRANT USAGE ON SCHEMA leap TO leap_app, leap_admin")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO leap_app")
    op.execute(f"GRANT SELECT ON {tables} TO leap_admin")
    op.execute("GRANT SELECT ON leap.alembic_version TO leap_app, leap_admin")
    op.execute("GRANT USAGE ON SEQUENCE leap.fences TO leap_app")


def _texts(*names: str, null: bool = False) -> tuple[sa.Column[Any], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=null) for name in names)


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, JSONB, nullable=False, server_default=sa.text("'{}'"))


def _outcome() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("reason", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("permanent", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )


def _states(table: str, *states: str) -> sa.CheckConstraint:
    allowed = ", ".join(f"'{state}'" for state in states)
    return sa.CheckConstraint(f"state IN ({allowed})", name=f"{table}_state_check")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"{table}_{'_'.join(columns)}_idx", table, columns, schema="leap")
