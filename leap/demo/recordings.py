"""Laying the demo recordings out as video files, in a few seconds and only once."""

from __future__ import annotations

import os
import time
import zlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from leap.demo.lectures import LECTURES, Lecture
from leap.demo.slides import draw
from leap.domain.ports import Progress
from leap.errors import BadInput
from leap.media.files import disk_errors
from leap.media.integrity import verify_decodable
from leap.media.slideshow import FRAME_RATE, Still, decode, encode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPEECH = Path(__file__).with_name("speech")
#: Samples a second: what the speech was made with.
_RATE = 24_000
_SAMPLES_A_FRAME = _RATE // FRAME_RATE
#: Peak of the room's noise, about -75 dB: silence in a recording is never digital zero.
_NOISE = 6
_AT_ONCE = 2
_AN_HOUR = 3600.0


def lay_out(folder: Path, progress: Progress) -> tuple[Path, ...]:
    """Make ``folder`` hold every demo recording and return their paths, by date.

    A recording that is there and whole is left alone; the others are encoded
    beside their place and put there when they are complete. Raises StageError
    where the folder cannot be written, MissingTool without Pillow.
    """
    paths = tuple(folder / lecture.file_name for lecture in LECTURES)
    with disk_errors("laying out the demo recordings"):
        missing = [each for each in zip(LECTURES, paths, strict=True) if not _is_whole(each[1])]
        if not missing:
            return paths
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            done = {pool.submit(_make, lecture, path): path for lecture, path in missing}
            for count, future in enumerate(as_completed(done), start=1):
                future.result()
                progress(count / len(missing), done[future].name)
    return paths


def _is_whole(path: Path) -> bool:
    try:
        verify_decodable(path)
    except (BadInput, FileNotFoundError):
        return False
    return True


def _make(lecture: Lecture, path: Path) -> None:
    import numpy as np

    stills, sounds = [], []
    for number, scene in enumerate(lecture.scenes, start=1):
        spoken = np.zeros(0, np.int16)
        if scene.speech is not None:
            spoken = decode(SPEECH / f"{scene.speech}.opus", rate=_RATE)
        # The next slide comes with a frame, so the quiet before it is rounded up to one.
        frames = -(-(len(spoken) + round(scene.quiet * _RATE)) // _SAMPLES_A_FRAME)
        quiet = np.zeros(frames * _SAMPLES_A_FRAME - len(spoken), np.int16)
        stills.append(Still(draw(scene.slide, lecture, number=number), frames))
        sounds += [spoken, quiet]
    unfinished = path.with_name(f".{path.name}.part")
    try:
        encode(
            unfinished,
            stills,
            _in_a_room(np.concatenate(sounds), seed=zlib.crc32(lecture.title.encode())),
            rate=_RATE,
            title=lecture.title,
            created_at=lecture.began_at,
        )
        seconds = sum(still.frames for still in stills) / FRAME_RATE
        ended_at = (lecture.began_at + timedelta(seconds=seconds)).timestamp()
        # A folder source waits for files that changed a moment ago; these are old.
        changed_at = min(ended_at, time.time() - _AN_HOUR)
        os.utime(unfinished, (changed_at, changed_at))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _in_a_room(samples: NDArray[np.int16], *, seed: int) -> NDArray[np.int16]:
    import numpy as np

    noise = np.random.default_rng(seed).integers(
        -_NOISE, _NOISE, len(samples), np.int16, endpoint=True
    )
    loudest = np.iinfo(np.int16).max - _NOISE
    heard: NDArray[np.int16] = np.clip(samples, -loudest, loudest) + noise
    return heard
