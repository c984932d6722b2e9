"""``leap retry``: let what failed for good, or was put off, be tried again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leap.cli.common import root_option
from leap.errors import UsageError

if TYPE_CHECKING:
    from leap.config import Declaration


@click.command("retry")
@click.argument("identity", metavar="ID")
@root_option
def command(identity: str, root: Path) -> None:
    """Let a recording that failed for good, or was put off, be tried again.

    For when the cause is gone although neither the source nor the settings
    changed: a codec was installed, a folder was mended, a limit was raised.
    ID is as for `leap show`; TENANT/SOURCE has a source listed again before
    the time that its provider has named. The next `leap reconcile` does the
    work.
    """
    from leap.cli.show import find
    from leap.config import load
    from leap.tasks.retry import ask_again, retry
    from leap.tasks.survey import open_session

    declaration = load(root)
    tenant, slash, source = identity.partition("/")
    if slash:
        _require_source(declaration, tenant, source)
    with open_session(declaration) as session:
        if slash:
            was, name = ask_again(session, tenant, source), identity
            again = "will be listed again" if was else ""
            nothing = "was not put off; every run lists it"
        else:
            standing = find(session.ledger, declaration, identity)
            name = standing.row.id
            forgiven = retry(session, standing.tenant, name)
            again = f"{', '.join(forgiven)} will be tried again" if forgiven else ""
            nothing = "nothing failed for good, was put off, or waits for a person"
    click.echo(f"{name}: {again or nothing}.")
    if again:
        click.echo("Try it now with: leap reconcile")


def _require_source(declaration: Declaration, tenant: str, source: str) -> None:
    found = declaration.tenants.get(tenant)
    if found is None or source not in found.sources:
        name = f"{tenant}/{source}"
        raise UsageError(f"{name}: no such source", hint="write it as TENANT/SOURCE, or an ID")
