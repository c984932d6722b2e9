"""One picture of a video becomes a thumbnail that platforms take."""

from __future__ import annotations

from pathlib import Path

import pytest

from leap.config.thumbnails import dimensions
from leap.errors import BadInput, StageError
from leap.media import ffmpeg
from leap.media.still import save_still

SECONDS = 6.0


def video(path: Path, size: str) -> Path:
    """A video that turns from black to white in its middle."""
    import ffmpeg as graph

    frames = graph.input(f"color=black:s={size}:d={SECONDS}:r=5", f="lavfi")
    white = graph.input(f"color=white:s={size}:d={SECONDS}:r=5", f="lavfi")
    both = frames.overlay(white, enable=f"gte(t,{SECONDS / 2})")
    output = both.output(ffmpeg.url(path), f="mp4", vcodec="libx264", pix_fmt="yuv420p")
    ffmpeg.run(output, duration=SECONDS, cwd=path.parent)
    return path


def brightness(picture: Path) -> float:
    """How bright a picture is, 0..255."""
    import av

    with av.open(str(picture)) as opened:
        return float(next(opened.decode(video=0)).to_ndarray(format="gray").mean())


@pytest.mark.parametrize(
    "at, is_white", [(0.0, False), (SECONDS * 0.7, True), (SECONDS, True), (7200.0, True)]
)
def test_the_picture_is_the_one_at_that_time(tmp_path, at, is_white):
    """A time past the end is one of the last pictures."""
    out = tmp_path / "Обложка 1.jpg"
    save_still(video(tmp_path / "видео %d.mp4", "320x180"), at, SECONDS, out)

    assert (brightness(out) > 128) == is_white
    assert dimensions(out.read_bytes()) == (320, 180)


def test_a_large_picture_becomes_as_large_as_platforms_recommend(tmp_path):
    """And keeps its shape."""
    out = tmp_path / "thumbnail.jpg"
    save_still(video(tmp_path / "video.mp4", "1920x1440"), 1.0, SECONDS, out)

    assert dimensions(out.read_bytes()) == (960, 720)


def test_sound_has_no_picture(tmp_path):
    """The line says so, and nothing is left that looks like one."""
    import ffmpeg as graph

    path = tmp_path / "video.m4a"
    sound = graph.input("sine=d=3", f="lavfi").output(ffmpeg.url(path), f="ipod", acodec="aac")
    ffmpeg.run(sound, duration=3.0, cwd=tmp_path)

    with pytest.raises((BadInput, StageError)):
        save_still(path, 1.0, 3.0, tmp_path / "thumbnail.jpg")
