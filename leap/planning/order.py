"""In which order the work of a plan is done: new lectures first, and the oldest of them.

Lectures appear in the order in which they were given. What is published
already can wait: a year of corrected titles keeps no new lecture back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from leap.domain.plan import Change, Plan, Step
from leap.domain.snapshot import Actual
from leap.planning.quota import is_refresh

_NEVER = datetime.max.replace(tzinfo=UTC)


def in_order(plan: Plan, actuals: Mapping[str, Actual]) -> tuple[Change, ...]:
    """Return the work of ``plan``, the most urgent first.

    ``actuals`` is what the ledger knows, by tenant.
    """
    started = {
        (tenant, row.id): row.started_at for tenant, rows in plan.rows.items() for row in rows
    }

    def urgency(change: Change) -> tuple[bool, datetime, str]:
        here = change.tenant, change.recording
        return is_late(change, actuals.get(change.tenant)), started.get(here, _NEVER), here[1]

    return tuple(sorted(plan.work, key=urgency))


def is_late(change: Change, actual: Actual | None) -> bool:
    """Tell whether all that is to be done for a recording is for what people see already."""
    publishing = [step for step in change.steps if step.preset is not None]
    return bool(publishing) and all(
        refreshes(step, change.recording, actual) for step in publishing
    )


def refreshes(step: Step, recording: str, actual: Actual | None) -> bool:
    """Tell whether ``step`` changes a publication that people see already."""
    if step.preset is None or step.withdraws or actual is None:
        return False
    return is_refresh(actual.publication(recording, step.preset))


def late_steps(
    changes: Iterable[Change], actuals: Mapping[str, Actual]
) -> frozenset[tuple[str, str, str]]:
    """Return tenant, recording and preset of the steps that can wait for all others."""
    return frozenset(
        (change.tenant, change.recording, step.preset)
        for change in changes
        for step in change.steps
        if step.preset is not None and refreshes(step, change.recording, actuals.get(change.tenant))
    )
