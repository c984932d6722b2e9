"""A repository with two tenants, one of which has secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from leap import secrets

LINK_SECRET = "canary-7f3a9c"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository with two tenants, in a folder with a space and Cyrillic."""
    root = tmp_path / "записи лекций"
    for tenant in ("acme", "globex"):
        (root / "tenants" / tenant).mkdir(parents=True)
    (root / ".sops.yaml").write_text(
        "# kept\nstores:\n  yaml:\n    indent: 2\ncreation_rules: []\n"
    )
    return root


@pytest.fixture
def link_secret() -> str:
    """Return the one secret that is nowhere in the clear."""
    return LINK_SECRET


@pytest.fixture
def sealed(root: Path) -> Path:
    """Return the encrypted file of acme, with one credential in it."""
    secrets.keygen(root, "acme")
    secrets.set_credential(root, "acme", "site-links", {"kind": "site", "link_secret": LINK_SECRET})
    return secrets.secrets_path(root, "acme")


@pytest.fixture
def values() -> Callable[[Path, str], dict[str, dict[str, str]]]:
    """Return a function that gives the credentials of a tenant in the clear."""

    def opened(root: Path, tenant: str) -> dict[str, dict[str, str]]:
        return {
            account: {field: value.get_secret_value() for field, value in fields.items()}
            for account, fields in secrets.credentials(root, tenant).items()
        }

    return opened


@pytest.fixture
def ada() -> pyrage.x25519.Identity:
    """Return the key of a colleague."""
    return pyrage.x25519.Identity.generate()
