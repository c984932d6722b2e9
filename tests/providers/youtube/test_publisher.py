"""A lecture on YouTube: all of it as it is declared, in as few calls as that takes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from leap.errors import RetrySoon

MARKER = "leap-0123456789"


def test_a_lecture_is_there_as_it_is_declared(youtube, film, publish, publication):
    """The video, what is said of it, captions, picture and playlist; open in the end."""
    receipt = publish()

    (video,) = youtube.live()
    assert f"https://www.youtube.com/watch?v={video.id}" == receipt.url
    assert hashlib.sha256(film.read_bytes()).hexdigest() == video.sha256
    assert {
        "title": "Trees, lecture 3",
        "description": "About trees.\n\n0:00 Trees\n4:05 Graphs\n9:30 Heaps",
        "tags": [MARKER, "graph theory", "trees"],
        "categoryId": "27",
        "defaultLanguage": "en",
        "defaultAudioLanguage": "en",
    } == video.snippet
    assert {
        "privacyStatus": "unlisted",
        "license": "youtube",
        "embeddable": True,
        "selfDeclaredMadeForKids": False,
        "publicStatsViewable": True,
    } == video.status
    assert [("en", "", publication.files["srt"].read_bytes())] == [
        (track.language, track.name, track.content) for track in video.captions
    ]
    assert publication.files["thumbnail"].read_bytes() == video.thumbnail.content
    assert ["Algorithms 2026"] == youtube.playlists(video)
    assert not video.notified


def test_no_call_is_made_that_is_not_needed(youtube, publish, book):
    """What a day holds is little: 607 units and one upload for everything."""
    publish()

    assert [
        "token",
        "videos.insert",
        "upload.chunk",
        "upload.chunk",
        "captions.list",
        "captions.insert",
        "thumbnails.set",
        "playlists.list",
        "playlists.insert",
        "playlistItems.list",
        "playlistItems.insert",
        "videos.list",
        "videos.update",
        "videos.list",
    ] == youtube.methods()
    assert {"uploads": 1, "units": youtube.spent()} == dict(book.spent)


def test_nothing_is_asked_for_a_second_time(youtube, publish):
    """What is applied stays applied."""
    publish()
    before = youtube.methods()

    publish()
    assert before == youtube.methods()


def test_the_video_is_private_until_all_of_it_is_there(youtube, publish):
    """Whatever goes wrong before, nobody sees it half done."""
    seen = []
    for method in ("captions", "thumbnails/set"):
        path = f"POST /upload/youtube/v3/{method}"
        youtube.after(path, lambda: seen.append(youtube.live()[0].privacy(youtube.clock.now())))

    publish()
    assert ["private", "private"] == seen


def test_details_are_what_looking_finds(publisher, publish, checkpoint, youtube):
    """So a difference is one that somebody made."""
    receipt = publish()
    placed = checkpoint.placed

    found = publisher.look(
        [placed], publisher.parts, lambda *_: None, {placed.external_id: receipt.details}
    )
    assert receipt.details == found[placed.external_id].parts
    assert {
        "title": "Trees, lecture 3",
        "description": "About trees.\n\n0:00 Trees\n4:05 Graphs\n9:30 Heaps",
        "tags": ["graph theory", "trees"],
        "category": "27",
        "language": "en",
        "license": "youtube",
        "embeddable": True,
        "made_for_kids": False,
    } == receipt.details["metadata"]
    assert "unlisted" == receipt.details["privacy"]


def test_taking_down_twice_is_once(publisher, publish, checkpoint, youtube):
    """A video that is gone is no error."""
    publish()

    publisher.take_down(checkpoint.placed)
    publisher.take_down(checkpoint.placed)
    assert [] == youtube.live()


def test_a_video_that_does_not_appear_is_awaited_once(
    publisher, publish, publication, checkpoint, youtube
):
    """Not anew for each part: that would take a quarter of an hour."""
    publisher.place(publication, checkpoint, lambda share, message="": None)
    checkpoint.apply("media")
    (video,) = youtube.live()
    video.deleted = True
    began = youtube.clock.now()

    with pytest.raises(RetrySoon):
        publish()

    assert timedelta(minutes=3) < youtube.clock.now() - began < timedelta(minutes=5)


def test_subscribers_are_told_where_that_is_declared(youtube, publish, saying):
    """It is the one thing that cannot be taken back."""
    publish(saying(notify_subscribers=True))

    assert youtube.live()[0].notified


def test_an_audio_recording_is_refused_before_anything_is_asked(
    youtube, publish, publication, tmp_path
):
    """YouTube has no place for it."""
    sound = tmp_path / "video.m4a"
    sound.write_bytes(b"sound")
    from leap.errors import NeedsHuman

    with pytest.raises(NeedsHuman, match="sound alone"):
        publish(replace(publication, files={**publication.files, "video": sound}))
    assert [] == youtube.methods()
