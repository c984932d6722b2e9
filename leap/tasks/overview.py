"""Gathering what a report tells, from the ledger and the store: no source is listed, no key needed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from leap import __version__
from leap.config import Declaration
from leap.domain.stage import Stage
from leap.ledger import PostgresLedger
from leap.render.report import Overview, TenantOverview
from leap.store import open_store
from leap.tasks.expected import overdue
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
    )


def _tenant(
    ledger: PostgresLedger, declaration: Declaration, name: str, now: datetime
) -> TenantOverview:
    config = declaration.tenants[name].config
    return TenantOverview(
        name=name,
        title=config.title,
        time_zone=config.time_zone,
        standings=read_standings(ledger, declaration, [name])[::-1],
        runs=ledger.runs(name),
        recent=ledger.stage_runs(name, now - _RECENT),
        transcribed=ledger.stage_runs(name, now - _YEAR, Stage.TRANSCRIBE),
        storage=open_store(declaration.operator).usage(name),
        late=overdue(ledger, declaration, [name], now),
    )
