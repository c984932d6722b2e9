"""``leap scheduler``: a central Luigi scheduler that any number of runners share."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from leap.cli.common import root_option


@click.command("scheduler")
@root_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8082,
    show_default=True,
    help="0: any free one.",
)
def command(root: Path, port: int) -> None:
    """Run a central scheduler, for many runners and to watch them work.

    It is Luigi's own, with its pages, and runs until Ctrl-C. Runners join it
    with `leap reconcile --scheduler URL`. It has no passwords, so it listens
    on this machine only: from others come through a tunnel (`ssh -L
    8082:127.0.0.1:8082 HOST`), or through a proxy of yours that asks who is
    there; name the proxy's address under `scheduler:` in leap.yaml.
    """
    from leap.config import load
    from leap.config.accounts import accounts_in
    from leap.tasks.limits import limits
    from leap.tasks.scheduler import serve

    operator = load(root, tenants=()).operator
    declared = urlsplit(operator.scheduler or "").hostname
    serve(
        operator.state,
        limits(operator, accounts_in(root)),
        port=port,
        hosts=frozenset({declared} if declared else ()),
        announce=_announce,
    )
    click.echo("stopped; what it knows is kept for the next one", err=True)


def _announce(address: str) -> None:
    click.echo(f"{address}/  (Ctrl-C stops)")
    click.echo(f"Join it: leap reconcile --scheduler {address}", err=True)
