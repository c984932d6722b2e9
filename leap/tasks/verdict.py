"""What came of a plan, judged by the ledger after the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leap.domain.outcome import Outcome
from leap.domain.plan import Change, Failure, Held, Plan, Step
from leap.domain.snapshot import Actual, PublicationFact, StageFact


def judge(
    plan: Plan,
    after: Plan,
    before: Mapping[str, Actual],
    now: Mapping[str, Actual],
    *,
    interrupted: bool,
) -> Outcome:
    """Tell from the ledger what of ``plan`` was done, failed, waits, or is still open.

    Luigi's own summary is not asked: it says NOT_RUN where another runner did
    the work, and SUCCESS where a scheduler lost its state.
    """
    failed: list[Failure] = []
    # What a gate holds is in no step: the plan knew it before, or knows it now.
    held = [each for each in plan.deferred if each.by_gate and each.is_new]
    gated = {
        (each.tenant, each.recording, each.preset): each
        for each in after.deferred
        if each.by_gate and each.is_new
    }
    still_held: list[Held] = []
    done: list[Change] = []
    left: list[Change] = []
    open_steps = {
        (change.tenant, change.recording, step.stage, step.preset)
        for change in after.work
        for step in change.steps
    }
    for change in plan.work:
        troubles = _troubles(change, before[change.tenant], now[change.tenant])
        failed += troubles.failed
        held += troubles.held
        still_held += troubles.still_held
        here = change.tenant, change.recording
        shut = [gated[key] for step in change.steps if (key := (*here, step.preset)) in gated]
        held += shut
        if troubles or shut:
            continue
        unfinished = any((*here, step.stage, step.preset) in open_steps for step in change.steps)
        (left if unfinished else done).append(change)
    return Outcome(
        tuple(done), tuple(failed), tuple(left), interrupted, after, tuple(held), tuple(still_held)
    )


@dataclass(frozen=True, slots=True)
class _Troubles:
    """What kept one recording from being done in this run."""

    failed: list[Failure] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    still_held: list[Held] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.failed or self.held or self.still_held)


def _troubles(change: Change, before: Actual, now: Actual) -> _Troubles:
    """Return what the ledger has of the steps of ``change`` that did not work in this run.

    A case for a person of whom the same was asked before the run is not new.
    """
    found = _Troubles()
    for step in change.steps:
        fact = _fact(now, change.recording, step)
        if fact is None or fact.state != "failed":
            continue
        old = _fact(before, change.recording, step)
        here = change.tenant, change.recording, change.title, step.stage, fact.reason
        if fact.needs_person and not fact.permanent:
            known = _asked_of_a_person(before, change.recording, step)
            (found.still_held if fact.reason in known else found.held).append(
                Held(*here, preset=step.preset)
            )
        elif old is not None and (old.state, old.since) == (fact.state, fact.since):
            continue
        elif fact.until is not None and not fact.permanent:
            found.held.append(Held(*here, fact.until, step.preset))
        else:
            found.failed.append(Failure(*here))
    return found


def _fact(actual: Actual, recording: str, step: Step) -> StageFact | PublicationFact | None:
    if step.preset is not None:
        return actual.publication(recording, step.preset)
    return actual.fact(recording, step.stage, step.key)


def _asked_of_a_person(actual: Actual, recording: str, step: Step) -> set[str]:
    """Return what a person had to do for such a step, whatever settings it had."""
    facts: Iterable[StageFact | PublicationFact]
    if step.preset is not None:
        known = actual.publication(recording, step.preset)
        facts = [known] if known else []
    else:
        facts = [f for f in actual.stages.get(recording, ()) if f.stage is step.stage]
    return {fact.reason for fact in facts if fact.state == "failed" and fact.needs_person}
