"""`leap plan` as people, pull requests and programs see it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leap.cli import cli
from leap.cli.boundary import run
from leap.errors import ExitCode

FILES = {
    "leap.yaml": "folders: [recordings]\nsites: [site]\n",
    "pipelines/lecture.yaml": (
        "stages: [download, trim, transcribe, topics, subtitles, publish]\n"
        "blank: {shorter_than: 0, smaller_than: 0}\n"
    ),
    "tenants/acme/tenant.yaml": "title: Acme\n",
    "tenants/acme/sources/folder.yaml": "kind: folder\npath: recordings/acme\nsettle: 0\n",
    "tenants/acme/presets/site.yaml": "platform: site\n",
    "tenants/acme/templates/ml.yaml": (
        "match: {keywords: [lecture]}\npipeline: lecture\npublish: {site: }\n"
    ),
    "tenants/broken/tenant.yaml": "titel: Broken\n",
    "recordings/acme/2026-11-03 Lecture one.mp4": "no video, which a plan need not know",
    "recordings/acme/2026-11-04 Lecture two.mp4": "another one",
    "recordings/acme/2026-11-05 Party.mp4": "a third",
}
ACME = ["--select", "tenant:acme"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "Репозиторий"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.delenv("LEAP_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(root)
    return root


def test_a_plan_of_a_tenant_beside_a_broken_one(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The selection says which tenants' files are read; the last line repeats it."""
    assert run(cli, ["plan"]) == ExitCode.ERROR
    assert "titel" in capsys.readouterr().err

    assert run(cli, ["plan", *ACME]) == ExitCode.OK

    assert (
        capsys.readouterr().out
        == """\
acme · ml                                                           2 recordings
  + 2026-11-04  Lecture two  download → … → publish  new recording
  + 2026-11-03  Lecture one  download → … → publish  new recording

acme · no template                                                   1 recording
  · 2026-11-05  Party  no template matches

Plan: 2 to process, 1 to skip.
Work: 2 recordings of unknown length to transcribe, 2 uploads.
Nothing was changed. Apply with: leap reconcile --select tenant:acme
"""
    )


def test_a_selection_narrows_and_says_what_it_leaves_out(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told from another folder, the next command names the repository."""
    monkeypatch.chdir("/")
    selected = "tenant:acme,title:*one,stage:subtitles"

    assert run(cli, ["plan", "-C", str(repository), "--select", selected]) == ExitCode.OK
    printed = capsys.readouterr().out
    assert "Nothing to do: no recordings." in printed
    assert "`stage:+subtitles` selects both" in " ".join(printed.split())

    arguments = ["plan", "-C", str(repository), "--select", "tenant:acme,stage:+trim"]
    assert run(cli, [*arguments, "--exclude", "title:*two"]) == ExitCode.OK
    printed = capsys.readouterr().out
    assert "  + 2026-11-03  Lecture one  download → trim  new recording\n" in printed
    assert "Lecture two" not in printed
    assert printed.endswith(
        f"\n  leap reconcile -C '{repository}' --select tenant:acme,stage:+trim "
        "--exclude 'title:*two'\n"
    )


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--select", "tenant:acm"], "no such tenant; did you mean `acme`?"),
        (["--select", "tenant:x*"], "no such tenant; see the folders under tenants/"),
        ([*ACME, "--select", "tenant:acme,template:mll"], "did you mean `ml`?"),
        ([*ACME, "--exclude", "preset:sit"], "no such preset; did you mean `site`?"),
        ([*ACME, "--select", "stag:x"], "did you mean `stage`?"),
        ([*ACME, "--out", "."], "is a directory"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(
    arguments: list[str], words: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cli, ["plan", *arguments]) == ExitCode.USAGE
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert ("", 1) == (captured.out, len(lines)), captured.err
    assert words in lines[0]


def test_exit_2_means_changes_where_it_was_asked_for(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cli, ["plan", *ACME, "--detailed-exitcode"]) == ExitCode.CHANGES
    assert run(cli, ["plan", "--select", "tenant:acme,title:x", "--detailed-exitcode"]) == 0


def test_a_plan_for_a_comment(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Markdown and nothing else on stdout."""
    assert run(cli, ["plan", *ACME, "--format", "markdown"]) == ExitCode.OK

    text = capsys.readouterr().out
    assert text.startswith("### LEAP plan: 2 to process, 1 to skip\n")
    assert "+ process 2026-11-04  Lecture two  download → … → publish  new recording\n" in text
    assert text.endswith("```sh\nleap reconcile --select tenant:acme\n```\n")


def test_the_json_is_as_documented(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/plan.md has the schema; what it promises is there."""
    page = (Path(__file__).parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")
    schema = json.loads(page.split("```json schema\n")[1].split("```")[0])
    jsonschema.Draft202012Validator.check_schema(schema)

    assert run(cli, ["plan", *ACME, "--format", "json"]) == ExitCode.OK

    document: Any = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema)
    assert set(document) == set(schema["properties"])
    change = schema["properties"]["changes"]["items"]["properties"]
    assert {key for each in document["changes"] for key in each} == set(change)
    assert document["has_changes"] is True
    assert document["apply"] == "leap reconcile --select tenant:acme"
    assert document["work"] == {
        "speech_minutes": 0, "unknown_length": 2, "uploads": 2, "updates": 0
    }  # fmt: skip


def test_a_job_gets_a_summary(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`reconcile` appends what it did and what failed; a run is no worse where it cannot."""
    summary = repository / "сводка.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    assert run(cli, ["reconcile", *ACME]) == ExitCode.FAILED

    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n### LEAP: Done in ")
    assert "<b>2 failures in this run</b>" in text
    assert "  Lecture one  download: " in text
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(repository / "no folder" / "x.md"))
    capsys.readouterr()
    assert run(cli, ["reconcile", *ACME]) == ExitCode.OK
    assert "warning: no job summary: " in capsys.readouterr().err
