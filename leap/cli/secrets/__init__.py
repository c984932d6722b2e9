"""``leap secrets``: keys and encrypted credentials of tenants."""

from __future__ import annotations

from types import MappingProxyType

import click

from leap.cli.lazy import LazyGroup

COMMANDS = MappingProxyType(
    {
        "keygen": ("leap.cli.secrets.keygen:command", "Make a key for a tenant."),
        "set": ("leap.cli.secrets.set:command", "Set fields of a credential, unseen."),
        "edit": ("leap.cli.secrets.edit:command", "Edit a tenant's credentials in your editor."),
        "recipients": ("leap.cli.secrets.recipients:command", "Who can read; let in, shut out."),
        "rotate": ("leap.cli.secrets.rotate:command", "Encrypt anew, with a new key if you like."),
        "check": ("leap.cli.secrets.check:command", "Check every encrypted file without a key."),
        "git": ("leap.cli.secrets.git:command", "Let git show and guard secrets in this clone."),
        "pre-commit": (
            "leap.cli.secrets.pre_commit:command",
            "Check what is about to be committed.",
        ),
        "textconv": ("leap.cli.secrets.textconv:command", "What `git diff` shows of a file."),
    }
)


@click.group("secrets", cls=LazyGroup, commands_at=COMMANDS)
def command() -> None:
    """Keep the credentials of tenants encrypted in git, each with a key of its own.

    Keys that open a file are looked for in SOPS_AGE_KEY, in the file named by
    SOPS_AGE_KEY_FILE, and in state/keys/TENANT.agekey.
    """
