"""``leap plan``: what reconcile would do, and why; it changes nothing."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leap.cli.against import against_options, require_alone, show
from leap.cli.common import (
    accept_option,
    echo_json,
    root_option,
    tenant_option,
)
from leap.cli.selecting import drift_arguments, drift_option, scope, select_options
from leap.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from leap.domain.drift import Closely


@click.command("plan")
@root_option
@tenant_option
@select_options
@accept_option
@against_options
@drift_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="markdown: for a comment on GitHub. json: one document alone on stdout.",
)
@click.option("-v", "--verbose", is_flag=True, help="Every recording and every stage, with why.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save the plan, for `leap reconcile --plan FILE`.",
)
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit 2 when there are changes, 0 when there are none.",
)
def command(
    root: Path,
    tenants: tuple[str, ...],
    selects: tuple[str, ...],
    excludes: tuple[str, ...],
    format_: str,
    accept: tuple[str, ...],
    out: Path | None,
    *,
    against: str | None,
    catalogue: Path | None,
    drift: Closely | None,
    verbose: bool,
    detailed_exitcode: bool,
) -> int:
    """Show what `leap reconcile` would do, and why.

    Lists the sources, compares them with the ledger and the targets, and
    prints the difference. Nothing is changed. With --against only YAML files
    are compared, over the recordings that the last run knew.
    """
    others = {"select": selects, "exclude": excludes, "out": out, "accept": accept, "drift": drift}
    require_alone(against, catalogue, **others)
    if drift is not None and out is not None:
        hint = "`leap reconcile --drift` looks again, and repairs what it finds"
        raise UsageError("--drift: not together with --out", hint=hint)
    if against is not None:
        return show(
            root,
            against,
            catalogue=catalogue,
            tenants=tenants,
            format_=format_,
            verbose=verbose,
            detailed_exitcode=detailed_exitcode,
        )
    from leap.config import require_lasting
    from leap.render import plan as render
    from leap.render.plan_markdown import markdown
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.tasks import planfile
    from leap.tasks.survey import open_session

    asked = scope(root, tenants, selects, excludes, accept, drift)
    declaration = asked.load(root)
    require_lasting(declaration)
    with open_session(declaration) as session:
        found, plan = asked.plan(session)
        if out is not None:
            planfile.write(
                out,
                session,
                found,
                plan,
                tenants=asked.tenants,
                selection=asked.selection,
                accepts=accept,
            )
    arguments = (*asked.selection.arguments(), *drift_arguments(drift))
    apply = _next_command(root, tenants, arguments, accept, out)
    if format_ == "json":
        echo_json(render.json_data(plan, apply=apply))
    elif format_ == "markdown":
        click.echo(markdown(plan, apply=apply).encode(errors="replace"), nl=False)
    else:
        paint, width = paint_for(sys.stdout), width_of_terminal()
        click.echo(render.text(plan, width=width, paint=paint, whole=verbose, apply=apply))
    if plan.refused:
        return ExitCode.REFUSED
    if plan.problems:
        return ExitCode.ERROR
    return ExitCode.CHANGES if plan.has_changes and detailed_exitcode else ExitCode.OK


def _next_command(
    root: Path,
    tenants: tuple[str, ...],
    selected: tuple[str, ...],
    accepted: tuple[str, ...],
    out: Path | None,
) -> str:
    """Return the command that does what the plan says, from the current folder."""
    here = Path.cwd().resolve()
    where = [] if root == here or root in here.parents else ["-C", str(root)]
    words = ["leap", "reconcile", *where]
    if out is not None:
        return shlex.join([*words, "--plan", str(out)])
    words += [word for name in tenants for word in ("--tenant", name)]
    words += [*selected, *(word for name in accepted for word in ("--accept", name))]
    return shlex.join(words)
