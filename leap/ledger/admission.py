"""Recordings and file memos in bulk: one statement each, and no write of what is unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leap.domain.recording import FileMemo
from leap.domain.snapshot import RecordingRow
from leap.ledger.address import Connection
from leap.ledger.values import (
    FILE_COLUMNS,
    RECORDING_COLUMNS,
    file_to_data,
    recording_to_data,
    to_json,
)

_TYPES = {
    "started_at": "timestamptz",
    "settled_at": "timestamptz",
    "since": "timestamptz",
    "created_at": "timestamptz",
    "first_seen_at": "timestamptz",
    "size": "bigint",
    "mtime_ns": "bigint",
    "duration": "double precision",
    "listed": "boolean",
    "wanted": "jsonb",
}


def _upsert(
    table: str,
    columns: Sequence[str],
    *,
    key: Sequence[str],
    kept: Sequence[str] = (),
    since: str | None = None,
) -> str:
    """Return the statement that brings the rows of a JSON array into ``table``.

    Args:
        key: what says which row is the same; its conflict is an update.
        kept: columns that keep what they were first given.
        since: columns whose change moves ``since``; otherwise it stays.
    """
    typed = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in columns)
    compared = [name for name in columns if name not in (*key, *kept, "since")]
    changes = [f"{name} = excluded.{name}" for name in compared]
    if since is not None:
        before, after = (
            ", ".join(f"{side}.{name}" for name in since.split()) for side in ("old", "excluded")
        )
        changes.append(
            f"since = CASE WHEN ({before}) IS DISTINCT FROM ({after})"
            " THEN excluded.since ELSE old.since END"
        )
    same = " AND ".join(f"old.{name} = new.{name}" for name in key)

    def row(side: str) -> str:
        return "(" + ", ".join(f"{side}.{name}" for name in compared) + ")"

    # Rows that are the same never reach INSERT: a conflict alone would lock,
    # and so write, each of them.
    return f"""
        INSERT INTO leap.{table} AS old (tenant, {", ".join(columns)})
        SELECT %(tenant)s, {", ".join(f"new.{name}" for name in columns)}
        FROM json_to_recordset(%(rows)s::json) AS new ({typed})
        WHERE NOT EXISTS (
            SELECT FROM leap.{table} AS old
            WHERE old.tenant = %(tenant)s AND {same}
              AND {row("old")} IS NOT DISTINCT FROM {row("new")}
        )
        ON CONFLICT (tenant, {", ".join(key)}) DO UPDATE SET {", ".join(changes)}
        WHERE {row("old")} IS DISTINCT FROM {row("excluded")}
    """  # noqa: S608  # of constants


_RECORDINGS = _upsert(
    "recordings",
    RECORDING_COLUMNS,
    key=("source_kind", "account", "external_id"),
    # The identity, and the date in it, stay as first recorded.
    kept=("id",),
    since="template skip revision",
)
_FILES = _upsert("files", FILE_COLUMNS, key=("source", "path"))


def admit(
    connection: Connection,
    tenant: str,
    rows: Iterable[RecordingRow],
    memos: Mapping[str, Sequence[FileMemo]],
) -> int:
    """Insert or update ``rows`` and ``memos`` (by source); return how many were written."""
    recordings = {
        (row.source_kind, row.account, row.external_id): recording_to_data(row) for row in rows
    }
    files = {
        (source, memo.path): file_to_data(source, memo)
        for source, found in memos.items()
        for memo in found
    }
    return _write(connection, _RECORDINGS, tenant, list(recordings.values())) + _write(
        connection, _FILES, tenant, list(files.values())
    )


def _write(connection: Connection, statement: str, tenant: str, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    done = connection.execute(statement, {"tenant": tenant, "rows": to_json(rows)})
    return max(done.rowcount, 0)
