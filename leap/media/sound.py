"""Reading a FLAC file of ours through: how loud it is where, and pieces of it.

Both keep a moment of sound in memory, however long the file is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap.errors import StageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: The length of a step, in seconds.
STEP = 0.05


@dataclass(frozen=True, slots=True)
class Loudness:
    """A sound in steps of STEP seconds, the last of which may be shorter.

    Attributes:
        duration: seconds.
        energy: the mean square of each step's samples.
        size: how many bytes of the file the sound up to the end of each step takes.
    """

    duration: float
    energy: list[float]
    size: list[float]


def loudness(audio: Path) -> Loudness:
    """Read ``audio``, mono FLAC, to its end. Raises StageError where it cannot be decoded."""
    import numpy as np

    energy: list[float] = []
    moments, sizes = [0.0], [0.0]
    rest: NDArray[np.float64] = np.empty(0)
    samples = 0
    with _reading(audio) as (container, stream):
        rate = stream.rate
        step = round(rate * STEP)
        for packet in container.demux(stream):
            for frame in packet.decode():
                sound = frame.to_ndarray().reshape(-1).astype(np.float64)
                samples += len(sound)
                rest = np.concatenate((rest, sound))
                whole = len(rest) // step * step
                energy += np.square(rest[:whole]).reshape(-1, step).mean(axis=1).tolist()
                rest = rest[whole:]
            sizes.append(sizes[-1] + packet.size)
            moments.append(samples / rate)
        if len(rest):
            energy.append(float(np.square(rest).mean()))
    ends = STEP * np.arange(1, len(energy) + 1)
    return Loudness(samples / rate, energy, np.interp(ends, moments, sizes).tolist())


def duration(audio: Path) -> float:
    """Return how many seconds ``audio``, FLAC, lasts. Raises StageError."""
    with _reading(audio) as (_, stream):
        return float(stream.duration * stream.time_base)


def cut(audio: Path, start: float, end: float, out: Path) -> None:
    """Write the sound of ``audio`` between two moments, in seconds, to ``out`` as FLAC.

    Its first sample is the one at ``start``. Raises StageError.
    """
    import av

    with _reading(audio) as (container, stream), av.open(str(out), "w", format="flac") as made:
        rate = stream.rate
        first, last = round(start * rate), round(end * rate)
        track: Any = made.add_stream("flac", rate=rate)
        track.layout, track.format = "mono", "s16"
        written = 0
        if first:
            # A second earlier, since a demuxer may land a little late.
            container.seek(max(0, round((start - 1) / stream.time_base)), stream=stream)
        for sound in _samples(container, stream, first, last):
            frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, written
            written += sound.shape[0]
            made.mux(track.encode(frame))
        made.mux(track.encode(None))
    if written != last - first:
        raise StageError(f"{audio.name} could not be cut at {start:.2f} s")


def _samples(container: Any, stream: Any, first: int, last: int) -> Iterator[NDArray[np.int16]]:
    """Yield the samples from ``first`` to before ``last``, as far as they come."""
    import numpy as np

    for frame in container.decode(stream):
        begin = round(frame.pts * stream.time_base * stream.rate)
        sound = frame.to_ndarray().reshape(-1).astype(np.int16, copy=False)
        part = sound[max(0, first - begin) : max(0, last - begin)]
        if len(part):
            yield np.ascontiguousarray(part)
        if begin + len(sound) >= last:
            return


@contextmanager
def _reading(audio: Path) -> Iterator[tuple[Any, Any]]:
    import av

    try:
        with av.open(str(audio), format="flac") as container:
            yield container, container.streams.audio[0]
    except av.FFmpegError as error:
        raise StageError(f"{audio.name} cannot be read: {error.strerror}") from error
