"""``leap status``: where every recording stands."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leap.cli.common import chosen_tenants, echo_json, format_option, root_option, tenant_option

if TYPE_CHECKING:
    from leap.domain.ports import LedgerReader
    from leap.render.status import Standing


@click.command("status")
@root_option
@tenant_option
@format_option
def command(root: Path, tenants: tuple[str, ...], format_: str) -> None:
    """Show where every recording stands, why, and since when.

    Reads the ledger alone: what changed at a source or in the YAML since the
    last `leap reconcile` is what `leap plan` shows.
    """
    from leap.config import load
    from leap.ledger import open_ledger
    from leap.render import status as render
    from leap.render.terminal import paint_for, width_of_terminal

    declaration = load(root, tenants=tenants or None)
    operator = declaration.operator
    with open_ledger(operator.database, operator.state) as ledger:
        standings = read_standings(ledger, chosen_tenants(declaration, tenants))
    if format_ == "json":
        echo_json(render.json_data(standings))
    else:
        click.echo(render.text(standings, width=width_of_terminal(), paint=paint_for(sys.stdout)))


def read_standings(ledger: LedgerReader, tenants: Iterable[str]) -> list[Standing]:
    """Return every recording of ``tenants`` with its status, in order of tenant and id."""
    from leap.domain.status import derive
    from leap.render.status import Standing

    return [
        Standing(
            tenant,
            row,
            derive(row, actual.stages.get(row.id, ()), actual.publications.get(row.id, ())),
        )
        for tenant in tenants
        for actual in [ledger.snapshot(tenant)]
        for row in sorted(actual.recordings.values(), key=lambda row: row.id)
    ]
