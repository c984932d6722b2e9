"""A key of its own for a tenant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leap.errors import SecretError
from leap.secrets.files import locked, write_new
from leap.secrets.keys import key_path
from leap.secrets.places import secrets_path, shown
from leap.secrets.rules import add_rule


def keygen(root: Path, tenant: str, *, also: Sequence[str] = (), in_tenant: bool = False) -> str:
    """Make an age key for ``tenant`` and return the recipient that belongs to it.

    The private key goes to ``state/keys/<tenant>.agekey`` (mode 0600), and a
    rule to ``.sops.yaml``, so that the tenant's file is encrypted for it.

    Args:
        root: the repository's root.
        also: more age recipients that may read the file, as an operator's.
        in_tenant: put the rule into ``tenants/<tenant>/.sops.yaml`` instead
            of the repository's.

    Raises SecretError where the tenant is not declared, or has a key or a rule.
    """
    import pyrage

    folder = secrets_path(root, tenant).parent
    if not folder.is_dir():
        message = f"{shown(root, folder)}: no such tenant"
        raise SecretError(message, hint="make its folder with a tenant.yaml first")
    for recipient in also:
        _check_recipient(recipient)
    path = key_path(root, tenant)
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(path.parent):
            write_new(path, f"# public key: {recipient}\n{identity}\n".encode(), mode=0o600)
            try:
                add_rule(root, tenant, [recipient, *also], in_tenant=in_tenant)
            except BaseException:
                path.unlink()
                raise
    except FileExistsError:
        message = f"{shown(root, path)}: the tenant has a key already"
        raise SecretError(message, hint="move it away first, if it shall get a new one") from None
    except OSError as error:
        where = shown(root, Path(error.filename or path))
        raise SecretError(f"{where}: cannot be written: {error.strerror}") from None
    return recipient


def _check_recipient(recipient: str) -> None:
    import pyrage

    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        message = f"{recipient[:80]!r} is no age recipient"
        raise SecretError(message, hint="a recipient begins with age1") from None
