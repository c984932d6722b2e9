"""Laying pieces of a recording one behind the other without encoding anything.

Packets are copied as they are; only their times change, those of picture and
sound of a piece by the same amount, so that no drift can build up. A piece
begins where the picture of the one before it ends. Unlike what a player gets
from ``ffmpeg -c copy`` with several cuts, no frames in front of a joint are
squeezed into no time, and no edit list has to hide anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap.domain.ports import Progress
from leap.errors import StageError
from leap.media.ffmpeg import url
from leap.media.index import Piece
from leap.media.probe import MediaInfo, opened, picture, sound
from leap.media.sniff import MOV

if TYPE_CHECKING:
    from av.error import FFmpegError
    from av.packet import Packet

_MP4_VIDEO = {"h264", "hevc", "av1", "vp9", "mpeg4"}
_MP4_AUDIO = {"aac", "mp3", "opus", "flac", "alac", "ac3", "eac3"}
_WEBM_VIDEO = {"vp8", "vp9", "av1"}
_WEBM_AUDIO = {"opus", "vorbis"}
#: Which file sound alone goes into: extension and libav's muxer.
_SOUND_ONLY = {
    "aac": (".m4a", "mp4"),
    "alac": (".m4a", "mp4"),
    "flac": (".m4a", "mp4"),
    "mp3": (".mp3", "mp3"),
    "opus": (".ogg", "ogg"),
    "vorbis": (".ogg", "ogg"),
}
_SECOND_IN_MICROSECONDS = 1_000_000
#: Matroska keeps no decoding times; the first ones, as many as pictures are
#: reordered by, have to be made up. H.264 and HEVC reorder 16 at most.
_MOST_REORDERED = 32


def target_format(info: MediaInfo) -> tuple[str, str]:
    """Return the extension and libav's muxer for what ``info`` holds.

    MP4 where its codecs may live there, because every browser plays it; WebM
    for WebM's own; else QuickTime or Matroska, which take nearly anything.
    """
    video = info.video.codec if info.video else None
    audio = info.audio.codec if info.audio else None
    if video is None:
        if audio is not None and audio.startswith("pcm_"):
            return ".wav", "wav"
        return _SOUND_ONLY.get(audio or "", (".mka", "matroska"))
    if video in _WEBM_VIDEO and audio in {*_WEBM_AUDIO, None}:
        return ".webm", "webm"
    if video in _MP4_VIDEO and audio in {*_MP4_AUDIO, None}:
        return ".mp4", "mp4"
    if info.container is MOV:
        return ".mov", "mov"
    return ".mkv", "matroska"


def remux(
    source: Path,
    pieces: Sequence[Piece],
    destination: Path,
    *,
    muxer: str,
    progress: Progress | None = None,
) -> None:
    """Write the ``pieces`` of ``source``, one behind the other, to ``destination``.

    The first picture and the first sound of the source are taken; other
    streams and its metadata are left behind. MP4 gets its index in front, so
    that it plays while it loads. Memory grows only with libav's tables
    of packets, about 30 MB for each hour.

    Raises BadInput where the source cannot be read, StageError where the
    format cannot hold it.
    """
    import av

    total = float(sum(piece.end - piece.start for piece in pieces))
    options = {"movflags": "+faststart"} if muxer in {"mp4", "mov"} else {}
    try:
        # The source is closed first: the new index needs the memory of libav's tables of it.
        with (
            av.open(url(destination), "w", format=muxer, options=options) as made,
            opened(source) as (media, _),
        ):
            origin = Fraction(media.start_time or 0, _SECOND_IN_MICROSECONDS)
            tracks: dict[int, _Track] = {}
            for stream in (picture(media), sound(media)):
                if stream is not None:
                    kind = _VideoTrack if stream.type == "video" else _SoundTrack
                    out = made.add_stream_from_template(stream)
                    tracks[stream.index] = kind(stream, out, pieces, origin)
            _copy(media, made, tracks, total, progress)
    except av.error.FFmpegError as error:
        raise _unwritable(error) from None


def _copy(
    media: Any, made: Any, tracks: dict[int, _Track], total: float, progress: Progress | None
) -> None:
    """Send every packet through its track until each has all of its pieces."""
    import av
    from av.stream import Discard

    for stream in media.streams:
        if stream.index not in tracks:
            stream.discard = Discard.all
    told = 0.0
    for packet in media.demux(*(media.streams[index] for index in tracks)):
        if packet.size == 0:
            continue
        track = tracks[packet.stream_index]
        if track.takes(packet):
            try:
                made.mux_one(packet)
            except av.error.FFmpegError as error:
                raise _unwritable(error) from None
            if progress is not None and track.seconds - told > total / 100:
                told = track.seconds
                progress(min(1.0, told / total), "copying what is kept")
        elif all(each.done for each in tracks.values()):
            break


def _unwritable(error: FFmpegError) -> Exception:
    """Return what to raise for libav's error in writing: the disk's as it is."""
    if isinstance(error, OSError):
        return error
    return StageError(f"cannot be written: {error.strerror}")


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece in the time base of one stream; ``shift`` takes its old times to the new ones."""

    first: int
    stop: int
    start: int
    end: int
    shift: int


