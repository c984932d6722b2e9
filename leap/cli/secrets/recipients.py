"""leap secrets recipients: who can read a tenant's secrets."""

from __future__ import annotations

from pathlib import Path

import click

from leap.cli.common import echo_json, format_option, root_option
from leap.cli.secrets.tenant import refuse_private, tenant_argument
from leap.errors import UsageError


@click.command("recipients")
@root_option
@tenant_argument
@click.option("--add", "add", metavar="RECIPIENT", help="Let this public key, age1..., in.")
@click.option("--name", help="With --add: whose key it is, as a comment in .sops.yaml.")
@click.option("--remove", "remove", metavar="RECIPIENT", help="Shut this key, or name, out.")
@click.option("--shared", is_flag=True, help="With --add: the key may be another tenant's, too.")
@click.option("--apply", "apply", is_flag=True, help="Encrypt the file for who .sops.yaml names.")
@format_option
def command(
    root: Path,
    tenant: str,
    add: str | None,
    name: str | None,
    remove: str | None,
    shared: bool,  # noqa: FBT001 -- click gives it by name
    apply: bool,  # noqa: FBT001 -- the same
    format_: str,
) -> None:
    """Show who can read the secrets of TENANT; let somebody in, or shut somebody out.

    The rule in .sops.yaml is changed, and the file encrypted anew for exactly
    those whom it names then. Commit both together.
    """
    from leap.secrets.recipients import change_readers
    from leap.secrets.rules import Reader

    for text in (add or "", name or "", remove or ""):
        refuse_private(text)
    if (name or shared) and not add:
        raise UsageError("--name and --shared say something about the key of --add")
    if add or remove or apply:
        changed = change_readers(
            root,
            tenant,
            add=[Reader(add, name)] if add else (),
            remove=[remove] if remove else (),
            shared=shared,
        )
        _tell(tenant, changed=changed, removed=bool(remove))
    _show(root, tenant, format_)


def _tell(tenant: str, *, changed: bool, removed: bool) -> None:
    if changed:
        text = f"tenants/{tenant}/secrets.sops.yaml is encrypted anew; commit it with .sops.yaml."
    else:
        text = "No encrypted file had to change."
    click.echo(text, err=True)
    if removed:
        click.echo(
            "Whoever could read the secrets until now still knows them: give every\n"
            "credential a new value where it was issued, and set it here.",
            err=True,
        )


def _show(root: Path, tenant: str, format_: str) -> None:
    from leap.secrets.places import shown
    from leap.secrets.recipients import needed_rule, readable_here

    rule = needed_rule(root, tenant)
    here = readable_here(root, tenant, rule.recipients)
    place = f"{shown(root, rule.file)}:{rule.line}"
    if format_ == "json":
        rows = [
            {"recipient": each.recipient, "name": each.name, "here": each.recipient in here}
            for each in rule.readers
        ]
        echo_json({"tenant": tenant, "rule": place, "recipients": rows})
        return
    click.echo(f"{place} lets these read the secrets of {tenant}:")
    for each in rule.readers:
        marks = [each.name or "", "this machine" if each.recipient in here else ""]
        click.echo(f"  {each.recipient}  {', '.join(filter(None, marks))}".rstrip())
