"""leap secrets rotate: new keys for a tenant's secrets."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import root_option
from leap.cli.secrets.tenant import tenant_argument


@click.command("rotate")
@root_option
@tenant_argument
@click.option("--key", "key", is_flag=True, help="Give the tenant a new age key, too.")
def command(root: Path, tenant: str, key: bool) -> None:  # noqa: FBT001 -- click gives it by name
    """Encrypt the secrets of TENANT anew, under a new data key.

    With --key the tenant gets a new age key as well, in the place of the one
    in state/keys/TENANT.agekey. The values themselves stay: what somebody has
    read is new only when you set a new value.
    """
    from leap.secrets import key_path, secrets_path
    from leap.secrets.rotate import rotate, rotate_key

    path = secrets_path(root, tenant).relative_to(root)
    if not key:
        rotate(root, tenant)
        click.echo(f"{path} is encrypted under a new data key; commit it.", err=True)
        return
    recipient = rotate_key(root, tenant)
    place = key_path(root, tenant).relative_to(root)
    click.echo(
        f"The new key is the first in {place}: keep a copy, and give it to those\n"
        "who use the former one, as SOPS_AGE_KEY in CI. The former key stays below it, since\n"
        "it opens older versions in git; remove it once nobody needs them.\n"
        f"Commit {path} and .sops.yaml together.",
        err=True,
    )
    click.echo(recipient)
