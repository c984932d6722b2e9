"""The bytes of a video: a stream of an exact length, that takes no memory."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import psutil
import pytest

from leap.errors import RetrySoon, StageError
from leap.providers.vk import upload
from leap.stages.publish_video import publish_video


def test_the_form_is_what_vk_takes(vk, publish, lecture):
    """One file in a field of the right name, with its exact length, never in chunks."""
    publication = lecture()
    publish(publication)
    (sent,) = vk.journal.of("POST /upload.do")
    headers = sent.request.headers
    size = publication.files["video"].stat().st_size
    assert size < int(headers["content-length"]) < size + 400
    assert "transfer-encoding" not in headers
    assert ("video_file.mp4", size) == (vk.videos[0].filename, vk.videos[0].size)


def test_a_large_video_takes_no_memory(vk, opened, paper, lecture, tmp_path):
    """A quarter of a gigabyte goes by in pieces."""
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(256 << 20)
    me, held = psutil.Process(), []

    def look(share, text=""):
        held.append(me.memory_info().rss)

    publication = replace(lecture(), files={"video": large})
    publish_video(publication, opened(), paper(publication), look)
    assert 256 << 20 == vk.videos[0].size
    assert len(held) > 200
    assert max(held) - held[0] < 60 << 20


def test_progress_says_how_far_it_is(opened, paper, lecture):
    """In megabytes, of how many, and how fast."""
    told = []
    publication = lecture()
    publish_video(
        publication, opened(), paper(publication), lambda share, text="": told.append((share, text))
    )
    sending = [(share, text) for share, text in told if " MB, " in text]
    assert "1.3 of 1.3 MB" in sending[-1][1]
    assert pytest.approx(0.9) == sending[-1][0]


def test_a_video_that_is_gone_is_no_error_of_vk(vk, opened, paper, lecture):
    """A file that vanished after the inputs were checked fails the stage."""
    publication = lecture()
    publication.files["video"].unlink()
    with pytest.raises(StageError, match="No such file"):
        opened().place(publication, paper(publication), lambda *_: None)
    assert [] == vk.calls("video.save")


def test_a_video_that_shrinks_is_not_sent_as_if_whole(vk, opened, paper, lecture):
    """Whoever writes to a file that is being sent breaks the upload, and no video of it appears."""
    publication = lecture()
    path = publication.files["video"]

    def cut(share, text=""):
        if " MB, " in text:
            with path.open("r+b") as file:
                file.truncate(1000)

    with pytest.raises(StageError, match="became shorter"):
        publish_video(publication, opened(), paper(publication), cut)
    assert [] == vk.videos


def test_time_is_given_by_size():
    """Ten minutes for anything, and for two gigabytes what a slow line needs."""
    assert pytest.approx(600, abs=1) == upload.seconds_for(1)
    assert 2.2 * 3600 < upload.seconds_for(2 << 30) < 2.6 * 3600


def test_a_server_that_never_takes_it_is_given_up(vk, publish, lecture):
    """Three broken connections are enough for one run; the next one goes on."""
    vk.uploads.cuts = [1000] * 3
    with pytest.raises(RetrySoon):
        publish(lecture())
    publish(lecture())
    assert 1 == len(vk.calls("video.save"))
    content = lecture().files["video"].read_bytes()
    assert hashlib.sha256(content).hexdigest() == vk.videos[0].sha256


def test_a_server_that_never_answers_is_looked_at(vk, publish, lecture, monkeypatch):
    """It took the bytes and says nothing: after a while the video is looked for, and is there."""
    monkeypatch.setattr(upload, "_THINKING", 0.3)
    vk.fault("POST /upload.do", stall=0)
    publish(lecture())
    assert (1, 1) == (vk.journal.count("POST /upload.do"), vk.videos[0].uploads)


def test_an_upload_ends_in_time(vk, publish, lecture, monkeypatch):
    """However lively the server is, its answer does not come for ever."""
    monkeypatch.setattr(upload, "seconds_for", lambda _: 0.5)
    vk.fault("POST /upload.do", rate=20, times=None)
    publish(lecture())
    assert 1 == vk.videos[0].uploads
