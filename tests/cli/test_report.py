"""`leap report` over a real repository, ledger and store."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from leap.cli import cli
from leap.cli.boundary import run
from leap.errors import ExitCode


def report(recorded: Any, *arguments: str | Path) -> int:
    return run(cli, ["report", "-C", str(recorded.root), *map(str, arguments)])


def test_the_report_is_one_page_and_its_path_one_line(
    recorded: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """It tells what `leap status` tells, and is found again under state/."""
    code = report(recorded)

    assert code == ExitCode.OK
    place = recorded.root / "state" / "report" / "index.html"
    assert capsys.readouterr().out == f"{place}\n"
    page = place.read_text(encoding="utf-8")
    assert "Test University" in page
    assert "download: broken.mp4: the file is truncated" in page
    assert "leap retry 2026-11-20-0f9e8d7c6b5a" in page
    assert 'href="https://lectures.example/descent/"' in page
    assert str(recorded.root) not in page
    assert [each.name for each in place.parent.iterdir()] == ["index.html"]


def test_every_override_that_the_report_writes_is_valid(recorded: Any, tmp_path: Path) -> None:
    """Whoever takes it over from the page gets no complaint from `leap validate`."""
    remote = "https://ada:canary@github.com/uni/lectures.git"
    root = tmp_path / "repository"
    shutil.copytree(recorded.root, root, ignore=shutil.ignore_patterns("state"))
    (root / "leap.yaml").write_text(f"state: '{recorded.root / 'state'}'\n")
    subprocess.run(["git", "init", "-b", "main", root], check=True, capture_output=True)
    command = ["git", "-C", root, "remote", "add", "origin", remote]
    subprocess.run(command, check=True, capture_output=True)
    assert run(cli, ["report", "-C", str(root), "--out", str(tmp_path)]) == ExitCode.OK
    page = (tmp_path / "index.html").read_text(encoding="utf-8")

    links = set(re.findall(r'href="(https://github.com/uni/lectures/new/main\?[^"]+)"', page))
    files = [parse_qs(urlsplit(unescape(each)).query) for each in links]

    assert "canary" not in page
    # Two things may be decided of each recording that is not skipped.
    assert 4 == len(files)
    for fields in files:
        place = root / fields["filename"][0]
        place.parent.mkdir(exist_ok=True)
        place.write_text(fields["value"][0], encoding="utf-8")
        assert run(cli, ["validate", "-C", str(root)]) == ExitCode.OK
        place.unlink()


@pytest.mark.parametrize("name", ["новый отчёт", "deep/er", "page.html", "a/page.html"])
def test_a_report_goes_where_it_is_wanted(
    recorded: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """To a folder or a file, made if need be; a later report takes its place."""
    expected = tmp_path / name if name.endswith(".html") else tmp_path / name / "index.html"

    assert report(recorded, "--out", tmp_path / name) == ExitCode.OK
    assert report(recorded, "--out", tmp_path / name) == ExitCode.OK

    assert capsys.readouterr().out == f"{expected}\n{expected}\n"
    assert expected.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_no_other_file_is_overwritten(
    recorded: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the hand costs nothing."""
    (tmp_path / "index.html").write_text("mine")

    assert report(recorded, "--out", tmp_path) == ExitCode.ERROR

    assert (tmp_path / "index.html").read_text() == "mine"
    assert "would be overwritten; name another file with --out" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_one_line(
    recorded: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the way out, and nothing half-written."""
    (tmp_path / "file").touch()

    assert report(recorded, "--out", tmp_path / "file" / "report.html") == ExitCode.ERROR

    said = capsys.readouterr().err
    assert "the report cannot be written (File exists); name another place with --out" in said
    assert len(said.splitlines()) == 1


def test_json_is_alone_on_stdout_and_writes_no_page(
    recorded: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same data, for programs."""
    assert report(recorded, "--format", "json") == ExitCode.OK

    document = json.loads(capsys.readouterr().out)
    found = document["tenants"][0]
    assert found["counts"] == {"UPLOADED": 1, "SKIPPED": 1, "FAILED": 1}
    assert [each["title"] for each in found["recordings"]] == [
        "Gradient descent",
        "Сломанная 💥",
        "notes",
    ]
    # One target of seven bytes and its manifest.
    assert found["storage"]["trim"]["targets"] == 1
    assert found["stage_times"].keys() == {"download", "trim"}
    assert report(recorded, "--format", "json", "--out", tmp_path) == ExitCode.USAGE


def test_one_tenants_report_knows_no_other(
    recorded: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even by name."""
    other = recorded.root / "tenants" / "hidden-one"
    other.mkdir()
    (other / "tenant.yaml").write_text("title: Hidden Academy\n")
    try:
        assert (
            report(recorded, "--tenant", recorded.tenant, "--out", tmp_path / "one") == ExitCode.OK
        )
        assert report(recorded, "--out", tmp_path / "both") == ExitCode.OK
    finally:
        (other / "tenant.yaml").unlink()
        other.rmdir()

    one, both = ((tmp_path / name / "index.html").read_text() for name in ("one", "both"))
    assert "hidden-one" not in one
    assert "2 tenants" in both
    assert "hidden-one" in both


def test_open_shows_the_page_in_the_browser(recorded: Any, tmp_path: Path) -> None:
    """The system's own, which BROWSER may name."""
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n')
    browser.chmod(0o755)

    subprocess.run(
        [sys.executable, "-m", "leap", "report", "-C", recorded.root, "--open"],
        env={**os.environ, "BROWSER": f"{browser} %s"},
        check=True,
    )

    assert opened.read_text() == (recorded.root / "state/report/index.html").as_uri() + "\n"


def test_the_report_needs_neither_luigi_nor_a_source(recorded: Any, tmp_path: Path) -> None:
    """It looks at the ledger and the store."""
    program = (
        "import sys; from leap.cli import cli; from leap.cli.boundary import run;"
        "code = run(cli, sys.argv[1:]);"
        "assert not {'luigi', 'av', 'httpx', 'leap.providers'} & set(sys.modules); sys.exit(code)"
    )
    command = [sys.executable, "-c", program, "report", "-C", recorded.root, "--out", tmp_path]

    assert subprocess.run(command, check=False).returncode == ExitCode.OK
