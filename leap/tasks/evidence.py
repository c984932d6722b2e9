"""Looking at what a plan alone cannot tell, so that it can be judged; and the judgement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from leap.config.presets import CLOUD_PLATFORMS
from leap.domain.demand import Takings
from leap.domain.plan import Change, Plan
from leap.domain.snapshot import Actual
from leap.planning.acceptance import accept, check_names
from leap.planning.cost import expenses
from leap.planning.quota import takings
from leap.planning.safety import Evidence, opens, refusals
from leap.providers.pages import foreign_pages, shown_at
from leap.tasks.checkout import commit_of, is_behind
from leap.tasks.survey import Session


def judge(
    session: Session, plan: Plan, actuals: Mapping[str, Actual], accepted: Collection[str] = ()
) -> Plan:
    """Return ``plan`` with what it costs and its refusals, those called ``accepted`` as accepted.

    Nothing is looked at for tenants without work. Raises UsageError for a name
    that no refusal has.
    """
    check_names(accepted)
    plan = replace(
        plan,
        costs=expenses(plan, session.declaration, actuals),
        takings=_takings(session, plan, actuals),
    )
    work: dict[str, list[Change]] = {}
    for change in plan.work:
        work.setdefault(change.tenant, []).append(change)
    spending = plan.forecast
    evidence = {
        tenant: _evidence(session, tenant, changes, actuals[tenant])
        for tenant, changes in sorted(work.items())
    }
    evidence |= {
        tenant: replace(evidence[tenant], privacy={**evidence[tenant].privacy, **seen})
        for tenant in evidence
        if (seen := _seen_privacy(plan, tenant))
    }
    evidence |= {
        tenant: replace(evidence[tenant], spent=tuple(session.ledger.spent(tenant)))
        for tenant in spending
    }
    evidence, notes = _history(session, evidence)
    found = refusals(plan, session.declaration, actuals, evidence)
    return accept(replace(plan, refusals=found, notes=(*plan.notes, *notes)), accepted)


def _takings(session: Session, plan: Plan, actuals: Mapping[str, Actual]) -> Takings:
    """Return what publishing takes of the days of apps, and what is used of them today."""
    found = takings(plan, session.declaration, actuals)
    tenants = {tenant for tenant, _, _ in found.found}
    zones = {each.zone for limits in found.limits.values() for each in limits.values()}
    return replace(
        found,
        days={
            tenant: [day for zone in zones for day in session.ledger.app_days(tenant, zone)]
            for tenant in sorted(tenants)
        },
    )


def _evidence(session: Session, tenant: str, changes: Sequence[Change], actual: Actual) -> Evidence:
    """Look at how open it was what may become more open, and at the places that are written to."""
    declared = session.declaration.tenants[tenant]
    privacy: dict[tuple[str, str], str] = {}
    presets: set[str] = set()
    moved: set[str] = set()
    opened: set[str] = set()
    for change in changes:
        for step in change.steps:
            preset = step.preset
            if preset is None or step.withdraws:
                continue
            presets.add(preset)
            fact = actual.publication(change.recording, preset)
            if fact is None or not fact.external_id:
                if any(
                    other.external_id for other in actual.publications.get(change.recording, ())
                ):
                    moved.add(preset)
            elif fact.platform in CLOUD_PLATFORMS:
                opened |= {fact.platform} if opens(fact, step) else set()
            elif opens(fact, step):
                receipt = session.store.last_receipt(tenant, change.recording, preset)
                if receipt is not None and "privacy" in receipt.details:
                    privacy[change.recording, preset] = str(receipt.details["privacy"])
    for platform in opened:
        given = session.ledger.given(tenant, platform)
        privacy |= {
            here: str(parts["privacy"]) for here, parts in given.items() if parts.get("privacy")
        }
    clouds = {declared.presets[each].platform for each in presets} & CLOUD_PLATFORMS
    return Evidence(
        privacy=privacy,
        shown={preset: shown_at(declared, preset) for preset in moved},
        foreign={preset: foreign_pages(declared, preset) for preset in presets},
        is_fresh=bool(clouds) and session.ledger.is_fresh(tenant, CLOUD_PLATFORMS),
    )


def _seen_privacy(plan: Plan, tenant: str) -> dict[tuple[str, str], str]:
    """Return how open videos are that somebody has opened or hidden since they were published."""
    return {
        (drift.recording, drift.preset): str(edit.found)
        for drift in plan.drifts
        for edit in drift.edits
        if drift.tenant == tenant and edit.part == "privacy"
    }


def _history(
    session: Session, evidence: Mapping[str, Evidence]
) -> tuple[dict[str, Evidence], list[str]]:
    """Add the commit that was applied last, where the one that is checked out is older."""
    root = session.declaration.root
    commit = commit_of(root) if evidence else None
    known: dict[str, bool | None] = {}
    result, notes = dict(evidence), []
    for tenant in evidence if commit is not None else ():
        applied = session.ledger.applied_commit(tenant)
        if applied is None or commit is None:
            continue
        if applied not in known:
            known[applied] = is_behind(root, commit, applied)
        if known[applied] is None:
            notes.append(
                f"{tenant}: commit {applied[:12]}, which was applied last, is not in this"
                " checkout's history; whether this one is newer cannot be told"
            )
        elif known[applied]:
            result[tenant] = replace(result[tenant], newer=applied)
    return result, notes
