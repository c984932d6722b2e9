"""What happened and who ran when: rare reads, which SQLAlchemy Core puts into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from leap.ledger.address import Connection

if TYPE_CHECKING:
    from sqlalchemy import Select


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a recording, or to a whole tenant where that is None."""

    at: datetime
    recording: str | None
    kind: str
    message: str
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Run:
    """One reconcile of one tenant; not finished means that it goes on or was killed."""

    id: str
    started_at: datetime
    finished_at: datetime | None
    commit: str | None
    outcome: str | None


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
