"""leap secrets set: set fields of a credential."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leap.cli.common import root_option
from leap.cli.secrets.tenant import refuse_private, tenant_argument
from leap.errors import UsageError


@click.command("set")
@root_option
@tenant_argument
@click.argument("fields", nargs=-1, required=True, metavar="ACCOUNT.FIELD...")
@click.option("--kind", help="What the account is for, as `site`; not secret.")
def command(root: Path, tenant: str, fields: tuple[str, ...], kind: str | None) -> None:
    """Set fields of a credential of TENANT, as site-links.link_secret.

    Each value is asked for without showing it, or read from stdin, one a line.
    """
    from leap.secrets import secrets_path, set_credential

    account, names = _split(fields)
    values = {name: _value(f"{account}.{name}") for name in names}
    set_credential(root, tenant, account, {"kind": kind, **values} if kind else values)
    path = secrets_path(root, tenant).relative_to(root)
    click.echo(f"Set {', '.join(fields)} in {path}.", err=True)


def _split(fields: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return the account that all ``fields`` belong to, and their names. Raises UsageError."""
    for field in fields:
        refuse_private(field)
        if "=" in field:
            # What follows may be a secret, so it is not repeated.
            message = "values are not given on the command line, where others can see them"
            hint = "give only ACCOUNT.FIELD; the value is asked for, or read from stdin"
            raise UsageError(message, hint=hint)
    pairs = [field.partition(".") for field in fields]
    if not all(account and name for account, _, name in pairs):
        raise UsageError("a field is named ACCOUNT.FIELD", hint="as site-links.link_secret")
    accounts = {account for account, _, _ in pairs}
    if len(accounts) > 1:
        raise UsageError("the fields belong to several accounts", hint="set one account at a time")
    return accounts.pop(), [name for _, _, name in pairs]


def _value(name: str) -> str:
    """Return a value that is typed unseen, or the next line of stdin."""
    if sys.stdin.isatty():
        value: str = click.prompt(name, hide_input=True, err=True)
        return value
    return sys.stdin.readline().rstrip("\r\n")
