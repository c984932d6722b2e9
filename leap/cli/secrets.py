"""``leap secrets``: keys and encrypted credentials of tenants."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leap.cli.common import echo_json, format_option, root_option, tenant_option
from leap.errors import ExitCode, UsageError


@click.group("secrets")
def command() -> None:
    """Make keys; set and check the encrypted credentials of tenants.

    Keys that open a file are looked for in SOPS_AGE_KEY, in the file named by
    SOPS_AGE_KEY_FILE, and in state/keys/TENANT.agekey.
    """


@command.command("keygen")
@root_option
@click.argument("tenant")
@click.option(
    "--also",
    multiple=True,
    metavar="RECIPIENT",
    help="Encrypt for this age recipient too, as the operator's; repeatable.",
)
@click.option("--in-tenant", is_flag=True, help="Put the rule into the tenant's own .sops.yaml.")
def keygen(root: Path, tenant: str, also: tuple[str, ...], in_tenant: bool) -> None:  # noqa: FBT001 -- click gives it by name
    """Make a key for TENANT, and a rule in .sops.yaml that uses it."""
    from leap.secrets import key_path
    from leap.secrets import keygen as make

    recipient = make(root, tenant, also=also, in_tenant=in_tenant)
    path = key_path(root, tenant).relative_to(root)
    click.echo(
        f"The private key is in {path}: keep a copy in a safe place, never in git.", err=True
    )
    click.echo(recipient)


@command.command("set")
@root_option
@click.argument("tenant")
@click.argument("fields", nargs=-1, required=True, metavar="ACCOUNT.FIELD...")
@click.option("--kind", help="What the account is for, as `site`; not secret.")
def set_(root: Path, tenant: str, fields: tuple[str, ...], kind: str | None) -> None:
    """Set fields of a credential of TENANT, as site-links.link_secret.

    Each value is asked for without showing it, or read from stdin, one a line.
    """
    from leap.secrets import secrets_path, set_credential

    account, names = _split(fields)
    values = {name: _value(f"{account}.{name}") for name in names}
    set_credential(root, tenant, account, {"kind": kind, **values} if kind else values)
    path = secrets_path(root, tenant).relative_to(root)
    click.echo(f"Set {', '.join(fields)} in {path}.", err=True)


@command.command("check")
@root_option
@tenant_option
@format_option
def check(root: Path, tenants: tuple[str, ...], format_: str) -> int:
    """Check every encrypted file without a key: all of it encrypted, for whom the rules say."""
    from leap.secrets import check as find
    from leap.secrets import secrets_path

    names = tenants or sorted(path.name for path in (root / "tenants").glob("[!.]*/"))
    found = [diagnostic for name in names for diagnostic in find(root, name)]
    if format_ == "json":
        keys = ("severity", "file", "line", "column", "message", "hint")
        echo_json({"diagnostics": [{key: getattr(each, key) for key in keys} for each in found]})
    else:
        for diagnostic in found:
            click.echo(str(diagnostic), err=True)
        files = sum(secrets_path(root, name).exists() for name in names)
        noun = "file" if files == 1 else "files"
        click.echo(f"{files} encrypted {noun}, {len(found)} wrong.")
    return ExitCode.ERROR if found else ExitCode.OK


def _split(fields: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return the account that all ``fields`` belong to, and their names. Raises UsageError."""
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
