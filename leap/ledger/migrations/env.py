"""How Alembic reaches the database: over the connection that `leap.ledger.schema` opens."""

from __future__ import annotations

from alembic import context

from leap.ledger.tables import SCHEMA, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=SCHEMA,
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
