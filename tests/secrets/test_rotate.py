"""New keys: nothing is lost on the way, whenever the run is killed."""

from __future__ import annotations

import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from leap import secrets
from leap.errors import SecretError
from leap.secrets import keys
from leap.secrets.recipients import change_readers, readers
from leap.secrets.rotate import rotate, rotate_key
from leap.secrets.rules import Reader


def held(root: Path) -> list[str]:
    """Return the recipients of the keys in acme's key file, newest first."""
    return [key.recipient for key in keys.keys_in(root, secrets.key_path(root, "acme"))]


def ciphertexts(sealed: Path) -> set[str]:
    """Return everything that is encrypted in the file."""
    return set(re.findall(r"ENC\[.*?\]|^ +[A-Za-z0-9+/=]{64}$", sealed.read_text(), re.MULTILINE))


def test_every_value_is_encrypted_anew(root: Path, sealed: Path, values, link_secret) -> None:
    """The values and their readers stay; no ciphertext does."""
    before, who = ciphertexts(sealed), readers(root, "acme")

    rotate(root, "acme")

    assert before.isdisjoint(ciphertexts(sealed))
    assert (who, ()) == (readers(root, "acme"), secrets.check(root, "acme"))
    assert link_secret == values(root, "acme")["site-links"]["link_secret"]


def test_a_new_key_takes_the_place_of_the_former(root: Path, sealed: Path, ada) -> None:
    """Rule and file name the new key alone, with the names and the others as they were."""
    (old,) = held(root)
    other = Reader(str(ada.to_public()), "Ada")
    change_readers(root, "acme", add=[other])
    file = root / ".sops.yaml"
    file.write_text(file.read_text().replace(old, f"{old}  # the runner"))

    new = rotate_key(root, "acme")

    assert [new, old] == held(root)
    assert {Reader(new, "the runner"), other} == set(readers(root, "acme"))
    assert secrets.check(root, "acme") == ()
    assert 0o600 == stat.S_IMODE(secrets.key_path(root, "acme").stat().st_mode)


def test_the_former_key_opens_the_former_file_only(root: Path, sealed: Path, monkeypatch) -> None:
    """What git remembers can be read; what is current cannot, by whoever found the old key."""
    path = secrets.key_path(root, "acme")
    old_key, old_file = path.read_text(), sealed.read_bytes()
    rotate_key(root, "acme")
    new_file = sealed.read_bytes()
    path.write_text(old_key)

    with pytest.raises(SecretError, match="no key opens it"):
        secrets.credentials(root, "acme")
    sealed.write_bytes(old_file)
    assert {"site-links"} == set(secrets.credentials(root, "acme"))
    assert old_file != new_file


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_killed_rotation_is_finished_by_the_next(
    root: Path, sealed: Path, step: int, values, link_secret
) -> None:
    """Killed before the key, the rule or the file is replaced: all can be read, and it goes on."""
    program = (
        "import sys; from pathlib import Path; from leap.secrets.rotate import rotate_key;"
        "rotate_key(Path(sys.argv[1]), 'acme')"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, str(root)],
        env={"LEAP_FAULT": f"secrets.before_rename@{step}:kill"},
        check=False,
    )

    assert -signal.SIGKILL == killed.returncode
    assert link_secret == values(root, "acme")["site-links"]["link_secret"]
    new = rotate_key(root, "acme")
    assert new == held(root)[0]
    assert 2 == len(held(root)), "no key is made twice"
    assert (Reader(new),) == readers(root, "acme")
    assert secrets.check(root, "acme") == ()
    assert link_secret == values(root, "acme")["site-links"]["link_secret"]


def test_a_second_rotation_makes_a_third_key(root: Path, sealed: Path) -> None:
    """A finished rotation is not taken for one that was killed."""
    first = rotate_key(root, "acme")

    second = rotate_key(root, "acme")

    assert [second, first] == held(root)[:2]
    assert 3 == len(held(root))


def test_a_full_disk_changes_nothing(root: Path, sealed: Path, monkeypatch) -> None:
    """The file stays as it was, and the message says what failed."""
    before = sealed.read_bytes()
    monkeypatch.setenv("LEAP_FAULT", "secrets.before_rename:full")
    monkeypatch.setattr("leap.faults._passed", {"secrets.before_rename": 0})

    with pytest.raises(SecretError, match="cannot be written: No space left on device"):
        rotate(root, "acme")

    assert before == sealed.read_bytes()
    assert [sealed] == list(sealed.parent.iterdir())


@pytest.mark.parametrize(
    "break_it, message",
    [
        (lambda root: secrets.key_path(root, "acme").unlink(), "no key of acme is here"),
        (lambda root: (root / ".sops.yaml").unlink(), "no rule in .sops.yaml says who can read"),
    ],
    ids=["no key", "no rule"],
)
def test_a_new_key_needs_the_former_and_a_rule(root: Path, sealed: Path, break_it, message) -> None:
    """Nothing is made where it could not be used."""
    break_it(root)

    with pytest.raises(SecretError, match=re.escape(message)):
        rotate_key(root, "acme")


def test_without_a_file_there_is_nothing_to_rotate(root: Path) -> None:
    """The key can be replaced all the same."""
    secrets.keygen(root, "acme")

    with pytest.raises(SecretError, match="there is nothing to rotate"):
        rotate(root, "acme")
    assert (Reader(rotate_key(root, "acme")),) == readers(root, "acme")


def test_a_changed_file_is_not_rotated(root: Path, sealed: Path) -> None:
    """What somebody tampered with does not get a fresh seal."""
    sealed.write_text(sealed.read_text().replace("site-links:", "site-linkz:"))

    with pytest.raises(SecretError, match="changed after it was encrypted"):
        rotate(root, "acme")
