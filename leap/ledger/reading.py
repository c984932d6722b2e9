"""What the ledger knows: everything about one tenant in four queries, or one publication."""

from __future__ import annotations

from leap.domain.recording import FileMemo
from leap.domain.snapshot import Actual, PublicationFact, StageFact
from leap.ledger.address import Connection
from leap.ledger.values import (
    FILE_COLUMNS,
    PUBLICATION_COLUMNS,
    RECORDING_COLUMNS,
    STAGE_COLUMNS,
    row_to_file,
    row_to_publication,
    row_to_recording,
    row_to_stage,
)


def _select(table: str, columns: tuple[str, ...], *, order: str, also: str = "") -> str:
    what = ", ".join(columns)
    where = f"tenant = %(tenant)s{also}"
    return f"SELECT {what} FROM leap.{table} WHERE {where} ORDER BY {order}"  # noqa: S608  # of constants


_RECORDINGS = _select("recordings", RECORDING_COLUMNS, order="id")
_STAGES = _select("stages", STAGE_COLUMNS, order="recording, since, stage, key")
_PUBLICATIONS = _select("publications", PUBLICATION_COLUMNS, order="recording, preset")
_PUBLICATION = _select(
    "publications",
    PUBLICATION_COLUMNS,
    order="preset",
    also=" AND recording = %(recording)s AND preset = %(preset)s",
)
_FILES = _select("files", FILE_COLUMNS, order="source, path")


def read_snapshot(connection: Connection, tenant: str) -> Actual:
    """Return what the ledger knows about ``tenant``; facts are in the order they came about."""
    values = {"tenant": tenant}
    recordings = {row[0]: row_to_recording(row) for row in connection.execute(_RECORDINGS, values)}
    stages: dict[str, list[StageFact]] = {}
    for row in connection.execute(_STAGES, values):
        stages.setdefault(row[0], []).append(row_to_stage(row))
    publications: dict[str, list[PublicationFact]] = {}
    for row in connection.execute(_PUBLICATIONS, values):
        publications.setdefault(row[0], []).append(row_to_publication(row))
    memos: dict[str, dict[str, FileMemo]] = {}
    for row in connection.execute(_FILES, values):
        memos.setdefault(row[0], {})[row[1]] = row_to_file(row)
    return Actual(
        tenant=tenant,
        recordings=recordings,
        stages={recording: tuple(facts) for recording, facts in stages.items()},
        publications={recording: tuple(facts) for recording, facts in publications.items()},
        memos=memos,
    )


def read_publication(
    connection: Connection, tenant: str, recording: str, preset: str
) -> PublicationFact | None:
    """Return one publication as it stands now, or None where nothing is known of it."""
    values = {"tenant": tenant, "recording": recording, "preset": preset}
    row = connection.execute(_PUBLICATION, values).fetchone()
    return row_to_publication(row) if row is not None else None
