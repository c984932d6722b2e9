"""``leap ledger``: migrate it, or rebuild it from what the store and the sources say."""

from __future__ import annotations

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


@click.group("ledger")
def command() -> None:
    """Look after the ledger: the Postgres database of statuses and publications."""


@command.command("migrate")
@root_option
def migrate(root: Path) -> None:
    """Bring the ledger's schema to this version of LEAP.

    The embedded ledger migrates itself; a ledger of yours (`database:` in
    leap.yaml, or LEAP_DATABASE_URL) waits for this command.
    """
    from leap.config import load
    from leap.ledger import migrate as run

    operator = load(root).operator
    version = run(operator.database, operator.state)
    click.echo(f"The ledger is at version {version}.")


@command.command("rebuild")
@root_option
@tenant_option
@format_option
def rebuild(root: Path, tenants: tuple[str, ...], format_: str) -> None:
    """Recover recordings, stages, publications and paid calls from what is kept in files.

    For a ledger that was lost. Nothing is made or published anew by this, nor
    by the `leap reconcile` after it.
    """
    from dataclasses import asdict

    from leap.config import load
    from leap.render.terminal import counted
    from leap.tasks.rebuild import rebuild as run
    from leap.tasks.survey import open_session

    declaration = load(root, tenants=tenants or None)
    with open_session(declaration) as session:
        result = run(session, chosen_tenants(declaration, tenants), listing_progress())
    if format_ == "json":
        echo_json(asdict(result))
        return
    click.echo(
        f"Rebuilt the ledger: {counted(result.recordings, 'recording')},"
        f" {counted(result.targets, 'target')}, {counted(result.failures, 'failure')},"
        f" {counted(result.publications, 'publication')}, {counted(result.calls, 'paid call')}."
    )
