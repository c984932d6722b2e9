"""Refusals of the real program: exit 5, nothing written, the other tenants go on."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import University

ACCOUNT = "site-links"


def fingerprint(university: University) -> dict[str, tuple[int, bytes]]:
    """Return every target, receipt and page of the tenant by path, with its time and content."""
    roots = (university.targets / "uni", university.site)
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for root in roots
        for path in root.rglob("*")
        if path.is_file() and path.suffix in (".json", ".html", ".js", ".vtt")
    }


def refused(university: University, *arguments: str) -> list[str]:
    """Run a reconcile that must be refused; return the names, having seen that nothing changed."""
    before = fingerprint(university), university.status()
    planned = university.leap("plan", *arguments)
    ran = university.reconcile(*arguments, expect=5)
    assert 5 == planned.code, planned.out + planned.err
    assert before == (fingerprint(university), university.status())
    return [line.strip() for line in ran.out.splitlines() if "--accept" in line or "[uni]" in line]


@pytest.fixture(autouse=True)
def _quick(university: University) -> None:
    """Leave the words out: what is refused does not depend on them."""
    university.write("pipelines/lecture.yaml", "stages: [download, trim, publish]")


@pytest.fixture
def strict(university: University) -> University:
    """Give a university with two published lectures, where two are enough to be careful."""
    university.write("leap.yaml", "sites: [state/site]\nfolders: [recordings]\n"
                     "safety: {rework: 30 %, matches: 30 %, at_least: 2}")  # fmt: skip
    university.record("2026-11-20 Lecture 1.mp4")
    university.record("2026-11-21 Lecture 2.mp4", "second")
    university.reconcile()
    return university


def test_rework_is_refused_with_numbers_and_accepted_by_name(strict: University) -> None:
    """An edit that would make both lectures anew waits for a person, then goes through."""
    strict.edit("tenants/uni/tenant.yaml", "padding: 0.5 s", "padding: 0.9 s")

    said = " ".join(refused(strict))
    ran = strict.reconcile("--accept", "too-much-rework")
    again = strict.reconcile()

    assert "[uni] too much rework: 2 of 2 finished recordings (100 %)" in said
    assert "(leap.yaml:3)" in said
    assert "Accepted:" in ran.out
    assert "Nothing to do" in again.out


def test_a_little_at_a_time_is_judged_as_the_whole(strict: University) -> None:
    """`--limit` and `--until` do not get past a refusal."""
    strict.edit("tenants/uni/tenant.yaml", "padding: 0.5 s", "padding: 0.9 s")

    assert 5 == strict.leap("reconcile", "--limit", "1").code
    assert 5 == strict.leap("reconcile", "--until", "download").code


def test_a_refused_tenant_does_not_hold_up_the_others(strict: University) -> None:
    """The pull request of one tenant of a hundred is that tenant's affair."""
    for name in ("tenant.yaml", "sources/folder.yaml", "templates/lectures.yaml",
                 "presets/site.yaml"):  # fmt: skip
        text = (strict.root / "tenants/uni" / name).read_text(encoding="utf-8")
        strict.write(f"tenants/other/{name}", text.replace("path: recordings", "path: other"))
    strict.write("leap.yaml", "sites: [state/site]\nfolders: [recordings, other]\n"
                 "safety: {rework: 30 %, at_least: 2}")  # fmt: skip
    (strict.root / "other").mkdir()
    strict.record("../other/2026-11-22 Lecture 3.mp4", "third")
    strict.edit("tenants/uni/tenant.yaml", "padding: 0.5 s", "padding: 0.9 s")
    before = fingerprint(strict)

    ran = strict.reconcile(expect=5)

    assert "[uni] too much rework" in ran.out
    assert before == fingerprint(strict)
    assert "UPLOADED" == strict.status()["Lecture 3"]["status"]


def test_privacy_is_not_widened_unasked(university: University) -> None:
    """What was published unlisted does not become public by an edit alone."""
    _set_secret(university)
    university.write("tenants/uni/presets/site.yaml",
                     f"platform: site\naccount: {ACCOUNT}\nprivacy: unlisted\n")  # fmt: skip
    university.record("2026-11-20 Lecture 1.mp4")
    university.reconcile()
    university.edit("tenants/uni/presets/site.yaml", "unlisted", "public")

    said = " ".join(refused(university))
    university.reconcile("--accept", "privacy-widened")

    assert "1 published recording would go from unlisted to public" in said
    assert "Nothing to do" in university.reconcile().out


def _set_secret(university: University) -> None:
    made = university.leap("secrets", "keygen", "uni")
    assert 0 == made.code, made.err
    words = ("secrets", "set", "uni", f"{ACCOUNT}.link_secret", "--kind", "site")
    subprocess.run(
        university.command(*words), cwd=university.root, input="a secret for links\n",
        text=True, capture_output=True, check=True,
    )  # fmt: skip


def test_a_renamed_preset_would_publish_everything_twice(strict: University) -> None:
    """The old page stays where the new one would be: refused until somebody says so."""
    preset = strict.root / "tenants/uni/presets/site.yaml"
    preset.rename(preset.with_name("web.yaml"))
    strict.edit("tenants/uni/templates/lectures.yaml", "site:", "web:")

    said = " ".join(refused(strict))

    assert "would duplicate: 2 recordings are to be seen on web already" in said


def test_a_front_page_of_somebody_else_is_left_alone(university: University) -> None:
    """A site is not written over the university's home page."""
    home = university.site / "index.html"
    home.parent.mkdir(parents=True)
    home.write_text("<!doctype html><title>Faculty of Mathematics</title>")
    university.record("2026-11-20 Lecture 1.mp4")

    said = " ".join(refused(university))

    assert "not ours: preset site would write to a folder with pages" in said
    assert "Faculty" in home.read_text()


def test_an_old_commit_does_not_undo_a_newer_one(strict: University) -> None:
    """A late run of an old commit is refused; a revert is a new commit and passes."""

    def git(*arguments: str) -> str:
        names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        done = subprocess.run(
            ["git", *names, *arguments], cwd=strict.root, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    strict.write(".gitignore", "state\nrecordings\n")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    template = "tenants/uni/templates/lectures.yaml"
    strict.edit(template, "publish:", 'metadata: {title: "{{ display_name }}!"}\npublish:')
    git("commit", "-qam", "two")
    strict.reconcile()
    git("checkout", "-q", "HEAD~1")

    said = " ".join(refused(strict))
    git("checkout", "-q", "-")
    git("revert", "--no-edit", "HEAD")
    strict.reconcile()

    assert "stale config: commit" in said


def test_an_unknown_name_is_wrong_usage(university: University) -> None:
    """Before anything is done, with what was meant."""
    ran = university.reconcile("--accept", "to-much-rework", expect=64)

    assert "did you mean `too-much-rework`?" in ran.err


def test_a_plan_names_what_is_refused(strict: University) -> None:
    """For programs: name, tenant, message, and whether it is accepted."""
    strict.edit("tenants/uni/tenant.yaml", "padding: 0.5 s", "padding: 0.9 s")

    ran = strict.leap("plan", "--format", "json")
    accepted = strict.leap("plan", "--format", "json", "--accept", "too-much-rework")

    found: list[dict[str, Any]] = json.loads(ran.out)["refusals"]
    assert [("too-much-rework", "uni", False)] == [
        (each["name"], each["tenant"], each["accepted"]) for each in found
    ]
    assert 0 == accepted.code
    assert [True] == [each["accepted"] for each in json.loads(accepted.out)["refusals"]]
