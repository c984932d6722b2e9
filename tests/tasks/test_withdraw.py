"""What is published is taken down by `withdraw: true` alone, and comes back without it."""

from __future__ import annotations

import pytest

OVERRIDE = "tenants/uni/overrides/guest.yaml"


@pytest.fixture
def published(university):
    """A university with two published lectures, one of which an override may name."""
    university.write("pipelines/lecture.yaml", "stages: [download, trim, publish]")
    university.record("Lecture 1.mp4")
    university.record("Lecture 2.mp4", "second")
    university.reconcile()
    assert len(university.pages()) == 2
    return university


def withdraw(university, recording: str) -> None:
    """Say that a lecture shall be taken down."""
    university.write(
        OVERRIDE,
        f"""
        for: {{recording: {recording}}}
        withdraw: true
        reason: The guest asked for it.
        """,
    )


def planned(university) -> list[dict]:
    """The changes of the plan, refused or not."""
    return university.leap("plan", "--format", "json").json["changes"]


def test_a_lecture_is_taken_down_and_comes_back(published):
    """Planned with its reason, refused until accepted, done once, undone without the override."""
    before = published.status()["Lecture 1"]
    (page,) = published.site.glob("lectures/lecture-1-*/index.html")
    made = published.made()
    withdraw(published, before["recording"])

    (change,) = planned(published)
    assert (change["title"], change["action"]) == ("Lecture 1", "remove")
    assert change["reason"] == f"withdrawn by {OVERRIDE}: The guest asked for it."
    text = published.leap("plan").out
    assert any(line.split()[:1] == ["-"] and "Lecture 1" in line for line in text.splitlines())
    assert "--accept deletes" in " ".join(published.reconcile(expect=5).out.split())
    assert page.is_file()

    published.reconcile("--accept", "deletes")
    assert not page.parent.exists()
    front = (published.site / "index.html").read_text(encoding="utf-8")
    assert ("Lecture 1" in front, "Lecture 2" in front) == (False, True)
    status = published.status()["Lecture 1"]
    assert (status["status"], status["reason"]) == ("SKIPPED", "withdrawn: The guest asked for it.")
    assert [each["status"] for each in status["publications"]] == ["withdrawn"]

    assert planned(published) == []
    published.reconcile()
    assert published.leap("plan", "--detailed-exitcode").code == 0

    (published.root / OVERRIDE).unlink()
    (change,) = planned(published)
    assert [step["reason"] for step in change["steps"]] == ["no longer withdrawn"]
    published.reconcile()
    assert page.is_file()
    assert published.made() == made
    (again,) = published.status()["Lecture 1"]["publications"]
    (once,) = before["publications"]
    assert (again["status"], again["url"]) == ("published", once["url"])


@pytest.mark.parametrize(
    "place", ["withdraw.intended", "site.sweep.before_remove", "withdraw.done", "withdraw.receipt"]
)
def test_a_killed_withdrawal_is_finished_by_the_next_run(published, place):
    """Wherever it was cut, the page is gone for good and nothing else is."""
    withdraw(published, published.status()["Lecture 1"]["recording"])
    published.leap("reconcile", "--accept", "deletes", LEAP_FAULT=f"{place}:kill")
    published.reconcile("--accept", "deletes")
    assert len(published.pages()) == 1
    assert "Lecture 1" not in (published.site / "index.html").read_text(encoding="utf-8")
    assert planned(published) == []


def test_the_last_lecture_leaves_an_empty_front_page(university):
    """Which says so; what somebody else put into the folder stays."""
    university.write("pipelines/lecture.yaml", "stages: [download, trim, publish]")
    university.record("Lecture 1.mp4")
    university.reconcile()
    theirs = university.site / "robots.txt"
    theirs.write_text("theirs")
    withdraw(university, university.status()["Lecture 1"]["recording"])
    university.reconcile("--accept", "deletes")
    assert university.pages() == []
    assert "No lecture has been published yet." in (university.site / "index.html").read_text()
    assert theirs.read_text() == "theirs"


def test_a_lost_ledger_learns_what_was_taken_down(published):
    """Receipts say so; a rebuilt ledger publishes nothing again."""
    withdraw(published, published.status()["Lecture 1"]["recording"])
    published.reconcile("--accept", "deletes")
    status = published.status()["Lecture 1"]
    ran = published.leap("ledger", "rebuild")
    assert ran.code == 0, ran.err
    again = published.status()["Lecture 1"]
    assert [each["status"] for each in again["publications"]] == ["withdrawn"]
    assert again["reason"] == status["reason"]
    assert planned(published) == []


def test_a_removed_preset_or_template_takes_nothing_down(published):
    """What nothing declares any more is left alone."""
    (published.root / "tenants/uni/templates/lectures.yaml").unlink()
    published.reconcile()
    assert len(published.pages()) == 2
