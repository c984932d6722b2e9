"""Credentials are readable for one tenant, with its key, from an untouched file."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from pathlib import Path

import pyrage
import pytest

from leap import secrets
from leap.errors import SecretError
from leap.secrets import keys, sops


def test_what_was_set_is_read_back(root: Path, sealed: Path, values, link_secret) -> None:
    """The run gets each credential as a mapping of fields, its kind among them."""
    expected = {"site-links": {"kind": "site", "link_secret": link_secret}}

    assert expected == values(root, "acme")


def test_nothing_is_in_the_clear(root: Path, sealed: Path, link_secret) -> None:
    """Neither a value nor the tenant's name can be read from the file, and check agrees."""
    text = sealed.read_text()

    assert link_secret not in text
    assert "acme" not in text
    assert secrets.check(root, "acme") == ()


def test_values_hide_when_they_are_printed(root: Path, sealed: Path, link_secret) -> None:
    """The repr of credentials shows no value."""
    assert link_secret not in repr(secrets.credentials(root, "acme"))


def test_a_tenant_without_a_file_has_no_credentials(root: Path) -> None:
    """No secrets file means no credentials, and nothing to check."""
    assert secrets.credentials(root, "globex") == {}
    assert secrets.check(root, "globex") == ()


def test_other_fields_stay(root: Path, sealed: Path, values) -> None:
    """Setting a field changes neither the other fields nor the other credentials."""
    before = sealed.read_text().splitlines()

    secrets.set_credential(root, "acme", "site-links", {"link_secret": "new: 'тайна' \U0001f511"})
    secrets.set_credential(root, "acme", "zoom", {"client": "c"})

    expected = {
        "site-links": {"kind": "site", "link_secret": "new: 'тайна' \U0001f511"},
        "zoom": {"client": "c"},
    }
    assert expected == values(root, "acme")
    assert next(line for line in before if "kind:" in line) in sealed.read_text().splitlines()


def test_keygen_keeps_the_key_private(root: Path) -> None:
    """The key file is readable by its owner alone, and .sops.yaml gets a rule for it."""
    recipient = secrets.keygen(root, "acme")

    path = secrets.key_path(root, "acme")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (root / ".sops.yaml").read_text() == (
        "# kept\nstores:\n  yaml:\n    indent: 2\ncreation_rules:\n"
        f"  - path_regex: ^tenants/acme/secrets\\.sops\\.yaml$\n    age:\n      - {recipient}\n"
    )


def test_keygen_does_not_replace_a_key(root: Path) -> None:
    """A second key for a tenant is refused, and the first one stays."""
    secrets.keygen(root, "acme")
    before = secrets.key_path(root, "acme").read_text()

    with pytest.raises(SecretError, match="has a key already"):
        secrets.keygen(root, "acme")

    assert before == secrets.key_path(root, "acme").read_text()


def test_keygen_does_not_add_a_second_rule(root: Path) -> None:
    """A tenant that has a rule gets no other, and no key is left behind."""
    secrets.keygen(root, "acme")
    secrets.key_path(root, "acme").unlink()

    with pytest.raises(SecretError, match="has a rule already"):
        secrets.keygen(root, "acme")

    assert not secrets.key_path(root, "acme").exists()


def test_a_tenant_may_keep_its_own_rule(root: Path, values) -> None:
    """With in_tenant the repository's .sops.yaml is not touched."""
    before = (root / ".sops.yaml").read_text()

    secrets.keygen(root, "acme", in_tenant=True)
    secrets.set_credential(root, "acme", "site-links", {"link_secret": "x"})

    assert before == (root / ".sops.yaml").read_text()
    assert secrets.check(root, "acme") == ()
    assert values(root, "acme") == {"site-links": {"link_secret": "x"}}


def test_an_operator_can_read_too(root: Path, monkeypatch: pytest.MonkeyPatch, values) -> None:
    """A recipient given besides the tenant's own opens the file with a key of its own."""
    operator = pyrage.x25519.Identity.generate()
    secrets.keygen(root, "acme", also=[str(operator.to_public())])
    secrets.set_credential(root, "acme", "site-links", {"link_secret": "x"})
    secrets.key_path(root, "acme").unlink()
    monkeypatch.setenv("SOPS_AGE_KEY", str(operator))

    assert values(root, "acme") == {"site-links": {"link_secret": "x"}}


