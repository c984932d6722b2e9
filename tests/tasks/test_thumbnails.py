"""The picture of a publication is a file that was declared, or a frame of its video."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from leap.config.thumbnails import dimensions
from leap.errors import BadInput, StageError
from leap.tasks.thumbnails import frames_apart, needs_frame, thumbnail

WANTED = {"media": "m", "thumbnail": "t"}


@dataclass
class Step:
    """A publishing step, as far as pictures look at it."""

    withdraws: bool = False


def job(wished: Any, frame: Any = None, *, withdraws: bool = False) -> Any:
    return SimpleNamespace(
        step=Step(withdraws),
        wanted=WANTED,
        publication=SimpleNamespace(options={"thumbnail": wished} if wished else {}),
        session=SimpleNamespace(declaration=SimpleNamespace(root=Path("/repository"))),
        frame=frame,
    )


@pytest.mark.parametrize("frame", [{"share": 0.3}, {"at": 4.0}, {"at": 9000.0}])
def test_a_frame_is_cut_out_of_the_video(videos, frame):
    """At a share of its length, at a time, or at its end where it is shorter; gone afterwards."""
    wished = {"frame": frame}
    assert needs_frame(job(wished))
    with frames_apart(job(wished)) as cut:
        picture = thumbnail(job(wished, cut), {}, lambda: videos["lecture"], 10.0)
        assert dimensions(picture.read_bytes()) == (320, 180)
    assert not picture.exists()


def test_a_video_that_cannot_be_read_is_told_of(tmp_path):
    """The error comes from the other process as it was raised there."""
    broken = tmp_path / "video.mp4"
    broken.write_bytes(b"no video")
    with frames_apart(job({"frame": {"at": 1.0}})) as cut, pytest.raises((BadInput, StageError)):
        cut(broken, 10.0)


def test_a_declared_file_is_shown_as_it_is():
    """Nothing has to be cut for it."""
    declared = job({"file": "tenants/uni/thumbnails/cover.png", "sha256": "0" * 64})
    assert not needs_frame(declared)
    found = thumbnail(declared, {}, lambda: Path("video.mp4"), 10.0)
    assert found == Path("/repository/tenants/uni/thumbnails/cover.png")


def test_no_picture_is_made_that_nobody_needs():
    """None is declared, it is there already, or the video is taken down."""
    assert thumbnail(job(None), {}, lambda: Path("video.mp4"), 10.0) is None
    assert not needs_frame(job(None))
    there = {"thumbnail": "t"}
    assert thumbnail(job({"frame": {"at": 1.0}}), there, lambda: Path("video.mp4"), 10.0) is None
    assert not needs_frame(job({"frame": {"at": 1.0}}, withdraws=True))
