"""Promises about the whole house that no single room can keep.

Who may import whom is checked by import-linter, from pyproject.toml.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-multilingual.lock")
LONGEST_MODULE = 400

#: Importing one of these takes longer than showing help may take.
HEAVY = {
    "alembic",
    "av",
    "faster_whisper",
    "jinja2",
    "jsonschema",
    "luigi",
    "numpy",
    "PIL",
    "psycopg",
    "pydantic",
    "rich",
    "sqlalchemy",
    "yaml",
}


def imported_by(*arguments: str) -> set[str]:
    """Return the top-level modules that ``leap <arguments>`` imports."""
    code = (
        "import sys; from leap.cli.boundary import run; from leap.cli import cli;"
        f"run(cli, {list(arguments)!r});"
        "print('\\n', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def tracked_files() -> list[Path]:
    """Return the files of this repository; none where it is no git checkout."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


def test_help_imports_nothing_heavy() -> None:
    """``leap --help`` needs click and the standard library only."""
    assert set() == imported_by("--help") & HEAVY


@pytest.mark.parametrize(
    "command", ["plan", "reconcile", "status", "secrets", "auth", "doctor", "ledger"]
)
def test_the_help_of_a_command_imports_nothing_heavy(command: str) -> None:
    """Commands import what they work with when they work."""
    assert set() == imported_by(command, "--help") & HEAVY


def test_validate_imports_no_engine() -> None:
    """``leap validate`` runs in commit hooks: no Luigi, no database, no media library."""
    engines = {"alembic", "av", "faster_whisper", "luigi", "numpy", "psycopg", "sqlalchemy"}

    assert set() == imported_by("validate", "-C", str(ROOT)) & engines


@pytest.mark.parametrize(
    "path", sorted((ROOT / "leap").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_module_is_short(path: Path) -> None:
    """A module has one subject; a long one has several."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_path(lock: str) -> None:
    """A lock holds versions and hashes, so that it works with every mirror."""
    lines = (ROOT / lock).read_text().splitlines()

    odd = [
        line
        for line in lines
        if not re.match(r"\s*(#|--hash=sha256:[0-9a-f]{64}|[a-z0-9-]+(\[[a-z,]+\])?==)", line)
    ]

    assert [] == odd


def test_the_locks_have_what_the_package_declares() -> None:
    """Every dependency of every extra is locked."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {re.split(r"[\[<>=]", text)[0].lower() for group in groups for text in group}
    locks = "".join((ROOT / lock).read_text() for lock in LOCKS)
    locked = set(re.findall(r"^([a-z0-9-]+)==", locks, re.MULTILINE))

    assert set() == names - locked - {project["name"]}


def test_a_clone_is_made_without_the_multilingual_model() -> None:
    """It is large and one author's; whoever wants it has hashes, and the extra those versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    own = (ROOT / LOCKS[1]).read_text()
    pinned = re.findall(r"^([a-z0-9-]+==[0-9.]+) \\\n    --hash=sha256:", own, re.MULTILINE)

    assert ["leap[whisper]", *pinned] == sorted(
        project["optional-dependencies"]["multilingual"], key=lambda text: (text[0] != "l", text)
    )
    assert not any(each in (ROOT / LOCKS[0]).read_text() for each in pinned)


def test_every_ignored_rule_says_why() -> None:
    """A lint rule is switched off for a reason that stands beside it."""
    text = (ROOT / "pyproject.toml").read_text()
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.flake8")]

    silent = [
        line
        for line in section.splitlines()
        if re.match(r'\s+"[A-Z]+[0-9]*",', line) and "#" not in line
    ]

    assert [] == silent


def test_no_private_key_and_no_foreign_path_is_committed() -> None:
    """Nothing that is to be committed holds an age key or a path of somebody's machine."""
    wanted = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{10}|/(home|Users)/[A-Za-z]+/|/root\b")

    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked_files()
        if path != Path(__file__) and path.is_file() and path.stat().st_size < 1 << 20
        for match in wanted.finditer(path.read_text(encoding="utf-8", errors="ignore"))
    ]

    assert [] == found
