"""leap secrets keygen: make a key for a tenant."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import root_option
from leap.cli.secrets.tenant import tenant_argument


@click.command("keygen")
@root_option
@tenant_argument
@click.option(
    "--also",
    multiple=True,
    metavar="RECIPIENT",
    help="Encrypt for this age recipient too, as the operator's; repeatable.",
)
@click.option("--in-tenant", is_flag=True, help="Put the rule into the tenant's own .sops.yaml.")
@click.option("--join", is_flag=True, help="Only make a key, which somebody else lets in.")
def command(
    root: Path,
    tenant: str,
    also: tuple[str, ...],
    in_tenant: bool,  # noqa: FBT001 -- click gives it by name
    join: bool,  # noqa: FBT001 -- the same
) -> None:
    """Make a key for TENANT, and a rule in .sops.yaml that uses it.

    Its public key, the recipient, goes to stdout. Whoever joins a tenant that
    has secrets already makes a key with --join, and gives the recipient to
    somebody who can read them.
    """
    from leap.secrets import key_path
    from leap.secrets import keygen as make

    recipient = make(root, tenant, also=also, in_tenant=in_tenant, join=join)
    path = key_path(root, tenant).relative_to(root)
    click.echo(
        f"The private key is in {path}: keep a copy in a safe place, never in git.", err=True
    )
    if join:
        click.echo("Somebody who can read the secrets lets you in with:", err=True)
        click.echo(f"  leap secrets recipients {tenant} --add {recipient}", err=True)
    click.echo(recipient)
