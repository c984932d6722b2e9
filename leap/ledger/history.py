"""What happened and who ran when: rare reads, which SQLAlchemy Core puts into words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from leap.domain.history import Event, Run, StageRun
from leap.domain.stage import Stage
from leap.ledger.address import Connection

if TYPE_CHECKING:
    from sqlalchemy import Select


def read_events(
    connection: Connection, tenant: str, recording: str | None, limit: int
) -> tuple[Event, ...]:
    """Return the newest ``limit`` events, newest first."""
    from sqlalchemy import select

    from leap.ledger.tables import events

    query = (
        select(events.c.at, events.c.recording, events.c.kind, events.c.message, events.c.data)
        .where(events.c.tenant == tenant)
        .order_by(events.c.number.desc())
        .limit(limit)
    )
    if recording is not None:
        query = query.where(events.c.recording == recording)
    return tuple(Event(row[0].astimezone(UTC), *row[1:]) for row in _rows(connection, query))


def read_runs(connection: Connection, tenant: str, limit: int) -> tuple[Run, ...]:
    """Return the newest ``limit`` runs, newest first."""
    from sqlalchemy import select

    from leap.ledger.tables import runs

    query = (
        select(runs.c.id, runs.c.started_at, runs.c.finished_at, runs.c.commit, runs.c.outcome)
        .where(runs.c.tenant == tenant)
        .order_by(runs.c.started_at.desc(), runs.c.id)
        .limit(limit)
    )
    return tuple(
        Run(
            id=row[0].hex,
            started_at=row[1].astimezone(UTC),
            finished_at=None if row[2] is None else row[2].astimezone(UTC),
            commit=row[3],
            outcome=row[4],
        )
        for row in _rows(connection, query)
    )


def read_stage_runs(
    connection: Connection, tenant: str, since: datetime, stage: Stage | None = None
) -> tuple[StageRun, ...]:
    """Return the stages, or one of them, that were finished ``since``, in that order."""
    from sqlalchemy import select

    from leap.ledger.tables import recordings, stages

    made = (stages.c.tenant == recordings.c.tenant) & (stages.c.recording == recordings.c.id)
    query = (
        select(
            stages.c.stage,
            stages.c.recording,
            stages.c.since,
            stages.c.seconds,
            recordings.c.duration,
        )
        .select_from(stages.join(recordings, made))
        .where(stages.c.tenant == tenant, stages.c.state == "done", stages.c.since >= since)
        .order_by(stages.c.since, stages.c.recording, stages.c.stage)
    )
    if stage is not None:
        query = query.where(stages.c.stage == stage.value)
    return tuple(
        StageRun(Stage(row[0]), row[1], row[2].astimezone(UTC), row[3], row[4])
        for row in _rows(connection, query)
    )


def read_tenants(connection: Connection) -> tuple[str, ...]:
    """Return every tenant that has a recording; needs the administrator's role."""
    from sqlalchemy import select

    from leap.ledger.tables import recordings

    query = select(recordings.c.tenant).distinct().order_by(recordings.c.tenant)
    return tuple(row[0] for row in _rows(connection, query))


def _rows(connection: Connection, query: Select[Any]) -> list[tuple[Any, ...]]:
    """Run ``query`` over the ledger's own connection: one role, one tenant, one retry."""
    from sqlalchemy import make_url

    dialect = make_url("postgresql+psycopg://").get_dialect()
    compiled = query.compile(dialect=dialect())
    return connection.execute(compiled.string, compiled.params).fetchall()
