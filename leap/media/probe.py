"""What a media file holds, read with PyAV from its headers."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from leap.errors import BadInput, MissingTool
from leap.media.ffmpeg import url
from leap.media.sniff import Container, container_of

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

LONGEST = 48 * 3600.0
WIDEST = 8192
MOST_STREAMS = 64
#: Containers that were never told the time say 1904 or 1970.
_FIRST_CREDIBLE = datetime(1990, 1, 1, tzinfo=UTC)
#: A box of an ISO file begins with 4 bytes of length and 4 of kind.
_BOX_HEAD = 8
_M_MMAP_THRESHOLD = -3


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The picture: pixels, frames per second (None where it varies or is unknown)."""

    index: int
    codec: str
    width: int
    height: int
    frame_rate: float | None


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """The sound: samples per second and channels."""

    index: int
    codec: str
    sample_rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What one media file holds.

    ``duration`` is in seconds as the file declares it (measured where it
    declares none); ``created_at`` is the container's creation time, aware.
    ``damaged_share`` is the share, 0 to 1, of its pictures or pieces of sound
    that were found damaged, where somebody looked.
    """

    container: Container
    size: int
    duration: float
    video: VideoInfo | None
    audio: AudioInfo | None
    created_at: datetime | None
    damaged_share: float | None = None


def probe(path: Path) -> MediaInfo:
    """Return what the file at ``path`` holds.

    Raises BadInput with one line where it is no media, is damaged before its
    headers end, or is absurd (longer than 48 h, more than 8192 pixels wide or
    high, more than 64 streams); OSError where it cannot be opened.
    """
    with opened(path) as (media, container):
        return _describe(path, media, container)


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, Container]]:
    """Open ``path`` for reading as what its first bytes say, and as nothing else.

    libav's errors inside the block become BadInput.
    """
    container = container_of(path)
    try:
        import av
    except ImportError:
        raise MissingTool("PyAV is not installed", hint="run `pip install av`") from None
    _give_memory_back()
    options = {"protocol_whitelist": "file", "max_streams": str(MOST_STREAMS)}
    try:
        with av.open(url(path), format=container.demuxer, options=options) as media:
            yield media, container
    except av.error.InvalidDataError:
        raise BadInput(_why_unreadable(path, container)) from None
    except av.error.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise BadInput(f"cannot be read as {container.name}: {error.strerror}") from None


@cache
def _give_memory_back() -> None:
    """Have large tables taken from the system, and given back when they are freed.

    libav's tables of a long recording grow and are replaced many times; glibc
    would keep the holes, a third of all memory. See M_MMAP_THRESHOLD in
    https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 1 << 18)


def _describe(path: Path, media: InputContainer, container: Container) -> MediaInfo:
    if len(media.streams) > MOST_STREAMS:
        raise BadInput(f"has {len(media.streams)} streams, more than any lecture")
    video, audio = picture(media), sound(media)
    if video is None and audio is None:
        raise BadInput("holds neither picture nor sound")
    info = MediaInfo(
        container=container,
        size=path.stat().st_size,
        duration=_duration(media),
        video=_video_info(video) if video else None,
        audio=_audio_info(audio) if audio else None,
        created_at=_created_at(media),
    )
    if info.duration <= 0:
        raise BadInput("lasts 0 s: there is nothing in it")
    if info.duration > LONGEST:
        raise BadInput(f"declares {info.duration / 3600:.0f} hours, more than any lecture")
    return info


def picture(media: InputContainer) -> VideoStream | None:
    """Return the stream of moving pictures, if there is one; a cover image is none."""
    from av.stream import Disposition

    return next(
        (
            stream
            for stream in media.streams.video
            if not stream.disposition & Disposition.attached_pic and _codec(stream) != ""
        ),
        None,
    )


def sound(media: InputContainer) -> AudioStream | None:
    """Return the first stream of sound that can be decoded, if there is one."""
    return next((stream for stream in media.streams.audio if _codec(stream) != ""), None)


def _codec(stream: VideoStream | AudioStream) -> str:
    """Return the name of the codec, such as ``h264`` or ``mp3``; "" where libav has none."""
    # PyAV leaves the context out where no decoder is known.
    context = getattr(stream, "codec_context", None)
    return str(context.codec.canonical_name) if context is not None else ""


def _video_info(stream: VideoStream) -> VideoInfo:
    width, height = stream.codec_context.width, stream.codec_context.height
    if not (0 < width <= WIDEST and 0 < height <= WIDEST):
        raise BadInput(f"has a picture of {width} x {height} pixels; up to {WIDEST} are read")
    rate = stream.average_rate
    return VideoInfo(stream.index, _codec(stream), width, height, float(rate) if rate else None)


def _audio_info(stream: AudioStream) -> AudioInfo:
    context = stream.codec_context
    return AudioInfo(stream.index, _codec(stream), context.sample_rate or 0, context.channels)


def _duration(media: InputContainer) -> float:
    """Return the seconds that the headers declare, or those that the packets reach.

    Browsers' recorders and live writers leave the duration out.
    """
    if media.duration and media.duration > 0:
        return float(media.duration) / 1e6
    start = media.start_time or 0
    last = 0.0
    for packet in media.demux():
        if packet.pts is not None and packet.time_base is not None:
            end = float((packet.pts + (packet.duration or 0)) * packet.time_base) - start / 1e6
            last = max(last, end)
    return last


def _created_at(media: InputContainer) -> datetime | None:
    text = media.metadata.get("creation_time")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if moment >= _FIRST_CREDIBLE else None


def _why_unreadable(path: Path, container: Container) -> str:
    """Say why libav calls the file invalid, as well as its outline tells."""
    if container.demuxer == "mov" and not _has_moov(path):
        return "has no index (moov): the file is truncated, or its recording was never finished"
    return f"cannot be read as {container.name}: the file is damaged"


def plays_while_loading(path: Path) -> bool:
    """Tell whether the ISO file at ``path`` has its whole index before its media."""
    kinds = [kind for kind, _ in _boxes(path)]
    if b"moov" not in kinds or b"mdat" not in kinds or b"moof" in kinds:
        return False
    return kinds.index(b"moov") < kinds.index(b"mdat")


def _has_moov(path: Path) -> bool:
    """Tell whether an ISO file has its index, and all of it."""
    return any(kind == b"moov" and whole for kind, whole in _boxes(path))


def _boxes(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Yield the kind of each outermost box of an ISO file, and whether it ends inside the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        position = 0
        while position + _BOX_HEAD <= size:
            file.seek(position)
            head = file.read(2 * _BOX_HEAD)
            length, kind = int.from_bytes(head[:4]), head[4:8]
            if length == 1:
                length = int.from_bytes(head[8:])
            elif length == 0:
                length = size - position  # up to the end of the file
            yield kind, position + length <= size
            if length < _BOX_HEAD:
                return
            position += length
