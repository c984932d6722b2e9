"""The whole plan: every tenant's difference, with what could not be listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from leap.config import Declaration, TenantDeclaration
from leap.config.override import fitting
from leap.domain.plan import Change, Failure, Held, Plan
from leap.domain.recording import Listing
from leap.domain.snapshot import Actual, RecordingRow, settled_under
from leap.planning.desired import Desired, desire
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
    deferred: list[Held] = []
    in_sync: Counter[tuple[str, str]] = Counter()
    notes: list[str] = []
    rows: dict[str, tuple[RecordingRow, ...]] = {}
    for tenant, actual in actuals.items():
        desired = desire(declaration, tenant, tuple(listings.get(tenant, ())), actual, now)
        found = diff(tenant, desired, actual, now)
        changes += found.changes
        failures += found.failures
        deferred += found.deferred
        in_sync.update(
            (tenant, each.row.template or "") for each in desired if each.row.id in found.in_sync
        )
        in_sync.update({(tenant, name): n for name, n in actual.left_out.items() if name})
        special = _overridden(declaration.tenants[tenant], desired)
        notes += (f"{file}: fits no recording (yet)" for file, ids in special.items() if not ids)
        # A recording with an override is planned every time, so that the
        # override is known to fit one.
        settled = (found.in_sync | found.skipped).difference(*special.values())
        rows[tenant] = tuple(
            # Of what is unseen nothing was found out.
            each.row
            if each.is_unseen
            else _remembered(each.row, declaration.digests[tenant], settled)
            for each in _with_gates(desired, found.deferred)
        )
    return Plan(
        changes=tuple(changes),
        failures=tuple(failures),
        rows=rows,
        in_sync=dict(in_sync),
        problems=tuple(problems),
        notes=tuple(notes),
        deferred=tuple(deferred),
    )


def _with_gates(desired: Sequence[Desired], deferred: Sequence[Held]) -> Iterator[Desired]:
    """Yield ``desired`` with what gates hold of each recording."""
    held: dict[str, dict[str, str]] = {}
    for one in deferred:
        if one.rule is not None and one.preset is not None:
            held.setdefault(one.recording, {})[one.preset] = one.reason
    for each in desired:
        row = each.row
        if row.id in held and row.wanted is not None:
            row = replace(row, wanted=replace(row.wanted, held=held[row.id]))
        yield replace(each, row=row) if row is not each.row else each


def _overridden(declared: TenantDeclaration, desired: Sequence[Desired]) -> dict[str, set[str]]:
    """Return the recordings that each override fits, by its file."""
    zone = declared.config.time_zone
    return {
        override.file: {each.row.id for each in desired if fitting([override], each.row, zone)}
        for override in declared.overrides
    }


def _remembered(row: RecordingRow, declared: str, settled: Collection[str]) -> RecordingRow:
    """Return ``row`` with whether it needs a plan before anything changes."""
    token = settled_under(row.changes, declared) if row.id in settled else None
    return row if row.settled == token else replace(row, settled=token)
