"""One caption track per language, and no other one touched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from emulators.youtube import Caption, refusal

from leap.errors import NeedsHuman, RetrySoon, StageError

pytestmark = pytest.mark.usefixtures("small")
INSERT = "POST /upload/youtube/v3/captions"


def track(youtube, video, language, name="", content=b"theirs"):
    """Let a person add a track of their own."""
    now = youtube.clock.now()
    made = Caption(
        video=video, language=language, name=name, content=content, updated=now, ready=now
    )
    video.captions.append(made)
    return made


def languages(video):
    return [(each.language, each.name, each.kind) for each in video.captions]


def test_other_words_replace_those_of_before(youtube, publish, publication, apply):
    """In the same track: one that is added costs less, but there would be two."""
    publish()
    (video,) = youtube.live()
    publication.files["srt"].write_text("1\n00:00:01,000 --> 00:00:02,000\nGraphs\n")

    assert ["en"] == apply("captions", publication)
    (only,) = video.captions
    assert b"Graphs" in only.content
    assert 1 == youtube.counts()["captions.update"]


def test_recognised_speech_and_named_tracks_are_not_ours(youtube, publish, publication, apply):
    """Somebody added notes for the deaf, and YouTube its own captions."""
    youtube.after(
        "PUT /upload/youtube/v3/videos",
        lambda: [youtube.speak(video) for video in youtube.live()],
        skip=2,
    )
    publish()
    (video,) = youtube.live()
    theirs = track(youtube, video, "en", "for the deaf")

    apply("captions", publication)
    assert 3 == len(video.captions)
    assert b"theirs" == theirs.content


def test_a_language_that_was_heard_wrongly_goes(youtube, publish, publication, apply):
    """The words are others now; a track of somebody else's stays."""
    publish()
    (video,) = youtube.live()
    track(youtube, video, "fr")

    assert ["de"] == apply("captions", replace(publication, language="de"))
    assert {("fr", "", "standard"), ("de", "", "standard")} == set(languages(video))


@pytest.mark.parametrize("name, nothing", [("srt", ""), ("vtt", "WEBVTT\n")])
def test_a_lecture_without_words_has_no_track(
    youtube, publish, publication, apply, tmp_path, name, nothing
):
    """YouTube takes no file without a cue; words that are no longer heard go."""
    publish()
    (video,) = youtube.live()
    track(youtube, video, "fr")
    path = tmp_path / f"silence.{name}"
    path.write_text(nothing)

    assert [] == apply("captions", replace(publication, files={name: path}))
    assert [("fr", "", "standard")] == languages(video)


def test_webvtt_does_where_there_is_no_subrip(youtube, publish, publication, tmp_path):
    """One of them is enough."""
    vtt = tmp_path / "subtitles.vtt"
    vtt.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nTrees\n")
    files = {name: path for name, path in publication.files.items() if name != "srt"}
    publish(replace(publication, files={**files, "vtt": vtt}))

    assert vtt.read_bytes() == youtube.live()[0].captions[0].content


def test_a_lost_answer_is_looked_up(youtube, publish):
    """The track is there; another one would be refused or be a second."""
    youtube.fault(INSERT, lost=True)
    publish()

    assert [("en", "", "standard")] == languages(youtube.live()[0])
    assert 1 == youtube.counts()["captions.insert"]
    assert 0 == youtube.counts()["captions.update"]


def test_a_track_that_appears_in_between_is_written_over(youtube, publish):
    """Another runner was quicker."""
    youtube.after("GET /youtube/v3/captions", lambda: track(youtube, youtube.live()[0], "en"))
    publish()

    (only,) = youtube.live()[0].captions
    assert b"Trees" in only.content


def test_nothing_is_lost_when_the_request_does_not_arrive(youtube, publish, checkpoint):
    """It is tried again by the next run, and all else is there."""
    youtube.fault(INSERT, drop=True)
    with pytest.raises(RetrySoon, match="captions"):
        publish()
    assert {"thumbnail", "playlists", "privacy"} <= set(checkpoint.applied)

    publish()
    assert [("en", "", "standard")] == languages(youtube.live()[0])
    assert 1 == youtube.counts()["videos.insert"]


def test_what_youtube_does_not_take_is_for_a_person(youtube, publish, checkpoint):
    """And keeps nothing else from being done."""
    youtube.fault(INSERT, times=None, **refusal("insufficientPermissions"))

    with pytest.raises(NeedsHuman, match="captions: YouTube") as caught:
        publish()
    assert "leap auth login youtube" in caught.value.hint
    assert "privacy" in checkpoint.applied


def test_a_file_that_is_gone_is_told(publish, publication, apply):
    """It is a result of another stage."""
    publish()
    publication.files["srt"].unlink()

    with pytest.raises(StageError, match="cannot be read: no such file"):
        apply("captions", publication)


def test_a_video_without_subtitles_is_told(publish, publication, apply):
    """The pipeline made none."""
    publish()
    files = {"video": publication.files["video"]}

    with pytest.raises(StageError, match="no subtitles"):
        apply("captions", replace(publication, files=files))
