"""The demo recordings are what a lecture hall delivers: slides, speech, and silence around it."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from leap.demo.lectures import BREAK, LEADING, LECTURES, TRAILING
from leap.demo.recordings import lay_out
from leap.errors import StageError
from leap.media.integrity import verify_decodable
from leap.media.probe import plays_while_loading
from leap.media.slideshow import decode

RATE = 16_000
THRESHOLD = 32768 * 10 ** (-40 / 20)


def named(recordings: tuple[Path, ...], word: str) -> Path:
    return next(path for path in recordings if word in path.name)


def silences(path: Path, *, longer_than: float) -> list[tuple[float, float]]:
    """Return where ``path`` stays below -40 dB, as seconds."""
    loud = np.flatnonzero(np.abs(decode(path, rate=RATE).astype(int)) > THRESHOLD) / RATE
    ends = np.concatenate([[0.0], loud, [verify_decodable(path).duration]])
    gaps = np.flatnonzero(np.diff(ends) > longer_than)
    return [(float(ends[gap]), float(ends[gap + 1])) for gap in gaps]


def test_there_is_a_file_for_every_case_that_a_reconcile_shows(recordings):
    """Two lectures, one that no template takes, one too short, one for those with the link."""
    assert [
        "2026-11-03 Machine Learning, lecture 3.mp4",
        "2026-11-04 History of Printing, lecture 1.mp4",
        "2026-11-05 Staff meeting.mp4",
        "2026-11-06 Machine Learning, microphone test.mp4",
        "2026-11-09 Office hours.mp4",
    ] == [path.name for path in recordings]


def test_every_file_is_a_whole_video_that_says_when_it_was_recorded(recordings):
    """640 x 360 at 5 frames a second, H.264 and AAC, index first, creation time by its name."""
    for path, lecture in zip(recordings, LECTURES, strict=True):
        info = verify_decodable(path)
        assert info.video is not None
        assert info.audio is not None
        assert ("h264", 640, 360, 5.0) == (
            info.video.codec, info.video.width, info.video.height, info.video.frame_rate,
        )  # fmt: skip
        assert ("aac", 1) == (info.audio.codec, info.audio.channels)
        assert lecture.began_at == info.created_at
        assert plays_while_loading(path)


@pytest.mark.parametrize(
    "word, shortest, longest",
    [("lecture 3", 240, 270), ("lecture 1", 170, 190), ("Office", 60, 75), ("test", 5, 7)],
)
def test_lectures_are_long_enough_for_chapters_and_the_test_is_too_short(
    recordings, word, shortest, longest
):
    """A lecture has two minutes of speech and more; the microphone test a few seconds."""
    assert shortest <= verify_decodable(named(recordings, word)).duration <= longest


def test_a_lecture_begins_and_ends_in_silence_and_has_one_long_pause(recordings):
    """What a trim shall cut is where the slides say it is."""
    path = named(recordings, "lecture 3")
    (_, first), (begin, end), (last, over) = silences(path, longer_than=5.0)
    assert pytest.approx(LEADING, abs=0.2) == first
    # A sentence fades out, so a pause is heard a little longer than it is.
    assert pytest.approx(BREAK, abs=2.5) == end - begin
    assert pytest.approx(TRAILING, abs=2.5) == over - last


def test_silence_is_that_of_a_room(recordings):
    """It is never digital zero, and far below any threshold."""
    quiet = decode(named(recordings, "lecture 1"), rate=24_000)[24_000 : 10 * 24_000].astype(float)
    level = 20 * np.log10(np.sqrt((quiet**2).mean()) / 32768)
    assert -90 < level < -70


def test_a_cut_finds_a_keyframe_within_five_seconds_and_at_every_slide(recordings):
    """Nothing has to be encoded anew to trim these precisely."""
    path, lecture = recordings[0], LECTURES[0]
    with av.open(str(path)) as media:
        packets = media.demux(media.streams.video[0])
        keys = [float(p.pts * p.time_base) for p in packets if p.is_keyframe and p.pts is not None]
        media.seek(0)
        frames = [f.to_ndarray(format="gray")[::8, ::8] for f in media.decode(video=0)]
    changes = [
        index / 5
        for index, (one, other) in enumerate(pairwise(frames), start=1)
        if np.abs(one.astype(int) - other).max() > 60
    ]

    assert max(np.diff(keys)) <= 5.0
    assert len(lecture.scenes) - 1 == len(changes)
    assert set(changes) <= {round(key, 1) for key in keys}


def test_files_are_old_enough_to_be_taken_at_once(recordings):
    """A folder source waits for a file that changed within the last minute."""
    assert all(time.time() - path.stat().st_mtime > 60 for path in recordings)


def test_laying_out_again_touches_nothing_and_heals_what_is_broken(recordings, tmp_path):
    """A whole file stays as it is; a missing or damaged one is made with the same bytes."""
    test, meeting = named(recordings, "test"), named(recordings, "Staff")
    for path in recordings:
        (tmp_path / path.name).hardlink_to(path)
    (tmp_path / meeting.name).unlink()
    (tmp_path / test.name).unlink()
    (tmp_path / test.name).write_bytes(test.read_bytes()[:20_000])
    told: list[str] = []

    lay_out(tmp_path, lambda _, message="": told.append(message))

    assert {test.name, meeting.name} == set(told)
    assert test.read_bytes() == (tmp_path / test.name).read_bytes()
    assert meeting.read_bytes() == (tmp_path / meeting.name).read_bytes()
    assert {path.name for path in recordings} == {path.name for path in tmp_path.iterdir()}

    told.clear()
    before = {path: path.stat() for path in tmp_path.iterdir()}
    lay_out(tmp_path, lambda _, message="": told.append(message))
    assert [] == told
    assert before == {path: path.stat() for path in tmp_path.iterdir()}


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    """A file where the folder shall be is said with its name."""
    (tmp_path / "demo").write_text("")
    with pytest.raises(StageError, match=r"laying out the demo recordings.*demo"):
        lay_out(tmp_path / "demo" / "recordings", lambda *_: None)
