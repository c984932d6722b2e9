"""``leap secrets``: a key, a value, a check; no value on the command line or the screen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

VALUE = "canary-5b1e"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the root of a repository with one tenant."""
    (tmp_path / "leap.yaml").write_text("")
    (tmp_path / "tenants" / "acme").mkdir(parents=True)
    return tmp_path


def leap(root: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "leap", "secrets", *arguments, "-C", str(root)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def test_from_no_key_to_a_checked_file(root: Path) -> None:
    """Keygen prints the recipient, set takes values from stdin, check finds nothing wrong."""
    made = leap(root, "keygen", "acme")
    stored = leap(root, "set", "acme", "links.secret", "--kind", "site", stdin=f"{VALUE}\n")
    checked = leap(root, "check")

    assert (made.returncode, made.stdout.startswith("age1")) == (0, True)
    assert (stored.returncode, stored.stdout) == (0, "")
    assert (checked.returncode, checked.stdout) == (0, "1 encrypted file, 0 wrong.\n")
    assert VALUE not in "".join(run.stdout + run.stderr for run in (made, stored, checked))


def test_the_private_key_is_not_printed(root: Path) -> None:
    """Keygen says where the key is, not what it is."""
    made = leap(root, "keygen", "acme")

    assert "state/keys/acme.agekey" in made.stderr
    assert "AGE-SECRET-KEY" not in made.stdout + made.stderr


def test_a_plain_file_is_an_error_in_json_too(root: Path) -> None:
    """Check exits 1 and describes each finding as validate does."""
    (root / "tenants" / "acme" / "secrets.sops.yaml").write_text("tenant: acme\n")

    checked = leap(root, "check", "--format", "json")

    (found,) = json.loads(checked.stdout)["diagnostics"]
    assert (checked.returncode, found["message"]) == (1, "the file is not encrypted")
    assert {"severity", "file", "line", "column", "message", "hint"} == set(found)


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (("set", "acme", "secret"), 64, "a field is named ACCOUNT.FIELD; as site-links"),
        (("set", "acme", "a.x", "b.y"), 64, "the fields belong to several accounts"),
        (("set", "acme", "links.secret"), 1, "make a key: leap secrets keygen acme"),
        (("keygen", "nobody"), 64, "nobody: no such tenant; see the folders"),
        (("keygen", "acme", "--also", "age1x"), 1, "'age1x' is no age recipient"),
        (("check", "--tenant", "nobody"), 64, "--tenant nobody: no such tenant"),
    ],
)
def test_mistakes_are_one_line(
    root: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """A mistake ends with one line that says what to do, and nothing is written."""
    run = leap(root, *arguments, stdin="x\n")

    assert code == run.returncode
    assert message in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert not (root / "state" / "keys" / "acme.agekey").exists()
