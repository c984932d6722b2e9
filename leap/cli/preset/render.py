"""``leap preset render``: what a preset would say of a recording."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leap.cli.common import echo_json, format_option, root_option


@click.command("render")
@click.argument("preset", metavar="PRESET")
@click.argument("identity", metavar="ID")
@root_option
@format_option
def command(preset: str, identity: str, root: Path, format_: str) -> None:
    """Show the title and description that PRESET would publish for a recording.

    ID is a recording's id as `leap status` prints it, or its beginning. What
    is declared now is rendered with what is known of the recording now; what a
    stage has still to find out stands there by its name, as ‹topic›. Nothing
    is published or changed.
    """
    from datetime import UTC, datetime

    from leap.cli.show import find
    from leap.config import load
    from leap.ledger import open_ledger
    from leap.render import preview as render
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.store import open_store
    from leap.tasks.preview import preview

    declaration = load(root)
    operator = declaration.operator
    with open_ledger(operator.database, operator.state) as ledger:
        standing = find(ledger, declaration, identity)
    store = open_store(operator)
    made = preview(declaration, store, standing.tenant, standing.row, preset, datetime.now(UTC))
    if format_ == "json":
        echo_json(render.json_data(made))
    else:
        paint, width = paint_for(sys.stdout), width_of_terminal()
        click.echo(render.text(made, width=width, paint=paint))