def test_the_file_of_another_tenant_is_refused(
    root: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secrets file that was copied from another tenant is refused, even by a key that opens it."""
    shutil.copy(sealed, secrets.secrets_path(root, "globex"))
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(secrets.key_path(root, "acme")))

    with pytest.raises(SecretError, match="encrypted for another tenant, not for globex"):
        secrets.credentials(root, "globex")


def test_only_the_key_that_fits_is_used(
    root: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key of something else in the environment does not stand in the way."""
    monkeypatch.setenv("SOPS_AGE_KEY", str(pyrage.x25519.Identity.generate()))

    assert {"site-links"} == set(secrets.credentials(root, "acme"))


def test_the_environment_comes_before_the_folder(
    root: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key in SOPS_AGE_KEY is preferred to the same key in SOPS_AGE_KEY_FILE or state/keys."""
    text = secrets.key_path(root, "acme").read_text()
    recipient = next(keys.parse(text, "")).recipient
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", str(secrets.key_path(root, "acme")))
    monkeypatch.setenv("SOPS_AGE_KEY", text)

    chosen = keys.choose(root, "acme", {recipient}, "")

    assert chosen.origin == "SOPS_AGE_KEY"


def test_taken_keys_are_not_inherited(
    root: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After take_keys() the environment holds no key, and this process still has it."""
    monkeypatch.setenv("SOPS_AGE_KEY", secrets.key_path(root, "acme").read_text())
    monkeypatch.setattr(keys, "_taken", {})
    secrets.key_path(root, "acme").unlink()

    secrets.take_keys()

    assert "SOPS_AGE_KEY" not in os.environ
    assert {"site-links"} == set(secrets.credentials(root, "acme"))


def test_without_a_key_it_says_where_one_belongs(root: Path, sealed: Path) -> None:
    """The message names the file, and the hint the two places for a key."""
    secrets.key_path(root, "acme").unlink()

    with pytest.raises(SecretError) as caught:
        secrets.credentials(root, "acme")

    assert str(caught.value) == (
        "tenants/acme/secrets.sops.yaml: no key opens it (no key is on this machine); "
        "put the key that does into SOPS_AGE_KEY or state/keys/acme.agekey"
    )


def test_a_wrong_key_is_named_by_its_place(root: Path, sealed: Path) -> None:
    """The message says which places were looked at, never what they hold."""
    other = str(pyrage.x25519.Identity.generate())
    secrets.key_path(root, "acme").write_text(other)

    with pytest.raises(SecretError, match=r"looked at state/keys/acme\.agekey") as caught:
        secrets.credentials(root, "acme")

    assert other not in str(caught.value)


def test_a_damaged_key_is_named_by_its_line(root: Path, sealed: Path) -> None:
    """A line that looks like a key and is none is an error of its own."""
    secrets.key_path(root, "acme").write_text("# mine\nAGE-SECRET-KEY-1BROKEN\n")

    with pytest.raises(SecretError, match=r"state/keys/acme\.agekey:2: a damaged age key"):
        secrets.credentials(root, "acme")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("link_secret:", "link_other:"),
        lambda text: text.replace("data:", "data:A", 1),
        lambda text: text.replace('lastmodified: "20', 'lastmodified: "19'),
    ],
    ids=["a key renamed", "a character changed", "the date changed"],
)
def test_a_changed_file_is_not_trusted(root: Path, sealed: Path, change) -> None:
    """Whatever was changed after encryption is noticed, and nothing is used."""
    sealed.write_text(change(sealed.read_text()))

    with pytest.raises(SecretError, match=r"changed after it was encrypted|not what sops wrote"):
        secrets.credentials(root, "acme")


