"""leap secrets check: every encrypted file, without a key."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import echo_json, format_option, root_option, tenant_option
from leap.errors import ExitCode


@click.command("check")
@root_option
@tenant_option
@format_option
def command(root: Path, tenants: tuple[str, ...], format_: str) -> int:
    """Check every encrypted file without a key: all of it encrypted, for whom the rules say.

    Private keys and tokens in any other file of a tenant are found, too. `leap
    validate` does the same beside all else.
    """
    from leap.render import diagnostics as render
    from leap.secrets import check as find
    from leap.secrets import secrets_path

    names = tenants or sorted(path.name for path in (root / "tenants").glob("[!.]*/"))
    # One .sops.yaml serves many tenants, and its faults are told once.
    found = sorted({diagnostic for name in names for diagnostic in find(root, name)})
    if format_ == "json":
        echo_json(render.data(found))
    else:
        for diagnostic in found:
            click.echo(str(diagnostic), err=True)
        files = sum(secrets_path(root, name).exists() for name in names)
        noun = "file" if files == 1 else "files"
        click.echo(f"{files} encrypted {noun}, {len(found)} wrong.")
    return ExitCode.ERROR if found else ExitCode.OK
