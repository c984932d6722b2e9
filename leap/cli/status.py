"""``leap status``: where every recording stands."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leap.cli.common import chosen_tenants, echo_json, format_option, root_option, tenant_option
from leap.cli.selecting import require_names, scope, select_options

#: How many recordings of each tenant are shown; what needs somebody comes on top.
_LAST = 20


@click.command("status")
@root_option
@tenant_option
@select_options
@click.option("--all", "show_all", is_flag=True, help="Every recording, not only the newest.")
@format_option
def command(
    root: Path,
    tenants: tuple[str, ...],
    selects: tuple[str, ...],
    excludes: tuple[str, ...],
    format_: str,
    *,
    show_all: bool,
) -> None:
    """Show where recordings stand, why, and since when.

    These are the 20 newest of each tenant, and of older ones those that failed
    or wait; --format json always has all, and with --select all that fit are
    shown. Reads the ledger alone: what changed at a source or in the YAML since
    the last `leap reconcile` is what `leap plan` shows.
    """
    from datetime import UTC, datetime

    from leap.ledger import open_ledger
    from leap.render import missed
    from leap.render import status as render
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.tasks.expected import overdue
    from leap.tasks.standings import choose, look

    asked = scope(root, tenants, selects, excludes)
    declaration = asked.load(root)
    operator = declaration.operator
    last = None if show_all or asked.selection or format_ == "json" else _LAST
    chosen, now = chosen_tenants(declaration, asked.tenants), datetime.now(UTC)
    with open_ledger(operator.database, operator.state) as ledger:
        found = look(ledger, declaration, chosen, last)
        late = () if asked.selection else overdue(ledger, declaration, chosen, now)
    if asked.selection:
        require_names(asked.selection, declaration, [each.row for each in found.shown])
        found = choose(found, asked.selection)
        if not found.shown and format_ == "text":
            click.echo("No recording fits the selection.")
            return
    if format_ == "json":
        echo_json({**render.json_data(found.shown), "expected": missed.json_data(late)})
        return
    width, paint = width_of_terminal(), paint_for(sys.stdout)
    text = render.text(
        found.shown,
        found.counts,
        now=now,
        last=last,
        width=width,
        paint=paint,
    )
    click.echo(text)
    if late:
        click.echo("\n" + "\n".join(missed.lines(late, width, paint)))
