"""What becomes of a refused plan: accepted by name, or carried out without the refused tenants."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import replace

from leap.domain.plan import Plan
from leap.errors import UsageError
from leap.planning.safety import RULES


def check_names(names: Collection[str]) -> None:
    """Raise UsageError where ``names`` has one that no refusal has."""
    for name in names:
        if name not in RULES:
            close = difflib.get_close_matches(name, RULES, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"there are {', '.join(RULES)}"
            raise UsageError(f"--accept {name}: no refusal has this name", hint=hint)


def accept(plan: Plan, names: Collection[str]) -> Plan:
    """Return ``plan`` with the refusals called ``names`` accepted.

    A name that nothing is refused for becomes a note: whoever accepts in
    advance should learn that there was no need. Raises UsageError for a name
    that no refusal has.
    """
    check_names(names)
    given = {refusal.name for refusal in plan.refusals}
    idle = [name for name in dict.fromkeys(names) if name not in given]
    return replace(
        plan,
        refusals=tuple(
            replace(refusal, accepted=refusal.name in names) for refusal in plan.refusals
        ),
        notes=(*plan.notes, *(f"--accept {name}: nothing is refused for that" for name in idle)),
    )


def permitted(plan: Plan) -> Plan:
    """Return ``plan`` without the tenants that are refused: nothing is done or written for them.

    The refusals themselves stay, to be told.
    """
    refused = plan.refused
    if not refused:
        return plan
    return replace(
        plan,
        changes=tuple(change for change in plan.changes if change.tenant not in refused),
        failures=tuple(failure for failure in plan.failures if failure.tenant not in refused),
        rows={tenant: rows for tenant, rows in plan.rows.items() if tenant not in refused},
        in_sync={group: n for group, n in plan.in_sync.items() if group[0] not in refused},
        recovered=tuple(each for each in plan.recovered if each.name.tenant not in refused),
        drifts=tuple(each for each in plan.drifts if each.tenant not in refused),
    )