@pytest.mark.parametrize(
    "text, message",
    [
        ("tenant: acme\ncredentials: {a: {b: c}}\n", "the file is not encrypted"),
        ("tenant: [", "not closed"),
        ("", "the file is not encrypted"),
    ],
    ids=["plain text", "broken YAML", "empty"],
)
def test_what_is_not_encrypted_is_refused(root: Path, text: str, message: str) -> None:
    """A plain, broken or empty file is refused by check and by the run alike."""
    secrets.secrets_path(root, "acme").write_text(text)

    with pytest.raises(SecretError, match=message):
        secrets.credentials(root, "acme")
    assert message in str(secrets.check(root, "acme")[0])


def test_a_value_in_the_clear_is_found_without_a_key(root: Path, sealed: Path) -> None:
    """Check points at the line of a value that somebody added by hand."""
    lines = sealed.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if "link_secret:" in line)
    lines.insert(at, "    token: oops")
    sealed.write_text("\n".join(lines))

    (found,) = secrets.check(root, "acme")

    assert (at + 1, "`credentials.site-links.token` is in the clear") == (found.line, found.message)


@pytest.mark.parametrize("option", ["mac_only_encrypted: true", "encrypted_regex: ^nothing$"])
def test_partial_encryption_is_refused(root: Path, sealed: Path, option: str) -> None:
    """Options that let sops overlook a change are found, and the run refuses the file."""
    sealed.write_text(sealed.read_text() + f"  {option}\n")

    (found,) = secrets.check(root, "acme")
    assert "leaves part of the file unprotected" in found.message
    with pytest.raises(SecretError, match="unprotected"):
        secrets.credentials(root, "acme")


@pytest.mark.parametrize(
    "account, fields, message",
    [
        ("site-links", {"token": ""}, "the value of site-links.token is empty"),
        ("site-links", {"token_unencrypted": "x"}, "no name of a field"),
        ("site-links", {"../x": "x"}, "no name of a field"),
        ("../links", {"token": "x"}, "no name of a credential"),
    ],
)
def test_what_cannot_be_kept_secret_is_not_written(
    root: Path, account: str, fields: dict[str, str], message: str
) -> None:
    """Empty values and names that sops would leave in the clear are refused."""
    secrets.keygen(root, "acme")

    with pytest.raises(SecretError, match=message):
        secrets.set_credential(root, "acme", account, fields)

    assert not secrets.secrets_path(root, "acme").exists()


@pytest.mark.parametrize("tenant", ["../acme", "", "Acme", "a b", "a/b"])
def test_only_names_of_tenants_are_taken(root: Path, tenant: str) -> None:
    """No text that is not a tenant's name becomes part of a path."""
    with pytest.raises(SecretError, match="no name of a tenant"):
        secrets.credentials(root, tenant)


def test_without_a_rule_nothing_is_encrypted(root: Path) -> None:
    """Setting a credential before there is a key says which command makes one."""
    with pytest.raises(SecretError) as caught:
        secrets.set_credential(root, "acme", "site-links", {"token": "x"})

    assert caught.value.hint == "make a key: leap secrets keygen acme"


def test_parallel_settings_are_all_kept(root: Path, sealed: Path, values) -> None:
    """Several writers at once lose nothing."""
    fields = [f"token_{number}" for number in range(4)]
    threads = [
        threading.Thread(target=secrets.set_credential, args=(root, "acme", "zoom", {field: field}))
        for field in fields
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {field: field for field in fields} == values(root, "acme")["zoom"]


def test_sops_gets_no_other_secret(
    root: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment of sops holds one key; nothing else of ours is inherited."""
    script = root / "sops"
    script.write_text("#!/bin/sh\nenv | sort | cut -d= -f1 | tr '\\n' ' '\n")
    script.chmod(0o755)
    monkeypatch.setattr(sops, "_binary", lambda: str(script))
    monkeypatch.setenv("DATABASE_PASSWORD", "x")
    monkeypatch.setenv("SOPS_AGE_KEY_FILE", "/x")
    key = next(keys.parse(secrets.key_path(root, "acme").read_text(), ""))

    names = sops.run(["decrypt"], subject="x", root=root, key=key).decode().split()

    assert {"HOME", "PATH", "SOPS_AGE_KEY"} == set(names) - {"PWD", "SHLVL", "_", "OLDPWD"}


def test_the_version_of_sops_is_known() -> None:
    """The version comes from the binary itself, without asking a server."""
    assert sops.version().startswith("3.")
