"""Where LEAP is installed from again: an address that others can reach, without its token."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "leap[embedded,whisper]"


def required_by(site: Path, record: dict[str, Any] | None) -> str:
    """Return the line for a LEAP whose installer wrote ``record`` down."""
    folder = site / "leap-9.9.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: leap\nVersion: 9.9\n")
    if record is not None:
        (folder / "direct_url.json").write_text(json.dumps(record))
    code = "from leap.scaffold.origin import requirement; print(requirement())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": f"{site}:{Path(__file__).parents[2]}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def clone(folder: Path, remote: str | None) -> str:
    """Make a git repository and return its only commit."""
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    folder.mkdir()
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "x"], check=True)
    if remote:
        subprocess.run([*git, "remote", "add", "origin", remote], check=True)
    done = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_from_git_it_is_the_commit(tmp_path):
    """The tag that was asked for may be moved; and a token in the address is nobody's business."""
    record = {
        "url": "https://token:x@git.example.org/org/leap.git",
        "vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": COMMIT},
    }

    assert f"{NAME} @ git+https://git.example.org/org/leap.git@{COMMIT}" == required_by(
        tmp_path, record
    )


@pytest.mark.parametrize(
    "remote, address",
    [
        ("https://me:token@git.example.org/org/leap", "https://git.example.org/org/leap"),
        ("git@git.example.org:org/leap.git", "ssh://git@git.example.org/org/leap.git"),
        ("ssh://git@git.example.org/org/leap.git", "ssh://git@git.example.org/org/leap.git"),
    ],
)
def test_from_a_clone_it_is_where_that_was_cloned_from(tmp_path, remote, address):
    """With the commit that is checked out."""
    commit = clone(tmp_path / "a clone", remote)
    record = {"url": (tmp_path / "a clone").as_uri(), "dir_info": {"editable": True}}

    assert f"{NAME} @ git+{address}@{commit}" == required_by(tmp_path / "site", record)


@pytest.mark.parametrize("remote", [None, "/srv/git/leap.git"])
def test_a_folder_that_others_cannot_reach_is_named_as_such(tmp_path, remote):
    """It works on this machine, and on no other."""
    clone(tmp_path / "clone", remote)
    url = (tmp_path / "clone").as_uri()

    line = required_by(tmp_path / "site", {"url": url, "dir_info": {}})

    assert f"{NAME} @ {url}" == line


def test_from_an_index_it_is_the_version(tmp_path):
    """Where LEAP came by its name it will come again."""
    from leap import __version__

    assert f"{NAME}=={__version__}" == required_by(tmp_path, None)
