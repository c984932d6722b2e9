"""What the demo tenant needs beside its YAML: a key of its own, and a secret to keep."""

from __future__ import annotations

import secrets as random
from pathlib import Path

from leap import secrets
from leap.errors import SecretError

TENANT = "demo"
#: The credential that ``presets/site.yaml`` names: it makes the addresses of unlisted pages.
ACCOUNT = "site-links"


def equip(root: Path, aside: Path) -> None:
    """Give the demo tenant a key and an encrypted credential, unless it has them.

    Both belong to this clone alone and are never committed. What is left of an
    earlier pair that lost its half (``state/`` was deleted) is of no use to
    anybody; it is moved to the folder ``aside``. Raises SecretError.
    """
    key, file = secrets.key_path(root, TENANT), secrets.secrets_path(root, TENANT)
    rule = file.with_name(".sops.yaml")
    try:
        if ACCOUNT in secrets.credentials(root, TENANT):
            return
    except SecretError:
        if key.exists() and rule.exists():
            raise
    if not (key.exists() and rule.exists()):
        _put_aside((key, rule, file), aside)
        secrets.keygen(root, TENANT, in_tenant=True)
    fields = {"kind": "site", "link_secret": random.token_urlsafe(32)}
    secrets.set_credential(root, TENANT, ACCOUNT, fields)


def _put_aside(files: tuple[Path, ...], folder: Path) -> None:
    for file in files:
        if file.exists():
            try:
                folder.mkdir(parents=True, exist_ok=True)
                file.replace(folder / file.name)
            except OSError as error:
                raise SecretError(f"{file}: cannot be moved away: {error.strerror}") from None
