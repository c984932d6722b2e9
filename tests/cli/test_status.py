"""`leap status` over a real repository and ledger."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leap.cli import cli
from leap.cli.boundary import run
from leap.errors import ExitCode


def test_status_shows_every_recording(recorded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The table names ids that `show` takes; stdout is no terminal and gets no colour."""
    code = run(cli, ["status", "-C", str(recorded.root)])

    assert code == ExitCode.OK
    assert (
        capsys.readouterr().out
        == f"""\
{recorded.tenant:<68}3 recordings
  2026-11-20-1a2b3c4d5e6f  UPLOADED  Gradient descent
      published to site, since 2026-11-20 12:00 UTC
      site: https://lectures.example/descent/
  2026-11-20-0f9e8d7c6b5a  FAILED    Сломанная 💥
      download: broken.mp4: the file is truncated, since 2026-11-20 12:00 UTC
  2026-11-13-00000000000a  SKIPPED   notes
      no template matches its title, since 2026-11-20 12:00 UTC

3 recordings: 1 UPLOADED, 1 SKIPPED, 1 FAILED.
"""
    )


def test_status_as_json_is_alone_on_stdout(
    recorded: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """One document, and nothing else."""
    code = run(cli, ["status", "-C", str(recorded.root), "--format", "json"])

    assert code == ExitCode.OK
    recordings = json.loads(capsys.readouterr().out)["recordings"]
    assert {each["recording"]: each["status"] for each in recordings} == {
        "2026-11-20-1a2b3c4d5e6f": "UPLOADED",
        "2026-11-20-0f9e8d7c6b5a": "FAILED",
        "2026-11-13-00000000000a": "SKIPPED",
    }
    assert [each["failed_stage"] for each in recordings] == [None, "download", None]


def test_status_of_an_unknown_tenant_names_the_known_one(
    recorded: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the keyboard is answered with what was meant."""
    code = run(cli, ["status", "-C", str(recorded.root), "--tenant", recorded.tenant[:-1]])

    assert code != ExitCode.OK
    assert f"did you mean `{recorded.tenant}`?" in capsys.readouterr().err
