"""Gathering what a report tells, from the ledger and the store: no source is listed, no key needed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from leap import __version__
from leap.config import Declaration
from leap.config.override import fitting
from leap.config.tenant import TenantDeclaration
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.ledger import PostgresLedger
from leap.planning.decisions import awaits_approval
from leap.render.report import Overview, TenantOverview
from leap.store import open_store
from leap.tasks.endings import endings
from leap.tasks.expected import overdue
from leap.tasks.remote import editor_of
from leap.tasks.standings import read_standings

#: Stages are timed over so many days: machines and settings change.
_RECENT = timedelta(days=90)
#: What was transcribed in twelve whole months, and in this one.
_YEAR = timedelta(days=400)


def gather(
    ledger: PostgresLedger,
    declaration: Declaration,
    tenants: Collection[str],
    *,
    now: datetime,
    folder: Path,
) -> Overview:
    """Return what is known about ``tenants`` now; ``folder`` is where the page will be."""
    return Overview(
        at=now,
        version=__version__,
        tenants=[_tenant(ledger, declaration, name, now) for name in tenants],
        root=declaration.root,
        folder=folder,
        editor=editor_of(declaration.root),
    )


def _tenant(
    ledger: PostgresLedger, declaration: Declaration, name: str, now: datetime
) -> TenantOverview:
    declared = declaration.tenants[name]
    config, standings = declared.config, read_standings(ledger, declaration, [name])[::-1]
    return TenantOverview(
        name=name,
        title=config.title,
        time_zone=config.time_zone,
        standings=standings,
        runs=ledger.runs(name),
        recent=ledger.stage_runs(name, now - _RECENT),
        transcribed=ledger.stage_runs(name, now - _YEAR, Stage.TRANSCRIBE),
        storage=open_store(declaration.operator).usage(name),
        late=overdue(ledger, declaration, [name], now),
        endings=[each.words(now) for each in endings(ledger, declaration, name, now)],
        overrides=_overrides(declared, [standing.row for standing in standings]),
        awaiting=frozenset(each.row.id for each in standings if _awaits_approval(each.row)),
    )


def _overrides(declared: TenantDeclaration, rows: Sequence[RecordingRow]) -> dict[str, str]:
    """Return the file of the override that speaks of a recording, by its id."""
    if not declared.overrides:
        return {}
    zone = declared.config.time_zone
    found = ((row, fitting(declared.overrides, row, zone)) for row in rows)
    return {row.id: overrides[0].document.file for row, overrides in found if overrides}


def _awaits_approval(row: RecordingRow) -> bool:
    return row.wanted is not None and any(map(awaits_approval, row.wanted.held.values()))
