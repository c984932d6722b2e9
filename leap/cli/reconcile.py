"""``leap reconcile``: carry the plan out; a second run does nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leap.cli.annotations import annotate
from leap.cli.common import (
    accept_option,
    echo_json,
    format_option,
    root_option,
    tenant_option,
)
from leap.cli.job_summary import append_summary
from leap.cli.selecting import drift_option, scope, scope_of, select_options
from leap.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from leap.domain.drift import Closely
    from leap.domain.expectation import Overdue
    from leap.domain.outcome import Outcome
    from leap.domain.plan import Plan
    from leap.tasks.central import Central
    from leap.tasks.survey import Session, Survey
    from leap.tasks.timelimit import TimeLimit

_STAGES = ("download", "trim", "transcribe", "topics", "subtitles", "publish")


def _seconds(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """Return the seconds of ``--time-limit``. Raises UsageError."""
    if text is None:
        return None
    from pydantic_core import PydanticCustomError

    from leap.config.units import duration

    try:
        seconds = duration(text, "5 h")
    except PydanticCustomError as error:
        hint = (error.context or {}).get("hint")
        raise UsageError(f"--time-limit: {error.message()}", hint=hint) from None
    if not seconds:
        raise UsageError("--time-limit: there is no time in it", hint="write it like `5h`")
    return seconds


@click.command("reconcile")
@root_option
@tenant_option
@select_options
@click.option(
    "--plan",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Do exactly what `leap plan --out FILE` printed, or nothing.",
)
@format_option
@click.option("--until", type=click.Choice(_STAGES), help="Go no further than this stage.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Work on at most N recordings."
)
@click.option(
    "--time-limit",
    callback=_seconds,
    metavar="TIME",
    help="Begin nothing more after this time, such as 5h, and say what remains. What runs then"
    " may take a tenth of it more. Exits 0 where nothing failed.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many stages run at once; else `workers:` of leap.yaml.",
)
@click.option(
    "--scheduler",
    metavar="URL",
    help="Share the work with the runners of this scheduler; else LEAP_SCHEDULER, leap.yaml.",
)
@accept_option
@drift_option
@click.option(
    "--strict", is_flag=True, help="Exit 4 also for what failed or was held in earlier runs."
)
def command(
    root: Path,
    tenants: tuple[str, ...],
    selects: tuple[str, ...],
    excludes: tuple[str, ...],
    file: Path | None,
    format_: str,
    *,
    until: str | None,
    limit: int | None,
    time_limit: float | None,
    workers: int | None,
    scheduler: str | None,
    accept: tuple[str, ...],
    drift: Closely | None,
    strict: bool,
) -> int:
    """Do what the plan says: download, trim, transcribe, caption, publish.

    Safe to interrupt and to run twice, also at once: finished work is kept,
    and nothing is done a second time. Exits 4 when something failed or was
    newly held in this run; what failed for good is left alone until its source
    or its settings change, what a provider has put off until its time, or
    until `leap retry`. Exits 5 when a tenant's part of the plan is refused as
    unsafe: nothing is done for that tenant, the others go on.
    """
    from leap.config import require_lasting
    from leap.domain.stage import Stage
    from leap.planning.acceptance import permitted
    from leap.planning.narrow import narrow
    from leap.render import missed, summary
    from leap.secrets import take_keys
    from leap.tasks.central import chosen
    from leap.tasks.reconcile import admit, leave_alone, places
    from leap.tasks.survey import open_session
    from leap.tasks.timelimit import TimeLimit

    began = time.monotonic()
    ends = TimeLimit.of(began, time_limit) if time_limit else None
    take_keys()
    given = {"tenant": tenants, "select": selects, "exclude": excludes, "accept": accept}
    asked = (
        scope(root, tenants, selects, excludes, accept, drift)
        if file is None
        else scope_of(file, **given, until=until, limit=limit, drift=drift)
    )
    declaration = asked.load(root)
    require_lasting(declaration)
    central = chosen(scheduler, declaration.operator.scheduler)
    as_text = format_ == "text"
    with open_session(declaration) as session:
        # It is judged before it is cut short: a little at a time may add up to too much.
        found, plan = asked.plan(session)
        leave_alone(session, found)
        last = Stage(until) if until else None
        plan = narrow(plan, found.actuals, limit=limit, until=last)
        if as_text:
            _foretell(plan)
        refused = plan.refused
        plan = permitted(plan)
        if refused and not plan.rows:
            return _refused(plan, as_text=as_text)
        found = _with_drifts_written(session, found, plan)
        if plan.work:
            count = workers or declaration.operator.workers
            outcome = _run(session, found, plan, count, _joined(session, central), ends)
            _keep_catalogue(session, outcome.plan, frozenset(plan.rows))
            outcome = replace(outcome, plan=asked.part(outcome.plan, found))
        else:
            written = admit(session, found, plan)
            outcome = None
            _keep_catalogue(session, plan, written)
        late = _late(session, plan) if not asked.selection else ()
    seconds = time.monotonic() - began
    where = places(session, outcome.done) if outcome is not None else ()
    append_summary(plan, outcome, seconds=seconds, places=where, late=late)
    annotate(root, missed.diagnostics(late), "leap reconcile")
    if as_text:
        _tell(plan, outcome, late, seconds=seconds, where=where)
    else:
        echo_json({**summary.json_data(plan, outcome), "expected": missed.json_data(late)})
    waiting = bool(found.not_asked)
    return _exit_code(plan, outcome, refused=bool(refused), strict=strict, waiting=waiting)


def _foretell(plan: Plan) -> None:
    """Print what is going to be done, if there is anything to say."""
    from leap.render import plan as render
    from leap.render.terminal import paint_for, width_of_terminal

    if plan.changes or plan.refusals or plan.problems or plan.notes or plan.drifts:
        width, paint = width_of_terminal(), paint_for(sys.stdout)
        click.echo(render.text(plan, width=width, paint=paint, apply="") + "\n")


def _refused(plan: Plan, *, as_text: bool) -> ExitCode:
    """Tell that nothing at all is done; as text the plan has said so."""
    from leap.render import plan as render

    if not as_text:
        echo_json(render.json_data(plan))
    append_summary(plan, None)
    return ExitCode.REFUSED


def _with_drifts_written(session: Session, found: Survey, plan: Plan) -> Survey:
    """Write down what platforms were found to show; return what was found without it."""
    if not plan.drifts:
        return found
    from leap.tasks.drift import write_down

    return write_down(session, found, plan)


def _tell(
    plan: Plan,
    outcome: Outcome | None,
    late: Sequence[Overdue],
    *,
    seconds: float,
    where: Sequence[str],
) -> None:
    """Print what came of ``plan``, and which expected lectures did not come."""
    from leap.render import missed, summary
    from leap.render.terminal import paint_for, width_of_terminal

    paint, width = paint_for(sys.stdout), width_of_terminal()
    lines = missed.lines(late, width, paint)
    text = summary.text(plan, outcome, width=width, paint=paint, seconds=seconds, places=where)
    click.echo("\n".join([*lines, "", text] if lines else [text]))


def _exit_code(
    plan: Plan, outcome: Outcome | None, *, refused: bool, strict: bool, waiting: bool
) -> ExitCode:
    if outcome is not None and outcome.interrupted:
        return ExitCode.INTERRUPTED
    if refused:
        return ExitCode.REFUSED
    failed = (
        plan.problems
        or any(held.is_new for held in plan.deferred)
        or (outcome is not None and (outcome.failed or outcome.held or _is_stuck(outcome)))
    )
    after = outcome.plan if outcome else plan
    before = waiting or after.failures or after.deferred or (outcome and outcome.still_held)
    return ExitCode.FAILED if failed or (strict and before) else ExitCode.OK


def _is_stuck(outcome: Outcome) -> bool:
    """Tell whether something was left for another reason than that the time was over."""
    return bool(outcome.left) and (outcome.no_room or not outcome.out_of_time)


def _late(session: Session, plan: Plan) -> tuple[Overdue, ...]:
    from leap.tasks.expected import overdue

    return overdue(session.ledger, session.declaration, plan.rows, session.clock.now())


def _keep_catalogue(session: Session, plan: Plan, written: frozenset[str]) -> None:
    """Write what pull requests are compared with; the run is no worse where that fails."""
    from leap.errors import StoreError
    from leap.tasks.catalogue import keep

    try:
        keep(session, plan, written=written)
    except StoreError as error:
        click.echo(f"{click.style('warning:', fg='yellow')} {error}", err=True)


def _joined(session: Session, central: Central | None) -> Central | None:
    """Return ``central`` if it answers; without it this run goes on by itself."""
    from leap.tasks.central import SchedulerDown, missing_limits

    if central is None:
        return None
    from leap.tasks.calls import limits
    from leap.tasks.limits import limits_of

    try:
        ours = limits_of(session.declaration, session.declaration.tenants)
        missing = missing_limits(ours, limits(central))
    except SchedulerDown as error:
        _warn(f"{error}; until then this run works by itself")
        return None
    if missing:
        _warn(
            f"the scheduler at {central.url} does not limit {', '.join(missing)} as leap.yaml does,"
            " so one task at a time uses it; start it again with this leap.yaml"
        )
    return central


def _warn(message: str) -> None:
    click.echo(f"{click.style('warning:', fg='yellow')} {message}", err=True)


def _run(
    session: Session,
    found: Survey,
    plan: Plan,
    workers: int,
    central: Central | None,
    limit: TimeLimit | None,
) -> Outcome:
    """Carry ``plan`` out with progress on stderr and Luigi's words in a log file."""
    from leap.render.progress import Reporter
    from leap.tasks.logs import run_log
    from leap.tasks.reconcile import carry_out

    reporter = Reporter(sys.stderr, total=sum(len(change.steps) for change in plan.work))
    lost = False
    no_room: dict[str, None] = {}

    def receive(event: dict[str, Any]) -> None:
        nonlocal lost
        if event["event"] == "joined":
            for page in event["pages"]:
                click.echo(f"Watch it: {page}", err=True)
        if event["event"] == "no-room":
            no_room[event["message"]] = None
        lost = lost or event["event"] == "scheduler-lost"
        reporter.feed(event)

    try:
        with run_log(session.state) as log:
            return carry_out(
                session,
                found,
                plan,
                workers=workers,
                receive=receive,
                idle=reporter.refresh,
                log=log,
                central=central,
                limit=limit,
            )
    finally:
        reporter.close()
        for message in no_room:
            _warn(message)
        if lost and central is not None:
            _warn(f"the scheduler at {central.url} went away; this run went on by itself")
