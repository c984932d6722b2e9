"""Carrying a plan out: admit, work in waves, and judge by the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from leap.domain.manifest import Manifest
from leap.domain.outcome import Outcome
from leap.domain.plan import Change, Plan
from leap.domain.snapshot import Actual
from leap.planning.order import in_order, late_steps
from leap.providers.pages import front_page
from leap.tasks.checkout import commit_of
from leap.tasks.limits import limits_of
from leap.tasks.room import Room, room_for
from leap.tasks.survey import Session, Survey, indexed, known, plan_again
from leap.tasks.verdict import judge

if TYPE_CHECKING:
    from leap.tasks.adapter import Ending
    from leap.tasks.central import Central
    from leap.tasks.graph import Board
    from leap.tasks.timelimit import TimeLimit

#: Luigi's scheduling grows with the square of what is pending, so it gets
#: about 1,000 tasks at a time: seven to a recording.
_WAVE = 140


def admit(session: Session, found: Survey, plan: Plan) -> frozenset[str]:
    """Write down what the plan decided about recordings; unchanged rows are not written.

    Returns the tenants about which anything was written.
    """
    written = {
        tenant
        for tenant, rows in plan.rows.items()
        if session.ledger.admit(tenant, rows, found.memos(tenant))
    }
    for manifest in plan.recovered:
        index(session, manifest)
        written.add(manifest.name.tenant)
    for change in plan.changes:
        for preset in change.dropped:
            session.ledger.publication_unmanaged(change.tenant, change.recording, preset)
            written.add(change.tenant)
    return frozenset(written)


def leave_alone(session: Session, found: Survey) -> None:
    """Write down which accounts were put off when the sources were listed."""
    for tenant, deferrals in found.deferred.items():
        for account, deferral in deferrals.items():
            session.ledger.defer(tenant, account, deferral.until, deferral.reason)


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


def carry_out(  # noqa: PLR0913 -- one keyword per thing that a run is given
    session: Session,
    found: Survey,
    plan: Plan,
    *,
    workers: int,
    receive: Callable[[dict[str, Any]], None],
    idle: Callable[[], None],
    log: logging.Handler,
    central: Central | None = None,
    limit: TimeLimit | None = None,
) -> Outcome:
    """Do the work of ``plan`` and return what came of it.

    Progress events go to ``receive``, with ``idle`` called between them (see
    ``leap.tasks.events``), and Luigi's own words to ``log``. Every recording is
    tried once; those that another runner works on are waited for. With
    ``central`` the work is shared with all runners that joined that scheduler:
    ``receive`` gets the event ``joined`` with the addresses of its ``pages``,
    and where it goes away ``scheduler-lost``, and this runner does the rest.
    What the disk does not take is left; ``no-room`` tells it with a ``message``.
    When the time ``limit`` is over, nothing more is begun.
    """
    from leap.tasks import adapter, graph
    from leap.tasks.events import feeding

    session = replace(session, over_budget=plan.accepted("budget"))
    session.store.check()
    resources = limits_of(session.declaration, plan.rows)
    admit(session, found, plan)
    commit = commit_of(session.declaration.root)
    forecast = plan.forecast
    runs = {
        tenant: session.ledger.run_started(tenant, commit, forecast.get(tenant, ()))
        for tenant in plan.rows
    }
    for refusal in plan.refusals:
        if refusal.accepted:
            message, name = refusal.message, refusal.name
            session.ledger.event(refusal.tenant, None, "accepted", message, refusal=name)
    before = _snapshots(session, found, plan)
    session.store.sweep()
    rows = {(tenant, row.id): row for tenant, found_rows in plan.rows.items() for row in found_rows}
    work = in_order(plan, before)
    late = late_steps(work, before)
    no_room: dict[tuple[str, str], str] = {}

    def leave(room: Room) -> None:
        receive({"event": "no-room", "message": room.message})
        no_room.update(room.reasons)

    if central is not None:
        receive({"event": "joined", "pages": graph.pages(work, central)})
    with feeding(receive, idle) as feed:
        while True:
            board = graph.Board(
                session, rows, {}, feed, resources, is_shared=central is not None, late=late
            )
            ending = _in_waves(
                work, board, workers=workers, log=log, central=central, limit=limit, leave=leave
            )
            now = _snapshots(session, found, plan)
            after = plan_again(session, found, now)
            ended = ending in (adapter.Ending.INTERRUPTED, adapter.Ending.OUT_OF_TIME)
            interrupted = ending is adapter.Ending.INTERRUPTED
            outcome = judge(plan, after, before, now, interrupted=interrupted)
            rest = _rest(outcome)
            # Alone, each recording is tried once. Together, a runner that died
            # and a scheduler that forgot what it knew leave something behind,
            # which is shared again, as long as that helps.
            if ended or central is None or not rest:
                break
            if ending is adapter.Ending.LOST:
                receive({"event": "scheduler-lost"})
            if ending is adapter.Ending.LOST or _steps(rest) >= _steps(work):
                central = None
            work = rest
    for tenant, found_rows in after.rows.items():
        # What is in sync now is not looked into by the next run, and what a gate
        # holds now was said once.
        gated = {each.recording for each in outcome.held if each.by_gate and each.tenant == tenant}
        told = [row for row in found_rows if row.settled or row.id in gated]
        session.ledger.admit(tenant, told, {})
    for tenant, run in runs.items():
        session.ledger.run_finished(tenant, run, _in_a_word(outcome, tenant))
    left = (
        replace(change, reason=no_room.get((change.tenant, change.recording), change.reason))
        for change in outcome.left
    )
    out_of_time = ending is adapter.Ending.OUT_OF_TIME
    return replace(outcome, left=tuple(left), out_of_time=out_of_time, no_room=bool(no_room))


def _in_waves(
    work: Sequence[Change],
    board: Board,
    *,
    workers: int,
    log: logging.Handler,
    central: Central | None,
    limit: TimeLimit | None,
    leave: Callable[[Room], None],
) -> Ending:
    """Hand ``work`` to Luigi, some recordings at a time, and tell why that ended."""
    from leap.tasks import adapter, graph

    for start in range(0, len(work), _WAVE):
        if limit is not None and limit.is_over:
            return adapter.Ending.OUT_OF_TIME
        room = room_for(board.session, work[start : start + _WAVE], board.rows)
        if room.left:
            leave(room)
        wave = room.fits
        if not wave:
            continue
        here = replace(board, changes={(each.tenant, each.recording): each for each in wave})
        graph.use(here)
        ending = adapter.run(
            graph.roots(wave),
            workers=workers,
            resources=board.resources,
            log=log,
            central=central,
            limit=limit,
        )
        if ending is not adapter.Ending.FINISHED:
            return ending
    return adapter.Ending.FINISHED


def _rest(outcome: Outcome) -> tuple[Change, ...]:
    """Return what a run has left undone, without the steps that are done and without failures."""
    undone = {
        (change.tenant, change.recording, step.stage, step.preset)
        for change in outcome.plan.work
        for step in change.steps
    }
    return tuple(
        replace(
            change,
            steps=tuple(
                step
                for step in change.steps
                if (change.tenant, change.recording, step.stage, step.preset) in undone
            ),
        )
        for change in outcome.left
    )


def _steps(work: Iterable[Change]) -> int:
    return sum(len(change.steps) for change in work)


def _in_a_word(outcome: Outcome, tenant: str) -> str:
    if outcome.interrupted:
        return "interrupted"
    if any(failure.tenant == tenant for failure in outcome.failed):
        return "failed"
    return "held" if any(held.tenant == tenant for held in outcome.held) else "done"


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


def _snapshots(session: Session, found: Survey, plan: Plan) -> dict[str, Actual]:
    return {tenant: now for tenant, now in known(session, found).items() if tenant in plan.rows}
