"""``leap auth``: log in at vendors, and see what became of each login."""

from __future__ import annotations

from types import MappingProxyType

import click

from leap.cli.lazy import LazyGroup

COMMANDS = MappingProxyType(
    {
        "login": ("leap.cli.auth.login:command", "Log in at a vendor, and keep the credential."),
        "status": ("leap.cli.auth.status:command", "Every account: what for, how new, until when."),
        "check": ("leap.cli.auth.check:command", "Ask the vendors whether the accounts work."),
    }
)


@click.group("auth", cls=LazyGroup, commands_at=COMMANDS)
def command() -> None:
    """Give LEAP access to accounts at vendors, such as Zoom.

    A credential is kept encrypted in tenants/TENANT/secrets.sops.yaml; sources
    and presets name it as `account:`. Tokens that a vendor renews are kept in
    the ledger, encrypted for the same readers.
    """
