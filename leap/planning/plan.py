"""The whole plan: every tenant's difference, with what could not be listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from leap.config import Declaration, TenantDeclaration
from leap.config.override import fitting
from leap.domain.plan import Change, Failure, Plan
from leap.domain.recording import Listing
from leap.domain.snapshot import Actual, RecordingRow
from leap.planning.desired import desire
from leap.planning.diff import diff


def make_plan(
    declaration: Declaration,
    listings: Mapping[str, Sequence[Listing]],
    actuals: Mapping[str, Actual],
    problems: Sequence[str],
    now: datetime,
) -> Plan:
    """Return what has to be done for every tenant of ``actuals``.

    Args:
        listings: what each tenant's sources list, by tenant.
        actuals: what the ledger knows, by tenant.
        problems: what could not be listed, in words.
        now: the time of the plan; aware.
    """
    changes: list[Change] = []
    failures: list[Failure] = []
    in_sync: Counter[tuple[str, str]] = Counter()
    notes: list[str] = []
    rows: dict[str, tuple[RecordingRow, ...]] = {}
    for tenant, actual in actuals.items():
        desired = desire(declaration, tenant, tuple(listings.get(tenant, ())), actual, now)
        found, failed, same = diff(tenant, desired, actual)
        changes += found
        failures += failed
        in_sync += same
        rows[tenant] = tuple(each.row for each in desired)
        notes += _idle_overrides(declaration.tenants[tenant], rows[tenant])
    return Plan(
        changes=tuple(changes),
        failures=tuple(failures),
        rows=rows,
        in_sync=dict(in_sync),
        problems=tuple(problems),
        notes=tuple(notes),
    )


def _idle_overrides(declared: TenantDeclaration, rows: Sequence[RecordingRow]) -> Iterator[str]:
    """Say of each override that names no recording that it does."""
    for override in declared.overrides:
        zone = declared.config.time_zone
        if not any(fitting([override], row, zone) for row in rows):
            yield f"{override.file}: fits no recording (yet)"
