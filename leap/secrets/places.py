"""Where a tenant's encrypted file, its rule and its key are."""

from __future__ import annotations

import re
from pathlib import Path

from leap.config.model import NAME_PATTERN
from leap.errors import SecretError

FILE = "secrets.sops.yaml"
RULES = ".sops.yaml"

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,62}")
_NAME = re.compile(NAME_PATTERN)


def secrets_path(root: Path, tenant: str) -> Path:
    """Return ``tenants/<tenant>/secrets.sops.yaml`` under ``root``.

    Raises SecretError where ``tenant`` is no name of a tenant.
    """
    if not _NAME.fullmatch(tenant):
        message = f"{tenant!r} is no name of a tenant"
        raise SecretError(message, hint="names are lower-case letters, digits and -")
    return root / "tenants" / tenant / FILE


def rules_paths(root: Path, tenant: str) -> tuple[Path, Path]:
    """Return where the rule of ``tenant`` may be, the nearer file first."""
    return secrets_path(root, tenant).with_name(RULES), root / RULES


def shown(root: Path, path: Path) -> str:
    """Return ``path`` as people shall read it: relative to ``root`` where it lies within."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def check_account(name: str) -> None:
    """Raise SecretError where ``name`` cannot name a credential."""
    if not _NAME.fullmatch(name):
        message = f"{name!r} is no name of a credential"
        raise SecretError(message, hint="names are lower-case letters, digits and -")


def check_field(name: str) -> None:
    """Raise SecretError where ``name`` cannot name a field of a credential."""
    # sops leaves a value whose key ends like this in the clear.
    # https://getsops.io/docs/#encrypting-only-parts-of-a-file
    if not _FIELD.fullmatch(name) or name.endswith("_unencrypted"):
        message = f"{name!r} is no name of a field"
        raise SecretError(message, hint="fields are lower-case letters, digits and _")
