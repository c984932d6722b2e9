"""leap secrets edit: a tenant's credentials in an editor."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from leap.cli.common import root_option
from leap.cli.secrets.tenant import tenant_argument
from leap.errors import Diagnostic

#: Nobody reads and leaves a file so fast, but a window that opens elsewhere returns at once.
_AT_ONCE = 1.0


@click.command("edit")
@root_option
@tenant_argument
@click.option("--discard", is_flag=True, help="Forget an edit that was not finished.")
def command(root: Path, tenant: str, discard: bool) -> None:  # noqa: FBT001 -- click gives it by name
    """Edit the credentials of TENANT in your editor (VISUAL or EDITOR).

    What you save is checked before it is encrypted: its YAML, the tenant's
    name in it, and that each account maps fields to texts. The text is never
    on disk in the clear.
    """
    from leap.secrets import secrets_path
    from leap.secrets.edit import edit, unfinished_path

    unfinished = unfinished_path(root, tenant)
    if discard:
        unfinished.unlink(missing_ok=True)
        click.echo("No unfinished edit is kept.", err=True)
        return
    if unfinished.exists():
        click.echo("You go on with an edit that was not finished.", err=True)
    began = time.monotonic()
    changed = edit(root, tenant, _ask)
    path = secrets_path(root, tenant).relative_to(root)
    if changed:
        click.echo(f"Saved and encrypted {path}.", err=True)
        return
    click.echo("Nothing was changed.", err=True)
    if time.monotonic() - began < _AT_ONCE:
        click.echo("An editor with a window must wait for it: EDITOR='code --wait'.", err=True)


def _ask(problems: Sequence[Diagnostic]) -> bool:
    """Show what is wrong and ask whether to go on editing; nobody to ask means no."""
    for problem in problems:
        click.echo(str(problem), err=True)
    return sys.stdin.isatty() and click.confirm("Edit it again?", default=True, err=True)
