"""Carrying a plan out: admit, work in waves, and judge by the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from leap.domain.manifest import Manifest
from leap.domain.outcome import Outcome
from leap.domain.plan import Change, Failure, Plan
from leap.domain.snapshot import Actual
from leap.domain.stage import Stage
from leap.providers import front_page
from leap.tasks.checkout import commit_of
from leap.tasks.survey import Session, Survey, indexed, plan_again

#: Luigi's scheduling grows with the square of what is pending, so it gets
#: about 1,000 tasks at a time: seven to a recording.
_WAVE = 140


def admit(session: Session, found: Survey, plan: Plan) -> None:
    """Write down what the plan decided about recordings; unchanged rows are not written."""
    for tenant, rows in plan.rows.items():
        session.ledger.admit(tenant, rows, found.memos(tenant))
    for manifest in plan.recovered:
        index(session, manifest)
    for change in plan.changes:
        for preset in change.dropped:
            session.ledger.publication_unmanaged(change.tenant, change.recording, preset)


def index(session: Session, manifest: Manifest) -> None:
    """Let the ledger know about a target that stands in the store."""
    session.store.tidy(manifest)
    session.ledger.stage_done(
        manifest.name.tenant,
        manifest.name.recording,
        manifest.name.stage,
        manifest.name.key,
        seconds=manifest.seconds,
        facts=indexed(manifest),
        at=manifest.finished_at,
    )


def carry_out(
    session: Session,
    found: Survey,
    plan: Plan,
    *,
    workers: int,
    receive: Callable[[dict[str, Any]], None],
    idle: Callable[[], None],
    log: logging.Handler,
) -> Outcome:
    """Do the work of ``plan`` and return what came of it.

    Progress events go to ``receive``, with ``idle`` called between them (see
    ``leap.tasks.events``), and Luigi's own words to ``log``. Every recording is
    tried once; those that another runner works on are waited for.
    """
    from leap.tasks import adapter, graph
    from leap.tasks.events import feeding

    resources = session.declaration.operator.resources
    admit(session, found, plan)
    commit = commit_of(session.declaration.root)
    runs = {tenant: session.ledger.run_started(tenant, commit) for tenant in plan.rows}
    before = _snapshots(session, plan)
    session.store.sweep()
    rows = {(tenant, row.id): row for tenant, found_rows in plan.rows.items() for row in found_rows}
    work = plan.work
    finished = True
    with feeding(receive, idle) as feed:
        for start in range(0, len(work), _WAVE):
            wave = work[start : start + _WAVE]
            board = graph.Board(
                session,
                rows,
                {(change.tenant, change.recording): change for change in wave},
                feed,
                resources,
            )
            graph.use(board)
            finished = adapter.run(
                graph.roots(board), workers=workers, resources=resources, log=log
            )
            if not finished:
                break
    now = _snapshots(session, plan)
    after = plan_again(session, found, now)
    outcome = _judge(plan, after, before, now, interrupted=not finished)
    for tenant, run in runs.items():
        session.ledger.run_finished(tenant, run, _in_a_word(outcome, tenant))
    return outcome


def _in_a_word(outcome: Outcome, tenant: str) -> str:
    if outcome.interrupted:
        return "interrupted"
    return "failed" if any(failure.tenant == tenant for failure in outcome.failed) else "done"


def places(session: Session, done: Iterable[Change]) -> tuple[str, ...]:
    """Return the front pages of what ``done`` published, each once."""
    found = {
        page: None
        for change in done
        for step in change.steps
        if step.preset
        and (page := front_page(session.declaration.tenants[change.tenant], step.preset))
    }
    return tuple(found)


def _snapshots(session: Session, plan: Plan) -> dict[str, Actual]:
    return {tenant: session.ledger.snapshot(tenant) for tenant in plan.rows}


def _judge(
    plan: Plan,
    after: Plan,
    before: Mapping[str, Actual],
    now: Mapping[str, Actual],
    *,
    interrupted: bool,
) -> Outcome:
    """Tell from the ledger what of ``plan`` was done, failed, or is still open.

    Luigi's own summary is not asked: it says NOT_RUN where another runner did
    the work, and SUCCESS where a scheduler lost its state.
    """
    failed = tuple(
        failure
        for change in plan.work
        for failure in _new_failures(change, before[change.tenant], now[change.tenant])
    )
    failed_ids = {(failure.tenant, failure.recording) for failure in failed}
    open_steps = {
        (change.tenant, change.recording, step.stage, step.preset)
        for change in after.work
        for step in change.steps
    }
    done: list[Change] = []
    left: list[Change] = []
    for change in plan.work:
        here = change.tenant, change.recording
        if here in failed_ids:
            continue
        unfinished = any((*here, step.stage, step.preset) in open_steps for step in change.steps)
        (left if unfinished else done).append(change)
    return Outcome(tuple(done), failed, tuple(left), interrupted, after)


def _new_failures(change: Change, before: Actual, now: Actual) -> list[Failure]:
    """Return the failures of one recording that the ledger did not have before the run."""
    old = _failed(before, change.recording)
    return [
        Failure(change.tenant, change.recording, change.title, stage, reason)
        for stage, since, reason in sorted(_failed(now, change.recording) - old)
    ]


def _failed(actual: Actual, recording: str) -> set[tuple[Stage, datetime, str]]:
    stages = {
        (fact.stage, fact.since, fact.reason)
        for fact in actual.stages.get(recording, ())
        if fact.state == "failed"
    }
    return stages | {
        (Stage.PUBLISH, fact.since, fact.reason)
        for fact in actual.publications.get(recording, ())
        if fact.state == "failed"
    }
