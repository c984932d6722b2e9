"""The script of the workflows: it tells nobody's plan but the right one's, in one comment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leap.scaffold.tree import FILES
from tests.scaffold.conftest import GitHub, packed

SCRIPT = FILES / "dot_github" / "scripts" / "plan_on_github.py"
HEAD = "a" * 40
BOT = "github-actions[bot]"
HERE = {"id": 1, "default_branch": "main"}
FORK = {"id": 2, "owner": {"login": "guest"}}

RUN = {
    "id": 7,
    "event": "pull_request",
    "head_repository": FORK,
    "head_branch": "topic",
    "head_sha": HEAD,
    "html_url": "https://github.example/org/lectures/actions/runs/7",
}
PULL = {
    "number": 5,
    "open": True,
    "label": "guest:topic",
    "head": {"sha": HEAD, "repo": {"id": 2}},
}


def run_script(
    tmp_path: Path, github: GitHub, *arguments: str, run: dict[str, Any] = RUN
) -> tuple[int, str]:
    """Run the script as the workflow does, and return its exit code and what it said."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"workflow_run": run, "repository": HERE}))
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *arguments],
        env={
            "GITHUB_API_URL": github.url,
            "GITHUB_REPOSITORY": "org/lectures",
            "GITHUB_TOKEN": "the-token",
            "GITHUB_EVENT_PATH": str(event),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "" == done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def asked(github: GitHub) -> GitHub:
    """A pull request of a fork, whose run kept a plan."""
    github.pulls = [PULL]
    github.files = [{"filename": "tenants/acme/tenant.yaml"}]
    github.artifacts = {7: {"plan": packed(plan_md="**1 to process**\n")}}
    return github


def test_the_plan_is_posted_once_and_then_edited(tmp_path, asked):
    """The comment is found again among more than a page of others, and nothing else is touched."""
    asked.comments = [
        {"id": n + 1, "user": {"login": "guest"}, "body": f"word {n}"} for n in range(150)
    ]
    others = [dict(each) for each in asked.comments]

    assert (0, "Commented on #5.\n") == run_script(tmp_path, asked, "comment")
    asked.artifacts = {7: {"plan": packed(plan_md="nothing to do\n")}}
    assert (0, "Edited the comment on #5.\n") == run_script(tmp_path, asked, "comment")

    assert others == asked.comments[:-1]
    assert asked.comments[-1]["body"].startswith("<!-- leap: the plan of this pull request -->\n")
    assert "nothing to do" in asked.comments[-1]["body"]
    assert "1 to process" not in asked.comments[-1]["body"]
    assert 1 == sum(each.startswith("POST") for each in asked.asked)


def test_a_comment_of_somebody_else_with_the_mark_is_not_ours(tmp_path, asked):
    """Whoever copies the mark does not get to own the plan."""
    mark = "<!-- leap: the plan of this pull request -->\nmine"
    asked.comments = [{"id": 1, "user": {"login": "guest"}, "body": mark}]

    run_script(tmp_path, asked, "comment")

    assert mark == asked.comments[0]["body"]
    assert 2 == len(asked.comments)


@pytest.mark.parametrize(
    "pull",
    [
        PULL | {"head": {"sha": "b" * 40, "repo": {"id": 2}}},
        PULL | {"head": {"sha": HEAD, "repo": {"id": 3}}},
        PULL | {"head": {"sha": HEAD, "repo": None}},
        PULL | {"open": False},
        PULL | {"label": "somebody:topic"},
    ],
    ids=["moved on", "another repository", "deleted fork", "closed", "another branch"],
)
def test_only_the_pull_request_with_this_head_is_commented_on(tmp_path, asked, pull):
    """The number comes from GitHub, by repository, branch and commit of the run."""
    asked.pulls = [pull]

    code, said = run_script(tmp_path, asked, "comment")

    assert (0, "No open pull request has this commit at its head; nothing to say.\n") == (
        code,
        said,
    )
    assert [] == asked.comments


def test_a_head_that_moves_meanwhile_is_left_to_its_own_run(tmp_path, asked):
    """What was read of another commit is not posted."""

    def move(path: str) -> None:
        if path.endswith("files"):
            asked.pulls = [PULL | {"head": {"sha": "b" * 40, "repo": {"id": 2}}}]

    asked.before = move

    assert (0, "#5 has moved on; the run of its new commit will comment.\n") == run_script(
        tmp_path, asked, "comment"
    )
    assert [] == asked.comments


@pytest.mark.parametrize(
    "file",
    [
        {"filename": ".github/workflows/pull-request.yml"},
        {"filename": "elsewhere.yml", "previous_filename": ".github/workflows/pull-request.yml"},
    ],
)
def test_a_changed_workflow_shows_no_plan(tmp_path, asked, file):
    """It ran the pull request's own workflow, which can claim any plan."""
    asked.files = [{"filename": f"a{n}"} for n in range(130)] + [file]

    run_script(tmp_path, asked, "comment")

    assert "1 to process" not in asked.comments[0]["body"]
    assert "changes `.github/`" in asked.comments[0]["body"]


def test_without_a_plan_the_comment_says_so(tmp_path, asked):
    """An old plan does not stand there as if it were of this commit."""
    run_script(tmp_path, asked, "comment")
    asked.artifacts = {}

    run_script(tmp_path, asked, "comment")

    assert "There is no plan" in asked.comments[0]["body"]
    assert RUN["html_url"] in asked.comments[0]["body"]


@pytest.mark.parametrize(
    "content",
    [
        b"no zip",
        b"",
        packed(other_md="x"),
        packed(plan_md=b"0" * (2 << 20)),
        packed(plan_md="x", more=bytes(range(256)) * (6 << 12))[:-30],
    ],
    ids=["no zip", "empty", "another file", "a bomb", "cut off"],
)
def test_an_artifact_that_is_no_plan_does_no_harm(tmp_path, asked, content):
    """Broken, foreign or blown up: there is no plan then."""
    asked.artifacts = {7: {"plan": content}}

    assert 0 == run_script(tmp_path, asked, "comment")[0]
    assert "There is no plan" in asked.comments[0]["body"]


def test_a_plan_calls_nobody_and_hides_nothing(tmp_path, asked):
    """Mentions do not notify; comments, odd spaces and turned text are shown for what they are."""
    hostile = "@org/everybody <!-- gone -->\x1b[31m \u202eabc\u2069 \xff\n| a | b |\n"
    asked.artifacts = {7: {"plan": packed(plan_md=hostile.encode() + b"\xff")}}

    run_script(tmp_path, asked, "comment")

    body = asked.comments[0]["body"].partition("\n")[2]
    assert "@org" not in body
    assert "<!--" not in body
    assert not any(sign in body for sign in "\x1b\u202e\u2069")
    assert "| a | b |" in body


def test_a_long_plan_is_cut_at_a_line_and_says_so(tmp_path, asked):
    """GitHub refuses more than 65,536 characters."""
    asked.artifacts = {7: {"plan": packed(plan_md="строка плана\n" * 20_000)}}

    run_script(tmp_path, asked, "comment")

    body = asked.comments[0]["body"]
    assert len(body) < 65_536
    assert "**The plan is too long for a comment.**" in body
    assert body.endswith("строка плана\n")


def test_the_token_does_not_leave_github(tmp_path, asked):
    """An artifact is fetched from another host, which gets no token."""
    run_script(tmp_path, asked, "comment")

    assert None is asked.tokens["/stored/7"]
    assert "Bearer the-token" == asked.tokens["/repos/org/lectures/actions/artifacts/7/zip"]


def test_a_run_that_was_no_pull_request_is_passed_over(tmp_path, asked):
    """Nothing is asked, and nothing is written."""
    code, _ = run_script(tmp_path, asked, "comment", run=RUN | {"event": "push"})

    assert (0, []) == (code, asked.asked)


def reconciled(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "event": "push",
        "head_repository": {"id": 1},
        "created_at": f"2026-11-2{number}T10:00:00Z",
    } | more


def test_the_newest_catalogue_of_main_is_fetched(tmp_path, github):
    """A run without one is passed over, and so is that of a fork's branch called main."""
    github.runs = [
        reconciled(4, head_repository={"id": 2}),
        reconciled(3, event="pull_request"),
        reconciled(2),
        reconciled(1),
        reconciled(0),
    ]
    github.artifacts = {
        n: {"catalogue": packed(acme_json=f'["{n}"]', x="no")} for n in (4, 3, 1, 0)
    }

    said = run_script(tmp_path, github, "catalogue", str(tmp_path / "catalogue"))

    assert (0, "The catalogue is of 2026-11-21T10:00:00Z.\n") == said
    assert ["acme.json"] == [each.name for each in (tmp_path / "catalogue").iterdir()]
    assert '["1"]' == (tmp_path / "catalogue/acme.json").read_text()


@pytest.mark.parametrize(
    "name", ["../acme.json", "/etc/acme.json", "a/b.json", "acme.py", "é.json"]
)
def test_a_file_of_an_odd_name_is_not_unpacked(tmp_path, github, name):
    """A catalogue is named for its tenant, and lies in no folder."""
    github.runs = [reconciled(1)]
    github.artifacts = {1: {"catalogue": packed(**{name.replace(".json", "_json"): "{}"})}}

    assert 0 == run_script(tmp_path, github, "catalogue", str(tmp_path / "catalogue"))[0]
    assert ["event.json"] == [each.name for each in tmp_path.iterdir()]


def test_without_a_catalogue_none_is_written(tmp_path, github):
    """Before the first reconcile there is no such workflow run."""
    said = run_script(tmp_path, github, "catalogue", str(tmp_path / "catalogue"))

    assert (0, "No reconcile has left a catalogue yet.\n") == said
    assert not (tmp_path / "catalogue").exists()


def test_a_github_that_is_away_is_one_line(tmp_path, github):
    """The step fails with an annotation, not with a traceback."""
    github.url = "http://127.0.0.1:9"

    code, said = run_script(tmp_path, github, "comment")

    assert 1 == code
    assert said.startswith("::error::GitHub did not answer as expected: ")
    assert 1 == said.count("\n")
