"""``leap status``: where every recording stands."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leap.cli.common import chosen_tenants, echo_json, format_option, root_option, tenant_option

if TYPE_CHECKING:
    from leap.config import Declaration
    from leap.domain.ports import LedgerReader
    from leap.domain.status import Status
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
        standings = read_standings(ledger, declaration, chosen_tenants(declaration, tenants))
    if format_ == "json":
        echo_json(render.json_data(standings))
    else:
        click.echo(render.text(standings, width=width_of_terminal(), paint=paint_for(sys.stdout)))


def read_standings(
    ledger: LedgerReader, declaration: Declaration, tenants: Iterable[str] | None = None
) -> list[Standing]:
    """Return every recording of ``tenants`` (all) with its status, in order of tenant and id."""
    from leap.domain.status import derive
    from leap.render.status import Standing

    standings = []
    for tenant in declaration.tenants if tenants is None else tenants:
        actual = ledger.snapshot(tenant)
        for row in sorted(actual.recordings.values(), key=lambda row: row.id):
            status = derive(row, actual.stages.get(row.id, ()), actual.publications.get(row.id, ()))
            standings.append(Standing(tenant, row, _with_platforms(declaration, tenant, status)))
    return standings


def _with_platforms(declaration: Declaration, tenant: str, status: Status) -> Status:
    """Return ``status`` with the platforms of publications that no publisher touched yet."""
    presets = declaration.tenants[tenant].presets
    known = {name: preset.platform for name, preset in presets.items()}
    publications = tuple(
        replace(state, platform=state.platform or known.get(state.preset))
        for state in status.publications
    )
    return replace(status, publications=publications)
