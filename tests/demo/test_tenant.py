"""The demo tenant gets a key and a secret of its own, in every clone others."""

from __future__ import annotations

import pytest

from leap.demo.tenant import ACCOUNT, TENANT, equip
from leap.errors import SecretError
from leap.secrets import credentials, key_path, secrets_path


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A repository with a demo tenant, and no keys in the environment."""
    monkeypatch.delenv("SOPS_AGE_KEY", raising=False)
    monkeypatch.delenv("SOPS_AGE_KEY_FILE", raising=False)
    (tmp_path / "tenants" / TENANT).mkdir(parents=True)
    (tmp_path / "tenants" / TENANT / "tenant.yaml").write_text("title: Demo\n")
    return tmp_path


def secret(root):
    return credentials(root, TENANT)[ACCOUNT]["link_secret"].get_secret_value()


def test_it_is_made_once(root):
    """A second demo keeps the key and the secret, so no address changes."""
    equip(root, root / "aside")
    first, key = secret(root), key_path(root, TENANT).read_bytes()
    equip(root, root / "aside")

    assert len(first) >= 32
    assert (first, key) == (secret(root), key_path(root, TENANT).read_bytes())
    assert first not in secrets_path(root, TENANT).read_text()


def test_a_key_without_its_file_is_used(root):
    """Only what is missing is made."""
    equip(root, root / "aside")
    key = key_path(root, TENANT).read_bytes()
    secrets_path(root, TENANT).unlink()

    equip(root, root / "aside")

    assert key == key_path(root, TENANT).read_bytes()
    assert secret(root)


def test_when_the_state_folder_was_deleted_a_new_pair_is_made(root):
    """A file that no key opens any more is put aside, not lost."""
    equip(root, root / "aside")
    first, old = secret(root), secrets_path(root, TENANT).read_bytes()
    key_path(root, TENANT).unlink()

    equip(root, root / "aside")

    assert first != secret(root)
    assert old == (root / "aside" / "secrets.sops.yaml").read_bytes()


def test_a_damaged_file_is_a_persons_to_decide_about(root):
    """With the key at hand, nothing is thrown away."""
    equip(root, root / "aside")
    path = secrets_path(root, TENANT)
    path.write_text(path.read_text().replace("ENC[AES256_GCM,data:", "ENC[AES256_GCM,data:AAAA"))
    with pytest.raises(SecretError):
        equip(root, root / "aside")
