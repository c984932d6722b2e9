"""The picture before a video plays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leap.errors import NeedsHuman, StageError
from leap.providers.youtube import thumbnail

pytestmark = pytest.mark.usefixtures("small")
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)


def test_a_new_picture_replaces_the_old(youtube, publish, publication, apply, tmp_path):
    """PNG or JPEG, whatever the file is called."""
    publish()
    picture = tmp_path / "picture.png"
    picture.write_bytes(JPEG)

    assert apply(
        "thumbnail", replace(publication, files={**publication.files, "thumbnail": picture})
    )
    (video,) = youtube.live()
    assert (JPEG, "image/jpeg") == (video.thumbnail.content, video.thumbnail.kind)


def test_a_channel_that_is_not_verified_needs_a_person_for_that_alone(
    youtube, channel, publish, checkpoint
):
    """The video is published without it, and has its picture once the channel is verified."""
    channel.verified = False
    with pytest.raises(NeedsHuman, match="thumbnail: YouTube") as caught:
        publish()
    assert "youtube.com/verify" in caught.value.hint
    assert "unlisted" == youtube.live()[0].privacy(youtube.clock.now())
    assert "thumbnail" not in checkpoint.applied

    channel.verified = True
    publish()
    assert youtube.live()[0].thumbnail is not None


def test_a_lost_answer_costs_nothing(youtube, publish):
    """The picture is set once more."""
    youtube.fault("POST /upload/youtube/v3/thumbnails/set", lost=True)
    publish()

    assert 2 == youtube.counts()["thumbnails.set"]


def test_what_is_no_picture_is_not_sent(youtube, publish, publication):
    """It would be refused."""
    publication.files["thumbnail"].write_bytes(b"GIF89a")

    with pytest.raises(NeedsHuman, match="PNG and JPEG"):
        publish()
    assert 0 == youtube.counts()["thumbnails.set"]


def test_a_picture_that_is_too_large_is_not_sent(youtube, publish, monkeypatch):
    """Fifty mebibytes are taken."""
    monkeypatch.setattr(thumbnail, "MOST_BYTES", 50)

    with pytest.raises(NeedsHuman, match="at most"):
        publish()
    assert 0 == youtube.counts()["thumbnails.set"]


def test_a_picture_that_was_not_made_is_told(publish, publication):
    """A frame is made ready before."""
    files = {name: path for name, path in publication.files.items() if name != "thumbnail"}

    with pytest.raises(StageError, match="no picture"):
        publish(replace(publication, files=files))
