"""What statuses are derived from, and no more: quick for a hundred thousand recordings.

Most recordings of a university are *settled*: skipped, or published as they
shall be with nothing in trouble. By the rules of ``leap.domain.status`` their
stages decide nothing, so these are not read; and where only the newest
recordings are asked for, older settled ones are merely counted.
"""

from __future__ import annotations

from leap.domain.snapshot import Actual, Glance, PublicationFact, StageFact
from leap.ledger.address import Connection
from leap.ledger.values import (
    PUBLICATION_COLUMNS,
    READ_RECORDING_COLUMNS,
    STAGE_COLUMNS,
    row_to_publication,
    row_to_recording,
    row_to_stage,
)

# Newest first; each with whether it is skipped, and whether it is settled.
_MARKS = """
    WITH applied AS (
        SELECT recording, jsonb_object_agg(preset, applied) AS digests
        FROM leap.publications WHERE tenant = %(tenant)s AND state = 'applied'
        GROUP BY recording
    ), troubled AS (
        SELECT DISTINCT recording FROM leap.stages
        WHERE tenant = %(tenant)s AND state IN ('failed', 'running')
    )
    SELECT id, skip IS NOT NULL,
        skip IS NOT NULL OR (
            wanted->'publications' <> '{}' AND troubled.recording IS NULL AND NOT EXISTS (
                SELECT FROM jsonb_each(wanted->'publications') AS shall
                WHERE applied.digests->shall.key IS DISTINCT FROM shall.value
            )
        )
    FROM leap.recordings
        LEFT JOIN applied ON applied.recording = id
        LEFT JOIN troubled ON troubled.recording = id
    WHERE tenant = %(tenant)s
      AND (starts_with(id, %(beginning)s) OR starts_with(right(id, 12), %(beginning)s))
    ORDER BY id DESC
"""


def _select(table: str, columns: tuple[str, ...], id_: str, order: str) -> str:
    what = ", ".join(columns)
    where = f"tenant = %(tenant)s AND {id_} = ANY(%(recordings)s)"
    return f"SELECT {what} FROM leap.{table} WHERE {where} ORDER BY {order}"  # noqa: S608  # of constants


_WITHOUT_FACTS = tuple("'{}'::jsonb" if name == "facts" else name for name in STAGE_COLUMNS)
_RECORDINGS = _select("recordings", READ_RECORDING_COLUMNS, "id", "id")
_STAGES = _select("stages", _WITHOUT_FACTS, "recording", "recording, since, stage, key")
_PUBLICATIONS = _select("publications", PUBLICATION_COLUMNS, "recording", "recording, preset")


def read_glance(connection: Connection, tenant: str, newest: int | None, beginning: str) -> Glance:
    """Return what statuses of ``tenant`` are derived from.

    Args:
        newest: how many recordings are read although they are settled; None for all.
        beginning: of their ids, or of the 12 hex digits in these; "" for any.
    """
    marks = connection.execute(_MARKS, {"tenant": tenant, "beginning": beginning}).fetchall()
    rest = [] if newest is None else [mark for mark in marks[newest:] if mark[2]]
    left_out = {id_ for id_, _, _ in rest}
    chosen = [id_ for id_, _, _ in marks if id_ not in left_out]
    values = {"tenant": tenant, "recordings": chosen}
    recordings = {row[0]: row_to_recording(row) for row in connection.execute(_RECORDINGS, values)}
    publications: dict[str, list[PublicationFact]] = {}
    for row in connection.execute(_PUBLICATIONS, values):
        publications.setdefault(row[0], []).append(row_to_publication(row))
    values["recordings"] = [id_ for id_, _, settled in marks if not settled]
    stages: dict[str, list[StageFact]] = {}
    for row in connection.execute(_STAGES, values):
        stages.setdefault(row[0], []).append(row_to_stage(row))
    skipped = sum(is_skipped for _, is_skipped, _ in rest)
    return Glance(
        Actual(
            tenant=tenant,
            recordings=recordings,
            stages={recording: tuple(facts) for recording, facts in stages.items()},
            publications={recording: tuple(facts) for recording, facts in publications.items()},
        ),
        skipped=skipped,
        uploaded=len(rest) - skipped,
    )
