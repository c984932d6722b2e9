"""A recording inside a manifest: enough of its row to be found again without a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leap.domain.snapshot import RecordingRow

#: What is kept as it is; ``started_at`` is kept too, as text.
_KEPT = (
    "source",
    "source_kind",
    "account",
    "external_id",
    "locator",
    "revision",
    "title",
    "size",
    "duration",
    "template",
)


def source_of(row: RecordingRow) -> dict[str, Any]:
    """Return what a manifest keeps of ``row``, as JSON data."""
    kept = {name: getattr(row, name) for name in _KEPT}
    return {**kept, "started_at": row.started_at.isoformat()}


def row_from(recording: str, source: Mapping[str, Any], now: datetime) -> RecordingRow:
    """Return the row that ``source_of`` was made from, as far as it was kept.

    It counts as not listed, and nothing is wanted of it, until its source is
    looked at. Raises KeyError where ``source`` is something else.
    """
    return RecordingRow(
        id=recording,
        **{name: source[name] for name in _KEPT},
        started_at=datetime.fromisoformat(source["started_at"]),
        skip=None,
        reason="",
        settled_at=None,
        listed=False,
        wanted=None,
        since=now,
    )
