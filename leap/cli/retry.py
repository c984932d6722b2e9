"""``leap retry``: let a recording that failed for good be tried again."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import root_option


@click.command("retry")
@click.argument("identity", metavar="ID")
@root_option
def command(identity: str, root: Path) -> None:
    """Let a recording that failed for good be tried again.

    For when the cause is gone although neither the source nor the settings
    changed: a codec was installed, a folder was mended. ID is as for `leap
    show`. The next `leap reconcile` does the work.
    """
    from leap.cli.show import find
    from leap.config import load
    from leap.tasks.retry import retry
    from leap.tasks.survey import open_session

    declaration = load(root)
    with open_session(declaration) as session:
        standing = find(session.ledger, declaration, identity)
        forgiven = retry(session, standing.tenant, standing.row.id)
    if forgiven:
        click.echo(f"{standing.row.id}: {', '.join(forgiven)} will be tried again.")
        click.echo("Try it now with: leap reconcile")
    else:
        click.echo(f"{standing.row.id}: nothing failed for good.")
