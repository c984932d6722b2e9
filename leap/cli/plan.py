"""``leap plan``: what reconcile would do, and why; it changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leap.cli.common import (
    chosen_tenants,
    echo_json,
    format_option,
    listing_progress,
    root_option,
    tenant_option,
)
from leap.errors import ExitCode


@click.command("plan")
@root_option
@tenant_option
@format_option
@click.option("-v", "--verbose", is_flag=True, help="Every stage on a line, with its own reason.")
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit 2 when there are changes, 0 when there are none.",
)
def command(
    root: Path, tenants: tuple[str, ...], format_: str, *, verbose: bool, detailed_exitcode: bool
) -> int:
    """Show what `leap reconcile` would do, and why.

    Lists the sources, compares them with the ledger and the targets, and
    prints the difference. Nothing is changed.
    """
    from leap.config import load
    from leap.render import plan as render
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.tasks.survey import open_session, survey

    declaration = load(root, tenants=tenants or None)
    with open_session(declaration) as session:
        _, plan = survey(session, chosen_tenants(declaration, tenants), listing_progress())
    if format_ == "json":
        echo_json(render.json_data(plan))
    else:
        paint = paint_for(sys.stdout)
        click.echo(render.text(plan, width=width_of_terminal(), paint=paint, steps=verbose))
    if plan.refusals:
        return ExitCode.REFUSED
    if plan.problems:
        return ExitCode.ERROR
    return ExitCode.CHANGES if plan.has_changes and detailed_exitcode else ExitCode.OK
