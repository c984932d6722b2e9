"""What the ledger knows about one tenant: everything, some recordings, or one publication."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from leap.domain.recording import FileMemo
from leap.domain.snapshot import (
    Actual,
    Only,
    Other,
    PublicationFact,
    RecordingRow,
    Settled,
    StageFact,
)
from leap.domain.stage import Stage
from leap.ledger.address import Connection
from leap.ledger.values import (
    FILE_COLUMNS,
    PUBLICATION_COLUMNS,
    READ_RECORDING_COLUMNS,
    STAGE_COLUMNS,
    row_to_file,
    row_to_publication,
    row_to_recording,
    row_to_stage,
)

_IS_FRESH = """
    SELECT NOT EXISTS (
        SELECT FROM leap.publications WHERE tenant = %(tenant)s AND platform = ANY(%(platforms)s)
    ) AND NOT EXISTS (
        SELECT FROM leap.events
        WHERE tenant = %(tenant)s AND kind = 'accepted' AND data->>'refusal' = 'fresh-ledger'
    )
"""


def _select(table: str, columns: tuple[str, ...], *, order: str, also: str = "") -> str:
    what = ", ".join(columns)
    where = f"tenant = %(tenant)s{also}"
    return f"SELECT {what} FROM leap.{table} WHERE {where} ORDER BY {order}"  # noqa: S608  # of constants


# The right side of the first line is what ``leap.domain.snapshot.settled_under``
# returns. What waits for a time or a person may go on although nothing is
# written, so it is never settled; facts under former keys do not count.
_IS_SETTLED = """(
    settled = changes || ':' || left(%(declared)s, 32)
    AND NOT EXISTS (
        SELECT FROM leap.stages
        WHERE stages.tenant = %(tenant)s AND stages.recording = recordings.id
          AND (stages.until IS NOT NULL OR stages.needs_person)
          AND stages.key = recordings.wanted->'stages'->>stages.stage
    )
    AND NOT EXISTS (
        SELECT FROM leap.publications
        WHERE publications.tenant = %(tenant)s AND publications.recording = recordings.id
          AND (publications.until IS NOT NULL OR publications.needs_person)
          AND recordings.wanted->'publications' ? publications.preset
    )
)"""
_IS_ONE = f"({_IS_SETTLED} IS NOT TRUE OR id = ANY(%(ids)s) OR locator = ANY(%(places)s))"
_ONLY = f" AND {_IS_ONE}"
_OF_THESE = " AND recording = ANY(%(recordings)s)"
_RECORDINGS = _select("recordings", READ_RECORDING_COLUMNS, order="id", also="{only}")
_OTHERS = _select(
    "recordings",
    Other._fields,
    order="id",
    also=f" AND NOT {_IS_ONE} AND (revision = ANY(%(revisions)s) OR external_id = ANY(%(places)s))",
)
_STAGES = _select("stages", STAGE_COLUMNS, order="recording, since, stage, key", also="{only}")
_PUBLICATIONS = _select(
    "publications", PUBLICATION_COLUMNS, order="recording, preset", also="{only}"
)
_PUBLICATION = _select(
    "publications",
    PUBLICATION_COLUMNS,
    order="preset",
    also=" AND recording = %(recording)s AND preset = %(preset)s",
)
_STAGE = _select(
    "stages",
    STAGE_COLUMNS,
    order="key",
    also=" AND recording = %(recording)s AND stage = %(stage)s AND key = %(key)s",
)
_FILES = _select("files", FILE_COLUMNS, order="path", also=" AND source = %(source)s")
_SETTLED = _select(
    "recordings",
    (*Settled._fields[:-1], "CASE WHEN skip IS NULL THEN template END"),
    order="id",
    also=f" AND {_IS_SETTLED}",
)
_STARTED = _select(
    "recordings",
    READ_RECORDING_COLUMNS,
    order="started_at, id",
    also=" AND started_at >= %(after)s",
)
_PUBLISHED = _select(
    "publications",
    ("recording", "preset", "external_id"),
    order="recording",
    also=" AND platform = %(platform)s AND state = 'applied'",
)


def read_snapshot(connection: Connection, tenant: str, only: Only | None = None) -> Actual:
    """Return what the ledger knows about ``tenant``; facts are in the order they came about."""
    values: dict[str, Any] = {"tenant": tenant}
    if only is not None:
        values |= {
            "declared": only.declared,
            "ids": list(only.ids),
            "places": list(only.places),
            "revisions": [revision for revision in only.revisions if revision],
        }
    query = _RECORDINGS.format(only=_ONLY if only is not None else "")
    recordings = {row[0]: row_to_recording(row) for row in connection.execute(query, values)}
    others = []
    if only is not None and (only.places or only.revisions):
        others = connection.execute(_OTHERS, values).fetchall()
    values["recordings"] = list(recordings)
    of_these = _OF_THESE if only is not None else ""
    stages: dict[str, list[StageFact]] = {}
    for row in connection.execute(_STAGES.format(only=of_these), values):
        stages.setdefault(row[0], []).append(row_to_stage(row))
    publications: dict[str, list[PublicationFact]] = {}
    for row in connection.execute(_PUBLICATIONS.format(only=of_these), values):
        publications.setdefault(row[0], []).append(row_to_publication(row))
    return Actual(
        tenant=tenant,
        recordings=recordings,
        stages={recording: tuple(facts) for recording, facts in stages.items()},
        publications={recording: tuple(facts) for recording, facts in publications.items()},
        others=tuple(map(Other._make, others)),
    )


def read_settled(connection: Connection, tenant: str, declared: str) -> list[Settled]:
    """Return the recordings for which a plan under ``declared`` has nothing to do, by id."""
    values = {"tenant": tenant, "declared": declared}
    return list(map(Settled._make, connection.execute(_SETTLED, values).fetchall()))


def read_started(connection: Connection, tenant: str, after: datetime) -> list[RecordingRow]:
    """Return the recordings that started at ``after`` or later, oldest first."""
    values = {"tenant": tenant, "after": after}
    return [row_to_recording(row) for row in connection.execute(_STARTED, values)]


def read_published(connection: Connection, tenant: str, platform: str) -> list[tuple[str, ...]]:
    """Return ``(recording, preset, external id)`` of what is published on ``platform``."""
    values = {"tenant": tenant, "platform": platform}
    return connection.execute(_PUBLISHED, values).fetchall()


def read_is_fresh(connection: Connection, tenant: str, platforms: Collection[str]) -> bool:
    """Tell whether nothing is known of ``platforms``, and nobody has accepted that."""
    row = connection.execute(_IS_FRESH, {"tenant": tenant, "platforms": list(platforms)}).fetchone()
    return row is not None and bool(row[0])


def read_memos(connection: Connection, tenant: str, source: str) -> dict[str, FileMemo]:
    """Return what was learned about the files of ``source``, by path."""
    rows = connection.execute(_FILES, {"tenant": tenant, "source": source}).fetchall()
    return {row[1]: row_to_file(row) for row in rows}


def read_stage(
    connection: Connection, tenant: str, recording: str, stage: Stage, key: str
) -> StageFact | None:
    """Return one fact about a stage as it stands now, or None where nothing is known of it."""
    values = {"tenant": tenant, "recording": recording, "stage": stage.value, "key": key}
    row = connection.execute(_STAGE, values).fetchone()
    return row_to_stage(row) if row is not None else None


def read_publication(
    connection: Connection, tenant: str, recording: str, preset: str
) -> PublicationFact | None:
    """Return one publication as it stands now, or None where nothing is known of it."""
    values = {"tenant": tenant, "recording": recording, "preset": preset}
    row = connection.execute(_PUBLICATION, values).fetchone()
    return row_to_publication(row) if row is not None else None