class _Track:
    """One stream on its way; `takes` moves a packet to its new time, or refuses it."""

    def __init__(self, stream: Any, out: Any, pieces: Sequence[Piece], origin: Fraction) -> None:
        base = Fraction(stream.time_base)
        out.time_base = base
        self.done = False
        self.seconds = 0.0
        self._base = base
        self._out = out
        self._origin = round(origin / base)
        self._last_dts: int | None = None
        self._parts: list[_Part] = []
        position = Fraction(0)
        for piece in pieces:
            start, end = round(piece.start / base), round(piece.end / base)
            shift = round((position - piece.start) / base)
            self._parts.append(_Part(piece.first, piece.stop, start, end, shift))
            position += piece.end - piece.start
        self._parts.reverse()  # the next one is the last one

    def takes(self, packet: Packet[Any]) -> bool:
        raise NotImplementedError

    def _move(self, packet: Packet[Any], stamp: int, shift: int) -> None:
        """Give ``packet`` its new times; ``stamp`` is its old one from the source's beginning.

        Decoding times only have to increase; where two pieces meet, those of
        the second may have to give way by a tick.
        """
        pts = stamp + shift
        last = self._last_dts if self._last_dts is not None else pts - _MOST_REORDERED
        dts = last + 1 if packet.dts is None else min(pts, packet.dts - self._origin + shift)
        if self._last_dts is not None:
            dts = max(dts, last + 1)
        if dts > pts:
            if self._out.type == "video":
                raise StageError(
                    f"its pictures are out of order at {float(stamp * self._base):.2f} s"
                )
            pts = dts
        packet.pts, packet.dts, packet.stream = pts, dts, self._out
        self._last_dts = dts
        self.seconds = float(pts * self._base)


class _VideoTrack(_Track):
    """Takes packets by their position in decoding order."""

    _position = -1

    def takes(self, packet: Packet[Any]) -> bool:
        self._position += 1
        while self._parts and self._position >= self._parts[-1].stop:
            self._parts.pop()
        if not self._parts:
            self.done = True
            return False
        part = self._parts[-1]
        stamp = (packet.pts or 0) - self._origin
        # What is shown before its keyframe needs pictures that are not there.
        if self._position < part.first or stamp < part.start:
            return False
        self._move(packet, stamp, part.shift)
        return True


class _SoundTrack(_Track):
    """Takes packets by their time; two of them never sound at once where pieces meet."""

    _last_end: int | None = None
    _joining = False

    def takes(self, packet: Packet[Any]) -> bool:
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None:
            return False
        stamp -= self._origin
        while self._parts and stamp >= self._parts[-1].end:
            self._parts.pop()
            self._joining = True
        if not self._parts:
            self.done = True
            return False
        part = self._parts[-1]
        # What lies before the very beginning primes the decoder and is not heard.
        if stamp < part.start and part.start > 0:
            return False
        new = stamp + part.shift
        if self._joining and self._last_end is not None and new < self._last_end:
            return False
        self._joining = False
        self._last_end = new + (packet.duration or 0)
        self._move(packet, stamp, part.shift)
        return True
