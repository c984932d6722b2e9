"""``leap usage``: what calls to clouds have cost."""

from __future__ import annotations

import functools
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from leap.cli.common import chosen_tenants, echo_json, format_option, root_option, tenant_option


@click.command("usage")
@root_option
@tenant_option
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m"]),
    metavar="DATE",
    help="From this day or month on, such as 2026-09; else the last twelve months.",
)
@format_option
def command(root: Path, tenants: tuple[str, ...], since: datetime | None, format_: str) -> None:
    """Show what calls to clouds have cost, by tenant, month and model.

    Beside that stands what the plans of the runs expected; what the next run
    would cost is what `leap plan` shows. Months are in UTC. Of platforms that
    count calls by the day, what was used today is told. Reads the ledger alone.
    """
    from leap.config import load
    from leap.config.budgets import limit_for
    from leap.ledger import open_ledger
    from leap.planning.quota import today
    from leap.render.terminal import paint_for, width_of_terminal
    from leap.render.usage import Used, json_data, text

    declaration = load(root, tenants=tenants or None)
    operator, now = declaration.operator, datetime.now(UTC)
    start = since.replace(tzinfo=UTC) if since else now.replace(year=now.year - 1, day=1)
    found = []
    with open_ledger(operator.database, operator.state) as ledger:
        for tenant in chosen_tenants(declaration, tenants):
            limit = limit_for(operator, declaration.tenants[tenant].config, tenant)
            found.append(
                Used(
                    tenant,
                    ledger.usage(tenant, start, now),
                    ledger.forecasts(tenant, start, now),
                    str(limit.month) if limit else "",
                    f"{now:%Y-%m}",
                    today(declaration, tenant, functools.partial(ledger.app_days, tenant)),
                )
            )
    if format_ == "json":
        echo_json(json_data(found))
        return
    click.echo(text(found, width=width_of_terminal(), paint=paint_for(sys.stdout)))
