"""What is refused where videos go to clouds: nobody there is asked anything before a person's word."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from emulators.vk import Vk
from emulators.youtube import YouTube
from tasks.channels import Channels, founded

if TYPE_CHECKING:
    from conftest import University

PRESET = "tenants/uni/presets/tube.yaml"
FIRST = ("--accept", "fresh-ledger")


@pytest.fixture
def channels(university: University) -> Iterator[Channels]:
    """Give a university with one lecture that shall be on both platforms."""
    with YouTube() as youtube, Vk() as vk:
        found = founded(university, youtube, vk)
        university.record("2026-11-03 Lecture 1.mp4")
        yield found


def refused(channels: Channels, *arguments: str) -> str:
    """Run a reconcile that is refused; return what it said, having seen that nobody was asked."""
    before = len(channels.youtube.calls), len(channels.vk.calls())
    assert 5 == channels.university.leap("plan", *arguments).code
    ran = channels.university.reconcile(*arguments, expect=5)
    assert before == (len(channels.youtube.calls), len(channels.vk.calls()))
    return " ".join(ran.out.split())


def test_a_ledger_that_knows_nothing_wants_a_word_once(channels: Channels) -> None:
    """Afterwards new lectures go without it."""
    said = refused(channels)
    assert "fresh ledger: the ledger knows of nothing that uni has published" in said
    assert "`leap ledger rebuild`" in said
    assert "`leap import vk` or `leap import youtube`" in said

    channels.university.reconcile(*FIRST)
    channels.university.record("2026-11-05 Lecture 2.mp4", "second")
    channels.university.reconcile()

    assert 2 == len(channels.youtube.live()) == len(channels.vk.videos)


def test_a_run_that_publishes_nothing_is_not_refused_for_publishing(channels: Channels) -> None:
    """It prepares a lecture, and says no word for the run that publishes it."""
    channels.university.reconcile("--until", "subtitles")

    assert [] == channels.youtube.calls == channels.vk.calls()
    assert "fresh ledger: " in refused(channels)


def test_a_video_is_not_opened_to_more_people_unasked(channels: Channels) -> None:
    """It was unlisted when it was published, and says so."""
    channels.university.reconcile(*FIRST)
    channels.university.edit(PRESET, "account: channel", "account: channel\nprivacy: public")

    said = refused(channels)
    channels.university.reconcile("--accept", "privacy-widened")

    assert "1 published recording would go from unlisted to public" in said
    assert f"set `privacy` back ({PRESET}:3)" in said
    assert "public" == channels.on_youtube.status["privacyStatus"]


def test_an_old_commit_does_not_undo_what_a_newer_one_published(channels: Channels) -> None:
    """A late run of it is refused; the newest one has nothing to do."""

    def git(*arguments: str) -> None:
        names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(["git", *names, *arguments], cwd=channels.university.root, check=True)

    channels.university.write(".gitignore", "state\nrecordings\n")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "one")
    channels.university.edit(PRESET, "machine learning", "ML")
    git("commit", "-qam", "two")
    channels.university.reconcile(*FIRST)

    git("checkout", "-q", "HEAD~1")
    said = refused(channels)
    git("checkout", "-q", "main")
    again = channels.university.reconcile()

    assert "stale config: commit" in said
    assert "ML" in channels.on_youtube.tags
    assert "Nothing to do" in again.out


def test_a_machine_that_is_thrown_away_publishes_nothing(channels: Channels) -> None:
    """Its ledger would be gone, and the next run would publish everything again."""
    for command in ("validate", "plan", "reconcile"):
        ran = channels.university.leap(command, CI="true", LEAP_DATABASE_URL="")
        said = " ".join((ran.out + ran.err).split())

        assert 1 == ran.code
        assert "with CI=true an embedded ledger is lost after the run" in said
        assert "with CI=true a store on this machine is lost after the run" in said
    assert [] == channels.youtube.calls
