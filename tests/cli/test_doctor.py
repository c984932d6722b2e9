"""``leap doctor``: one line for each need of LEAP, and the command that mends it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leap import secrets


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the root of a small repository that is in order."""
    root = tmp_path / "лекции 1"
    (root / "tenants" / "acme").mkdir(parents=True)
    (root / "recordings").mkdir()
    (root / "leap.yaml").write_text("folders: [recordings]\n")
    (root / "tenants" / "acme" / "tenant.yaml").write_text("title: Acme\n")
    return root


def doctor(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``leap doctor`` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "leap", "doctor", "-C", str(root), *arguments],
        capture_output=True,
        env={**os.environ, **environment},
        text=True,
        check=False,
    )


def checks(run: subprocess.CompletedProcess[str]) -> dict[str, dict[str, str | None]]:
    """Return the lines of a run with ``--format json`` by their names."""
    return {check["name"]: check for check in json.loads(run.stdout)["checks"]}


def test_a_machine_in_order_passes(root: Path) -> None:
    """Everything that LEAP needs is looked at, the ledger by really opening it."""
    run = doctor(root, "--format", "json")

    found = checks(run)
    assert [] == [check for check in found.values() if check["state"] == "fail"]
    assert run.returncode == 0
    assert {"python", "ffmpeg", "pyav", "whisper", "sops", "ledger", "key of acme"} < set(found)


def test_what_is_missing_is_named_with_its_remedy(root: Path) -> None:
    """A tool, a key or a folder that is missing fails alone; the others are still looked at."""
    secrets.keygen(root, "acme")
    secrets.set_credential(root, "acme", "site-links", {"link_secret": "x"})
    secrets.key_path(root, "acme").unlink()
    (root / "recordings").rmdir()

    run = doctor(root, "--format", "json", LEAP_FFMPEG="/nowhere/ffmpeg")

    found = checks(run)
    assert run.returncode == 1
    assert found["ffmpeg"]["state"] == "fail"
    assert "/nowhere/ffmpeg" in str(found["ffmpeg"]["message"])
    assert found["key of acme"]["state"] == "fail"
    assert "state/keys/acme.agekey" in str(found["key of acme"]["fix"])
    assert found["recordings"]["state"] == "warn"
    assert f"mkdir -p '{root}/recordings'" == found["recordings"]["fix"]
    assert found["ledger"]["state"] == "ok"


def test_a_broken_declaration_leads_to_validate(root: Path) -> None:
    """What depends on the declaration is not judged while it is wrong."""
    (root / "leap.yaml").write_text("stat: x\n")

    run = doctor(root)

    assert run.returncode == 1
    assert "fail  configuration   1 configuration error\n" in run.stdout
    assert "→ leap validate" in run.stdout
    assert "ledger" not in run.stdout


def test_a_database_that_cannot_be_reached_is_named(root: Path) -> None:
    """The password of the database's URL is not shown."""
    run = doctor(root, LEAP_DATABASE_URL="postgresql://leap:canary@127.0.0.1:1/leap")

    (line,) = [line for line in run.stdout.splitlines() if line.startswith("fail  ledger")]
    assert run.returncode == 1
    assert "127.0.0.1" in line
    assert "canary" not in run.stdout + run.stderr
