"""Where a repository's files are edited: from git's remote, without anybody's credentials."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leap.render.report.deciding import Editor
from leap.tasks.remote import editor_of, project_of


@pytest.mark.parametrize(
    "address, project",
    [
        ("https://github.com/uni/lectures.git", "https://github.com/uni/lectures"),
        ("https://ada:canary@github.com/uni/lectures", "https://github.com/uni/lectures"),
        ("https://oauth2:canary@GitLab.com/a/b/c.git/", "https://gitlab.com/a/b/c"),
        ("git@github.com:uni/lectures.git", "https://github.com/uni/lectures"),
        ("ssh://git@gitlab.uni.example:2222/m/l.git", "https://gitlab.uni.example/m/l"),
        ("http://gitlab.local:8080/m/l", "http://gitlab.local:8080/m/l"),
        ("https://codeberg.org/uni/lectures.git", None),
        ("/srv/git/github/lectures.git", None),
        ("../github.com:lectures", None),
        ("https://github.com/", None),
        ("https://github.com/uni/lec<tures>", None),
        ("https://[github.com/uni/lectures", None),
        ("file:///srv/github.com/a/b", None),
        ("", None),
    ],
)
def test_a_remote_becomes_the_address_of_its_project(address: str, project: str | None) -> None:
    """Of GitHub and GitLab, wherever they run; of nothing else."""
    found = project_of(address)

    assert project == (found[1] if found else None)


def git(folder: Path, *arguments: str) -> None:
    """Run git."""
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_the_branch_is_the_remotes_main_one(tmp_path: Path) -> None:
    """Until git knows of it, the one that is checked out."""
    git(tmp_path, "init", "--initial-branch", "work")
    git(tmp_path, "remote", "add", "origin", "git@github.com:uni/lectures.git")
    root = tmp_path / "leap"
    root.mkdir()

    before = editor_of(root)
    git(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    after = editor_of(root)

    project = "https://github.com/uni/lectures"
    assert Editor("github", project, "work", "leap/") == before
    assert Editor("github", project, "trunk", "leap/") == after


def test_without_a_remote_there_is_no_editor(tmp_path: Path) -> None:
    """Nor without git's folder at all."""
    outside = editor_of(tmp_path)
    git(tmp_path, "init")

    assert (None, None) == (outside, editor_of(tmp_path))
