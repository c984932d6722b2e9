"""`leap explain` on a real repository, without a ledger and with one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leap.cli import cli
from leap.cli.boundary import run
from leap.errors import ExitCode

FILES = {
    "leap.yaml": "folders: [recordings]\nsites: [site]\ndefaults: {trim: {padding: 2 s}}\n",
    "pipelines/lecture.yaml": "stages: [download, trim, publish]\n",
    "tenants/acme/tenant.yaml": "title: Acme\ndefaults:\n  blank: {shorter_than: 5 min}\n",
    "tenants/acme/sources/zoom.yaml": "kind: folder\npath: recordings/zoom\n",
    "tenants/acme/sources/camera.yaml": "kind: folder\npath: recordings/camera\n",
    "tenants/acme/presets/site.yaml": "platform: site\npath: site/acme\n",
    "tenants/acme/templates/ml.yaml": (
        "match: {keywords: [ml], exclude: {keywords: [exam]}}\n"
        "pipeline: lecture\n"
        'metadata: {title: "{{ display_name }} | {{ topic }} ({{ record_date }})"}\n'
        "publish: {site: }\n"
    ),
    "tenants/acme/templates/all.yaml": (
        "match: {patterns: ['.*'], sources: [camera]}\npriority: -10\npipeline: lecture\n"
    ),
    "tenants/acme/templates/new.yaml": (
        "match: {keywords: [ml]}\ndraft: true\npipeline: lecture\n"
    ),
    "tenants/other/tenant.yaml": "title: Other\n",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "Мой репозиторий"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.delenv("LEAP_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return root


def explain(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code = run(cli, ["explain", *arguments, "-C", str(root), "--format", "json"])
    captured = capsys.readouterr()
    assert code == ExitCode.OK, captured.err
    return json.loads(captured.out)["explanations"]


def test_a_title_needs_no_ledger_and_makes_none(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The declaration alone is asked; every value has its layer, file and line."""
    (told,) = explain(repository, capsys, "ML, lecture 3", "--source", "zoom")

    assert (told["tenant"], told["template"], told["rule"]) == ("acme", "ml", 'keyword "ml"')
    assert (told["next"], told["tie"]) == (None, False)
    assert [(each["template"], each["fits"], each["rule"]) for each in told["templates"]] == [
        ("ml", True, 'keyword "ml"'),
        ("all", False, "source zoom is not among camera"),
        ("new", False, "a draft takes nothing"),
    ]
    settings = {each["path"]: each for each in told["settings"]}
    assert settings["trim.padding"] == {
        "path": "trim.padding", "value": "2 s", "layer": "operator", "file": "leap.yaml", "line": 3
    }  # fmt: skip
    assert settings["blank.shorter_than"]["line"] == 3
    assert settings["publish.site.title"]["file"] == "tenants/acme/templates/ml.yaml"
    assert settings["subtitles.lines"] == {
        "path": "subtitles.lines", "value": 2, "layer": "built-in", "file": None, "line": None
    }  # fmt: skip
    assert told["publications"] == [
        {"preset": "site", "platform": "site", "title": "ML, lecture 3 | ‹topic› (‹record_date›)"}
    ]
    assert not (repository / "state").exists()


def test_sources_that_make_a_difference_are_told_apart(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A tenant that takes nothing is not worth a word where another takes it."""
    told = explain(repository, capsys, "ML, lecture 3")
    assert [(each["sources"], each["template"], each["next"]) for each in told] == [
        (["camera"], "ml", "all"),
        (["zoom"], "ml", None),
    ]
    told = explain(repository, capsys, "ML exam")
    assert [(each["sources"], each["template"], each["rule"]) for each in told] == [
        (["camera"], "all", "pattern .*"),
        (["zoom"], None, 'no template matches; ml: excluded by keyword "exam"'),
    ]


def test_what_is_wrong_is_one_line(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, code, words in (
        (["x", "--source", "zom"], ExitCode.USAGE, "there are camera, zoom"),
        (["x", "--tenant", "acm"], ExitCode.USAGE, "did you mean `acme`?"),
        (["2026-11-20-aaaaaaaaaaaa"], ExitCode.ERROR, "see the ids in `leap status`"),
    ):
        assert run(cli, ["explain", *arguments, "-C", str(repository)]) == code
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert words in captured.err


def test_a_known_recording_is_found_by_id_digits_and_title(
    recorded: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its status is told, and its template is the one that the declaration gives it now."""
    for what in ("2026-11-20-1a2b", "1a2b3c4d", "gradient  DESCENT"):
        (told,) = explain(recorded.root, capsys, what)
        assert told["recording"] == "2026-11-20-1a2b3c4d5e6f"
        assert told["status"].startswith("UPLOADED: published to site")
        assert (told["template"], told["rule"]) == (None, "no template matches its title")


def test_several_recordings_are_listed(recorded: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(cli, ["explain", "2026-11-20", "-C", str(recorded.root)])

    assert code == ExitCode.ERROR
    assert (
        "'2026-11-20' means 2 recordings: 2026-11-20-0f9e8d7c6b5a (Сломанная 💥), "
        "2026-11-20-1a2b3c4d5e6f (Gradient descent); give an id"
    ) in capsys.readouterr().err
