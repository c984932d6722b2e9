"""Small real media, made by ffmpeg once per test run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from leap.media import ffmpeg

#: ffmpeg options → a file of that name. Twenty seconds, a keyframe every two.
_PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=20")
_SOUND = ("-f", "lavfi", "-i", "sine=f=440:d=20")
_H264 = ("-c:v", "libx264", "-preset", "veryfast", "-g", "50")
_OPEN_GOP = ("-x264-params", "open-gop=1:bframes=3:b-pyramid=normal:keyint=50:scenecut=0")
RECIPES: dict[str, tuple[str, ...]] = {
    "plain.mp4": (*_PICTURE, *_SOUND, *_H264, "-c:a", "aac", "-movflags", "+faststart"),
    "late-index.mp4": (*_PICTURE, *_SOUND, *_H264, "-c:a", "aac"),
    "fragmented.mp4": (*_PICTURE, *_SOUND, *_H264, "-movflags", "frag_keyframe+empty_moov"),
    "no-b-frames.mp4": (*_PICTURE, *_SOUND, *_H264, "-bf", "0", "-c:a", "aac"),
    "open-gop.mp4": (*_PICTURE, *_SOUND, "-c:v", "libx264", *_OPEN_GOP, "-c:a", "aac"),
    "hevc.mp4": (
        *_PICTURE, *_SOUND, "-c:v", "libx265", "-preset", "ultrafast",
        "-x265-params", "keyint=50:log-level=none", "-c:a", "aac",
    ),
    "variable.mp4": (
        *_PICTURE, *_SOUND, "-vf", "select='lt(mod(t,4),1)+not(mod(n,20))'", "-fps_mode", "vfr",
        *_H264, "-c:a", "aac",
    ),
    "plain.mov": (*_PICTURE, *_SOUND, *_H264, "-c:a", "pcm_s16le"),
    "plain.mkv": (*_PICTURE, *_SOUND, *_H264, "-c:a", "aac"),
    "vorbis.mkv": (*_PICTURE, *_SOUND, *_H264, "-c:a", "libvorbis"),
    "plain.webm": (
        *_PICTURE, *_SOUND, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8",
        "-g", "50", "-c:a", "libopus",
    ),
    "plain.avi": (*_PICTURE, *_SOUND, "-c:v", "mpeg4", "-g", "50", "-c:a", "libmp3lame"),
    "no-sound.mp4": (*_PICTURE, *_H264),
    "plain.mp3": (*_SOUND, "-c:a", "libmp3lame"),
    "plain.m4a": (*_SOUND, "-c:a", "aac"),
    "plain.wav": _SOUND,
    "plain.flac": _SOUND,
    "plain.ogg": (*_SOUND, "-c:a", "libopus"),
}  # fmt: skip

Make = Callable[[str], Path]


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Return the file that the recipe of this name makes; it must not be changed."""
    folder = tmp_path_factory.mktemp("media")

    def made(name: str) -> Path:
        path = folder / name
        if not path.exists():
            command = [ffmpeg.find(), "-v", "error", "-nostdin", *RECIPES[name], path]
            subprocess.run(command, check=True)
        return path

    return made
