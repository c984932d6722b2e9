"""A video of one's own is taken in as if a recorder had put it there."""

from __future__ import annotations

import os
import shutil

import pytest

from leap.demo.visitor import take_in
from leap.errors import BadInput, StageError


@pytest.fixture
def video(recordings, tmp_path):
    """A short video with an easy name, changed long ago."""
    path = tmp_path / "Trees.mp4"
    shutil.copy2(next(each for each in recordings if "test" in each.name), path)
    return path


@pytest.mark.parametrize(
    "name", ["Лекция 1, деревья.mp4", "🎓 graduation.MP4", " two  spaces .mp4", "-y.mp4", "a:b.mp4"]
)
def test_it_keeps_its_name_and_stays_where_it_was(video, tmp_path, name):
    """Whatever the name: the bytes are there under it, and the original is unharmed."""
    mine = video.rename(tmp_path / name)

    taken = take_in(mine, tmp_path / "visitor")

    assert tmp_path / "visitor" / name == taken
    assert mine.read_bytes() == taken.read_bytes()
    assert mine.stat().st_mtime_ns == taken.stat().st_mtime_ns


@pytest.mark.parametrize(
    "name, expected",
    [("lecture", "lecture.mp4"), (".hidden.mp4", "hidden.mp4"), ("a.v2", "a.v2.mp4")],
)
def test_a_name_that_a_source_would_pass_over_is_completed(video, tmp_path, name, expected):
    """Sources look at visible files with a known extension."""
    assert expected == take_in(video.rename(tmp_path / name), tmp_path / "visitor").name


def test_taking_it_in_again_does_nothing_and_a_new_version_replaces_it(video, tmp_path, recordings):
    """The same bytes stay untouched; changed ones are a new revision of the same recording."""
    taken = take_in(video, tmp_path / "visitor")
    before = taken.stat()
    take_in(video, tmp_path / "visitor")
    assert before == taken.stat()

    video.unlink()
    shutil.copy2(recordings[2], video)
    take_in(video, tmp_path / "visitor")
    assert recordings[2].read_bytes() == taken.read_bytes()
    assert [taken] == list((tmp_path / "visitor").iterdir())


def test_what_is_no_video_is_refused_with_its_name(tmp_path):
    """A text, an empty file, a folder and nothing at all: one line each, nothing copied."""
    (tmp_path / "notes.mp4").write_text("no video at all")
    (tmp_path / "empty.mp4").touch()
    for name in ("notes.mp4", "empty.mp4", "", "missing.mp4"):
        with pytest.raises(BadInput, match=name or tmp_path.name):
            take_in(tmp_path / name, tmp_path / "visitor")
    assert not (tmp_path / "visitor").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_line(video, tmp_path):
    """The state folder may belong to somebody else."""
    (tmp_path / "state").mkdir(mode=0o500)
    with pytest.raises(StageError, match=r"copying Trees\.mp4.*Permission denied"):
        take_in(video, tmp_path / "state" / "visitor")
