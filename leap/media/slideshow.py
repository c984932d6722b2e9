"""A video made of still pictures and sound: what a recorded lecture with slides looks like.

Encoding is cheap on purpose: few frames a second that hardly differ, and a
keyframe wherever the picture changes, so that a cut there loses nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap.errors import BadInput, MissingTool
from leap.media.ffmpeg import url
from leap.media.probe import opened, sound

if TYPE_CHECKING:
    import numpy as np
    from av.audio.stream import AudioStream
    from av.packet import Packet
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

FRAME_RATE = 5
#: Frames from one keyframe to the next at most: 5 seconds.
_GOP = 25
_BIT_RATE = 48_000
#: What an AAC frame holds, so that the encoder never has to wait for more.
_SAMPLES_AT_ONCE = 1024
_X264 = {
    "preset": "ultrafast",
    "tune": "stillimage",
    "crf": "20",
    # One thread: the bytes then depend on nothing but the input.
    "threads": "1",
    "forced-idr": "1",
    "x264-params": f"keyint={_GOP}:min-keyint=1:scenecut=0:open-gop=0",
}


@dataclass(frozen=True, slots=True)
class Still:
    """One picture, ``(height, width, 3)`` RGB bytes, and how many frames it stays."""

    pixels: NDArray[np.uint8]
    frames: int


def decode(path: Path, *, rate: int) -> NDArray[np.int16]:
    """Return the sound of ``path`` as mono samples, ``rate`` of them a second.

    Raises BadInput where it has no sound or cannot be read.
    """
    import av
    import numpy as np

    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    with opened(path) as (media, _):
        stream = sound(media)
        if stream is None:
            raise BadInput("has no sound")
        frames = [out for frame in media.decode(stream) for out in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames], dtype=np.int16)


def encode(
    path: Path,
    stills: Sequence[Still],
    samples: NDArray[np.int16],
    *,
    rate: int,
    title: str,
    created_at: datetime,
) -> None:
    """Write an MP4 (H.264, AAC) of ``stills`` one after the other, with mono ``samples``.

    Its index stands before its media; it has a keyframe at every still and at
    least every 5 seconds; the same input gives the same bytes. All stills are
    of one size. Raises OSError where it cannot be written.
    """
    try:
        import av
    except ImportError:
        raise MissingTool("PyAV is not installed", hint="run `pip install av`") from None
    height, width, _ = stills[0].pixels.shape
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(url(path), "w", format="mp4", options=options) as media:
        media.metadata["title"] = title
        media.metadata["creation_time"] = f"{created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        video = media.add_stream("libx264", rate=FRAME_RATE, options=_X264)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = media.add_stream("aac", rate=rate, options={"aac_coder": "fast"})
        audio.layout, audio.bit_rate = "mono", _BIT_RATE
        pictures, sounds = _pictures(video, stills), _sounds(audio, samples, rate)
        for packet in heapq.merge(pictures, sounds, key=_time):
            media.mux(packet)


def _pictures(stream: VideoStream, stills: Sequence[Still]) -> Iterator[Packet[Any]]:
    from av.video.frame import PictureType, VideoFrame

    at = 0
    for still in stills:
        frame = VideoFrame.from_ndarray(still.pixels, format="rgb24").reformat(format="yuv420p")
        frame.time_base = Fraction(1, FRAME_RATE)
        for number in range(still.frames):
            frame.pts, at = at, at + 1
            frame.pict_type = PictureType.NONE if number else PictureType.I
            yield from stream.encode(frame)
    yield from stream.encode(None)


def _sounds(stream: AudioStream, samples: NDArray[np.int16], rate: int) -> Iterator[Packet[Any]]:
    from av.audio.frame import AudioFrame

    for at in range(0, len(samples), _SAMPLES_AT_ONCE):
        piece = samples[at : at + _SAMPLES_AT_ONCE]
        frame = AudioFrame.from_ndarray(piece.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _time(packet: Packet[Any]) -> Fraction:
    return (packet.dts or 0) * (packet.time_base or Fraction(1))
