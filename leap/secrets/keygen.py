"""A key of its own for a tenant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyrage

from leap.errors import SecretError
from leap.secrets.files import locked, write_new
from leap.secrets.keys import check_recipient, key_path
from leap.secrets.places import secrets_path, shown
from leap.secrets.rule_edit import add_rule
from leap.secrets.rules import Reader


def keygen(
    root: Path,
    tenant: str,
    *,
    also: Sequence[str] = (),
    in_tenant: bool = False,
    join: bool = False,
) -> str:
    """Make an age key for ``tenant`` and return the recipient that belongs to it.

    The private key goes to ``state/keys/<tenant>.agekey`` (mode 0600), and a
    rule to ``.sops.yaml``, so that the tenant's file is encrypted for it.

    Args:
        root: the repository's root.
        also: more age recipients that may read the file, as an operator's.
        in_tenant: put the rule into ``tenants/<tenant>/.sops.yaml`` instead
            of the repository's.
        join: make the key alone; somebody who can read the file adds it.

    Raises SecretError where the tenant is not declared, or has a key or a rule.
    """
    folder = secrets_path(root, tenant).parent
    if not folder.is_dir():
        message = f"{shown(root, folder)}: no such tenant"
        raise SecretError(message, hint="make its folder with a tenant.yaml first")
    for other in also:
        check_recipient(other)
    path = key_path(root, tenant)
    recipient, text = key_text()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(path.parent):
            write_new(path, text.encode(), mode=0o600)
            try:
                if not join:
                    readers = [Reader(each) for each in dict.fromkeys((recipient, *also))]
                    add_rule(root, tenant, readers, in_tenant=in_tenant)
            except BaseException:
                path.unlink()
                raise
    except FileExistsError:
        message = f"{shown(root, path)}: the tenant has a key already"
        hint = f"to replace it use `leap secrets rotate {tenant} --key`"
        raise SecretError(message, hint=hint) from None
    except OSError as error:
        where = shown(root, Path(error.filename or path))
        raise SecretError(f"{where}: cannot be written: {error.strerror}") from None
    return recipient


def key_text() -> tuple[str, str]:
    """Return a new recipient, and the text of a file that holds its private key."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    return recipient, f"# public key: {recipient}\n{identity}\n"
