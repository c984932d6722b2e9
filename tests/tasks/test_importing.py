"""Videos that were published before are taken over, and nothing is uploaded again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from emulators.vk import Vk
from emulators.youtube import YouTube
from tasks.channels import Channels, founded

if TYPE_CHECKING:
    from conftest import University

PUBLIC = {"privacyStatus": "public", "license": "youtube", "embeddable": True}


@pytest.fixture
def channels(university: University) -> Iterator[Channels]:
    """Give a university whose lectures are on YouTube, put there by hand."""
    with YouTube() as youtube, Vk() as vk:
        found = founded(university, youtube, vk)
        (university.root / "tenants/uni/presets/vk.yaml").unlink()
        university.edit("tenants/uni/templates/lectures.yaml", "  vk: {album: ML 2026}\n", "")
        university.record("Lecture 1.mp4")
        yield found


def test_a_video_is_taken_over_and_nothing_is_uploaded_again(channels: Channels) -> None:
    """Nothing is written without --apply; then LEAP makes it as it is declared."""
    university, youtube = channels.university, channels.youtube
    video = youtube.video(channels.channel, "Lecture 1", seconds=14, status=dict(PUBLIC))
    youtube.video(channels.channel, "Something else", seconds=14)
    refused = university.leap("plan")
    assert (5, True) == (refused.code, "`leap import youtube`" in " ".join(refused.out.split()))

    shown = university.leap("import", "youtube")
    assert 0 == shown.code
    assert "“Lecture 1”, by title, date and length" in shown.out
    assert "Something else" in shown.out.split("left alone:")[1]
    assert "leap import youtube tube --tenant uni --apply" in " ".join(shown.out.split())
    assert 5 == university.leap("plan").code

    assert "1 video taken over" in university.leap("import", "youtube", "tube", "--apply").out
    again = university.leap("import", "youtube", "--format", "json").json
    assert ([], 1) == (again["certain"], again["known"])

    (change,) = channels.plan()["changes"]
    (step,) = (each for each in change["steps"] if each["stage"] == "publish")
    assert ["metadata", "playlists", "privacy"] == step["parts"]
    university.reconcile()

    assert "unlisted" == video.status["privacyStatus"]
    assert ["ML 2026"] == youtube.playlists(video)
    assert 0 == youtube.counts()["videos.insert"]
    assert "UPLOADED" == university.status()["Lecture 1"]["status"]
    assert "Nothing to do" in university.reconcile().out


def test_what_is_left_to_people_is_not_written_over(channels: Channels) -> None:
    """Their titles and their privacy stay from the first day."""
    university, youtube = channels.university, channels.youtube
    preset = "tenants/uni/presets/tube.yaml"
    text = (university.root / preset).read_text(encoding="utf-8")
    university.write(preset, text + "manage: [description, tags]\n")
    theirs = "Lecture 1: the one that all liked"
    video = youtube.video(channels.channel, theirs, seconds=14, status=dict(PUBLIC))

    university.leap("import", "youtube", "--apply")
    university.reconcile()

    assert (theirs, "public") == (video.title, video.status["privacyStatus"])
    assert video.description.startswith("Recorded ")
    assert [] == youtube.playlists(video)


def test_a_hidden_video_is_not_opened_unasked(channels: Channels) -> None:
    """Somebody had a reason to hide it; a person has to say that it is gone."""
    university, youtube = channels.university, channels.youtube
    hidden = {**PUBLIC, "privacyStatus": "private"}
    video = youtube.video(channels.channel, "Lecture 1", seconds=14, status=hidden)
    university.leap("import", "youtube", "--apply")

    refused = university.reconcile(expect=5)

    assert "from private to unlisted" in " ".join(refused.out.split())
    assert "private" == video.status["privacyStatus"]


def test_what_is_not_certain_is_never_guessed(channels: Channels) -> None:
    """Two videos that would do for one lecture are shown, and none is taken."""
    for _ in range(2):
        channels.youtube.video(channels.channel, "Lecture 1", seconds=14)

    ran = channels.university.leap("import", "youtube", "--apply")

    assert "Not certain; nothing is guessed:" in ran.out
    assert "0 videos taken over" in ran.out
    assert 5 == channels.university.leap("plan").code


def test_a_lost_ledger_finds_its_videos_by_their_markers(channels: Channels) -> None:
    """Whatever they are called by now."""
    university = channels.university
    university.reconcile("--accept", "fresh-ledger")
    channels.on_youtube.snippet["title"] = "Renamed"
    channels.on_youtube.created -= timedelta(days=400)
    university.edit("leap.yaml", "workers: 2", "workers: 2\nstate: another state")

    found = university.leap("import", "youtube", "--apply", "--format", "json").json

    assert ["marker"] == [each["by"] for each in found["certain"]]
    university.reconcile()
    assert "Lecture 1" == channels.on_youtube.title
    assert 1 == channels.youtube.counts()["videos.insert"]


def test_a_preset_that_is_not_there_is_told(channels: Channels) -> None:
    """With those that are."""
    other = channels.university.leap("import", "youtube", "tub")
    none = channels.university.leap("import", "vk")

    assert (64, 64) == (other.code, none.code)
    assert "there is no preset tub of youtube; there is uni/tube" in " ".join(other.err.split())
    assert "there is no preset of vk" in none.err
