"""The TENANT that most of these commands are about."""

from __future__ import annotations

from typing import Any

import click

from leap.cli.common import F, no_such_tenant
from leap.errors import UsageError


def tenant_argument(function: F) -> F:
    """Add the argument TENANT; the command gets ``tenant: str``.

    For a command with ``root_option``: a tenant has a folder below the root.
    """

    def known(context: click.Context, _: click.Parameter, name: str) -> Any:
        there = {path.name for path in (context.params["root"] / "tenants").glob("[!.]*/")}
        if name not in there:
            refuse_private(name)
            raise no_such_tenant(name, there)
        return name

    return click.argument("tenant", callback=known)(function)


def refuse_private(text: str) -> None:
    """Raise UsageError where ``text`` is a private key; its words are not repeated."""
    from leap.secrets.keys import looks_private

    if looks_private(text):
        message = "there is a private key on the command line, where it does not belong"
        hint = "your shell remembers it: replace it with `leap secrets rotate TENANT --key`"
        raise UsageError(message, hint=hint)
