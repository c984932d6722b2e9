"""What is measured: a lecture, and a repository of its own with the demo's recordings.

Everything is made below one temporary folder, which is removed at the end.
"""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import CLONE, LEAP, process

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
#: Seconds before and after a lecture, within it, and between what is said.
_EDGE, _BREAK, _PAUSES = 12.0, 75.0, (1.4, 2.6, 4.0)


@cache
def scratch() -> Path:
    """Return the temporary folder of this run."""
    folder = Path(tempfile.mkdtemp(prefix="leap-benchmark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def demo_repository() -> Path:
    """Return a copy of this repository's YAML with its demo recordings, still to be worked on."""
    from leap.demo.recordings import lay_out
    from leap.demo.tenant import equip

    root = empty_repository("demo")
    lay_out(root / "state" / "demo" / "recordings", _quiet)
    equip(root, aside=root / "put-aside")
    return root


@cache
def published_repository() -> Path:
    """Return a copy of the demo's repository in which everything is published."""
    root = copied(demo_repository(), "published")
    process(LEAP, "reconcile", "-C", root)()
    process(LEAP, "plan", "--detailed-exitcode", "-C", root)()
    return root


def empty_repository(name: str) -> Path:
    """Return a folder with this repository's YAML, and nothing that a machine found out."""
    root = scratch() / name
    root.mkdir()
    shutil.copy2(CLONE / "leap.yaml", root)
    shutil.copytree(CLONE / "pipelines", root / "pipelines")
    # What a clone encrypted for itself is of no use elsewhere.
    own = shutil.ignore_patterns(".sops.yaml", "secrets.sops.yaml")
    shutil.copytree(CLONE / "tenants" / "demo", root / "tenants" / "demo", ignore=own)
    return root


def copied(root: Path, name: str) -> Path:
    """Return a copy of the repository ``root``; of an earlier one of that name nothing is left."""
    target = scratch() / name
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(root, target))


@cache
def lecture(times: int) -> Path:
    """Return an MP4 (1280 x 720, 25 fps, a keyframe every ten seconds) of the demo's speech.

    It is one lecture of eight minutes, with quiet edges, short pauses and a
    break, ``times`` over; repeating copies the packets and encodes nothing.
    """
    made = scratch() / f"lecture-{times}.mp4"
    if times == 1:
        _encode(made)
        return made
    again = ["-stream_loop", str(times - 1), "-i", lecture(1), "-c", "copy"]
    _ffmpeg(*again, "-movflags", "+faststart", made)
    return made


@cache
def speech() -> Path:
    """Return the sound of that lecture: a WAV file, 16 kHz, mono."""
    import numpy as np

    path = scratch() / "speech.wav"
    noise = np.random.default_rng(1)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for sound in said():
            room = noise.integers(-6, 7, int(sound.quiet * RATE), np.int16)
            file.writeframes(sound.samples.tobytes() + room.tobytes())
    return path


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples (16 bit, RATE a second), the words in them, and the seconds of quiet that follow."""

    samples: NDArray[np.int16]
    text: str
    quiet: float

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def said() -> Iterator[Sound]:
    """Yield what is heard in one lecture, piece by piece."""
    import numpy as np

    from leap.media.slideshow import decode

    clips = sorted((CLONE / "leap" / "demo" / "speech").rglob("*.opus"))
    yield Sound(np.zeros(0, np.int16), "", _EDGE)
    for number, clip in enumerate(clips, start=1):
        quiet = _BREAK if number == len(clips) // 2 else _PAUSES[number % len(_PAUSES)]
        text = clip.with_suffix(".txt").read_text(encoding="utf-8")
        yield Sound(decode(clip, rate=RATE), text, quiet)
    yield Sound(np.zeros(0, np.int16), "", _EDGE)


def _encode(made: Path) -> None:
    """Encode one minute of a moving picture, repeat it, and lay the speech under it."""
    minute = scratch() / "minute.mp4"
    _ffmpeg(
        *("-f", "lavfi", "-i", "testsrc=s=1280x720:r=25", "-t", "60", "-pix_fmt", "yuv420p"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "250", "-keyint_min", "25", minute),
    )
    _ffmpeg(
        *("-stream_loop", "-1", "-i", minute, "-i", speech(), "-map", "0:v", "-map", "1:a"),
        *("-c:v", "copy", "-c:a", "aac", "-ac", "2", "-ar", "48000", "-b:a", "128k"),
        *("-shortest", "-movflags", "+faststart", made),
    )


def _ffmpeg(*arguments: str | Path) -> None:
    from leap.media import ffmpeg

    subprocess.run([ffmpeg.find(), "-v", "error", "-nostdin", "-y", *arguments], check=True)


def _quiet(share: float | None, message: str = "") -> None:
    """Take no notice of progress."""
