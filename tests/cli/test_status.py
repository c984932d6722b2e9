"""`leap status` over a real repository and ledger."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from leap.cli import cli
from leap.cli.boundary import run
from leap.errors import ExitCode


def test_status_shows_every_recording(recorded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The table names ids that `show` takes; stdout is no terminal and gets no colour."""
    code = run(cli, ["status", "-C", str(recorded.root)])

    assert code == ExitCode.OK
    shown = re.sub(
        r"  (\S+ \S+ ago|just now|\d{4}-\d\d-\d\d)$",
        "  AGE",
        capsys.readouterr().out,
        flags=re.MULTILINE,
    )
    assert (
        shown
        == f"""\
{recorded.tenant:<68}3 recordings
  2026-11-20-1a2b3c4d5e6f  UPLOADED  Gradient descent  AGE
      https://lectures.example/descent/
  2026-11-20-0f9e8d7c6b5a  FAILED    Сломанная 💥      AGE
      download: broken.mp4: the file is truncated
  2026-11-13-00000000000a  SKIPPED   notes             AGE
      no template matches its title

3 recordings: 1 UPLOADED, 1 SKIPPED, 1 FAILED.
Once a cause is gone, try again with: leap retry ID
"""
    )


def test_what_stands_beyond_the_newest_is_counted(
    recorded: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed is shown all the same; --all shows everything."""
    monkeypatch.setattr("leap.cli.status._LAST", 0)
    run(cli, ["status", "-C", str(recorded.root)])
    cut = capsys.readouterr().out
    monkeypatch.setattr("leap.cli.status._LAST", 1)
    run(cli, ["status", "-C", str(recorded.root)])
    newest = capsys.readouterr().out
    run(cli, ["status", "-C", str(recorded.root), "--all"])
    everything = capsys.readouterr().out

    counts = "3 recordings: 1 UPLOADED, 1 SKIPPED, 1 FAILED."
    assert "… and 3 more: leap status --all" in cut
    assert "FAILED    Сломанная" in newest
    assert "… and 1 more: leap status --all" in newest
    assert "more:" not in everything
    assert all(counts in each for each in (cut, newest, everything))


def test_a_closed_pipe_is_no_error(recorded: Any) -> None:
    """`leap status | head` ends without a word."""
    command = [sys.executable, "-m", "leap", "status", "-C", str(recorded.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


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


@pytest.mark.parametrize(
    "arguments, ids",
    [
        (["--select", "status:failed"], ["2026-11-20-0f9e8d7c6b5a"]),
        (["--select", "template:m*,title:*descent*"], ["2026-11-20-1a2b3c4d5e6f"]),
        (["--select", "stage:trim"], ["2026-11-20-0f9e8d7c6b5a"]),
        (["--select", "stage:topics"], []),
        (
            ["--select", "status:failed", "--select", "status:skipped"],
            ["2026-11-13-00000000000a", "2026-11-20-0f9e8d7c6b5a"],
        ),
        (["--exclude", "preset:site"], ["2026-11-13-00000000000a"]),
    ],
)
def test_status_of_a_selection(
    arguments: list[str], ids: list[str], recorded: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stage means that it is still to be done."""
    code = run(cli, ["status", "-C", str(recorded.root), "--format", "json", *arguments])

    assert code == ExitCode.OK
    recordings = json.loads(capsys.readouterr().out)["recordings"]
    assert [each["recording"] for each in recordings] == ids


def test_a_selection_that_nothing_fits_is_told(
    recorded: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that does not exist is a mistake."""
    assert run(cli, ["status", "-C", str(recorded.root), "--select", "title:x"]) == ExitCode.OK
    assert capsys.readouterr().out == "No recording fits the selection.\n"
    assert run(cli, ["status", "-C", str(recorded.root), "--select", "template:mll"]) == 64
    assert "no such template; did you mean `ml`?" in capsys.readouterr().err


def test_status_of_an_unknown_tenant_names_the_known_one(
    recorded: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the keyboard is answered with what was meant."""
    code = run(cli, ["status", "-C", str(recorded.root), "--tenant", recorded.tenant[:-1]])

    assert code != ExitCode.OK
    assert f"did you mean `{recorded.tenant}`?" in capsys.readouterr().err
