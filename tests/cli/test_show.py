"""`leap show` over a real repository, ledger and store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leap.cli import cli
from leap.cli.boundary import run
from leap.errors import ExitCode

DESCENT = "2026-11-20-1a2b3c4d5e6f"
BROKEN = "2026-11-20-0f9e8d7c6b5a"


@pytest.mark.parametrize("identity", [DESCENT, "2026-11-20-1", "1a2b3c4d5e6f", "1a2b", " 1A2B "])
def test_show_takes_any_unique_beginning(
    recorded: Any, capsys: pytest.CaptureFixture[str], identity: str
) -> None:
    """The id, its beginning, the hex digits or their beginning name the same recording."""
    code = run(cli, ["show", identity, "-C", str(recorded.root), "--format", "json"])

    assert code == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert shown["recording"] == DESCENT
    assert shown["publications"][0]["url"] == "https://lectures.example/descent/"
    assert [event["message"] for event in shown["events"]][-1] == "site: made a page"


def test_show_tells_where_the_files_are(recorded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A target's path and file names lead to the bytes; what is not there says so."""
    run(cli, ["show", DESCENT, "-C", str(recorded.root), "--format", "json"])

    targets = json.loads(capsys.readouterr().out)["targets"]
    trim = targets["trim"]
    assert (Path(trim["path"]) / trim["files"][0]["path"]).read_bytes() == b"a video"
    assert (trim["state"], trim["key"], trim["versions"]) == (
        "present",
        "7" * 16,
        {"ffmpeg": "7.1"},
    )
    assert targets["download"]["state"] == "absent"


def test_show_as_text(recorded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The same for people."""
    run(cli, ["show", "0f9e", "-C", str(recorded.root)])

    assert (
        capsys.readouterr().out
        == f"""\
2026-11-20-0f9e8d7c6b5a  Сломанная 💥
  tenant    {recorded.tenant}
  source    lectures: Сломанная 💥.mp4
  recorded  2026-11-20 12:00 UTC, 1 h 2 min, 12.3 MB
  template  ml
  status    FAILED
            download: broken.mp4: the file is truncated, since 2026-11-20 12:00
            UTC

Targets
  download  failed  dddddddddddddddd  broken.mp4: the file is truncated
  trim      absent  7777777777777777

Publications
  site (pending): nothing there
"""
    )


@pytest.mark.parametrize(
    "identity, expected",
    [
        ("2027", "error: no recording '2027'; see the ids in `leap status`\n"),
        ("", "error: no recording ''; see the ids in `leap status`\n"),
        (
            "2026-11-20",
            (
                f"error: '2026-11-20' is the beginning of 2 recordings: {BROKEN} (Сломанная 💥), "
                f"{DESCENT} (Gradient descent); give more of it\n"
            ),
        ),
    ],
)
def test_show_of_none_or_several_is_one_line(
    recorded: Any, capsys: pytest.CaptureFixture[str], identity: str, expected: str
) -> None:
    """An id that names no recording, or more than one, is refused with the candidates."""
    code = run(cli, ["show", identity, "-C", str(recorded.root)])

    assert (code, capsys.readouterr().err) == (ExitCode.ERROR, expected)
