"""Whether a media file is whole: read to its end, and tried out in many places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap.domain.ports import Progress
from leap.errors import BadInput
from leap.media.probe import MediaInfo, opened, picture, probe, sound
from leap.media.sniff import AVI, MATROSKA, MP3, WAV, WEBM

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.packet import Packet
    from av.video.stream import VideoStream

    Streamed = VideoStream | AudioStream

#: A good file may end this much before what its headers declare.
_SLACK = 2.0
_SLACK_SHARE = 0.01
#: How many packets of each stream are decoded, and what share may fail.
_SAMPLES = 40
_MOST_DAMAGED = 0.02
#: Bytes that Matroska spends beside its packets; more are left over only by damage.
_OVERHEAD_PER_PACKET = 24
_OVERHEAD = 64 << 10
_OVERHEAD_SHARE = 0.05
#: Codecs whose packets are chains of units, each with its length before it; and
#: where their headers say how many bytes a length has.
_LENGTH_SIZE_AT = {"h264": 4, "hevc": 21}


def verify_decodable(path: Path, progress: Progress | None = None) -> MediaInfo:
    """Read ``path`` to the end, decoding samples only; return what it holds.

    The timestamps must reach the declared duration, and what can be checked
    of the packets must be sound. Memory grows only with libav's own tables.

    Raises BadInput with one line: truncated, damaged, absurd or no media.
    """
    info = probe(path)
    with opened(path) as (media, container):
        _refuse_cut_riff(path, info)
        start = (media.start_time or 0) / 1e6
        checks = {
            stream.index: _Check(stream, info.duration)
            for stream in (picture(media), sound(media))
            if stream is not None
        }
        told, size, packets = 0.0, 0, 0
        for packet in media.demux():
            size, packets = size + packet.size, packets + 1
            check = checks.get(packet.stream_index)
            if check is None or packet.size == 0:
                continue
            check.see(packet, start)
            if progress is not None and check.end - told > info.duration / 100:
                told = check.end
                progress(min(1.0, told / info.duration), "checking that the file is whole")
        attached = sum(
            len(stream.data) for stream in media.streams.attachments if hasattr(stream, "data")
        )
    reached = max(check.end for check in checks.values())
    if container is MP3 and not _declares_length(path):
        info = replace(info, duration=reached)
    else:
        _refuse_truncated(info, reached, checks.values())
    for check in checks.values():
        check.refuse_damaged()
    if container in {MATROSKA, WEBM}:
        _refuse_lost(info, size + attached, packets)
    return replace(info, damaged_share=max(check.damaged_share for check in checks.values()))


class _Check:
    """What was seen of one stream so far; ``end`` is in seconds from the file's start."""

    def __init__(self, stream: Streamed, duration: float) -> None:
        self.kind = stream.type
        self.end = 0.0
        self.declared = float((stream.duration or 0) * (stream.time_base or 0))
        self.seen = self.broken = 0
        self.sampled = self.undecodable = 0
        self._every = duration / _SAMPLES
        self._next_sample = 0.0
        self._length_size = _length_size(stream)
        stream.codec_context.thread_count = 1

    def see(self, packet: Packet[Any], start: float) -> None:
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is not None and packet.time_base is not None:
            begin = float(stamp * packet.time_base) - start
            self.end = max(self.end, begin + float((packet.duration or 0) * packet.time_base))
            if begin >= self._next_sample and (self.kind == "audio" or packet.is_keyframe):
                self._next_sample = begin + self._every
                self.sampled += 1
                self.undecodable += not _decodes(packet)
        if self._length_size is not None:
            self.seen += 1
            self.broken += not _is_chain(memoryview(packet), self._length_size)

    @property
    def damaged_share(self) -> float:
        shares = ((self.broken, self.seen), (self.undecodable, self.sampled))
        return max((damaged / count for damaged, count in shares if count), default=0.0)

    def refuse_damaged(self) -> None:
        name = "pictures" if self.kind == "video" else "pieces of sound"
        if self.broken > self.seen * _MOST_DAMAGED:
            raise BadInput(f"{self.broken} of its {self.seen} {name} are damaged")
        if self.undecodable > self.sampled * _MOST_DAMAGED:
            raise BadInput(f"{self.undecodable} of {self.sampled} {name} tried cannot be decoded")


def _length_size(stream: Streamed) -> int | None:
    """Return the bytes of each unit's length, or None where packets are no such chains.

    A header that begins with 1 is an avcC or hvcC record (ISO/IEC 14496-15).
    """
    context = stream.codec_context
    at = _LENGTH_SIZE_AT.get(context.codec.canonical_name)
    header = bytes(context.extradata or b"")
    if at is None or len(header) <= at or header[0] != 1:
        return None
    return (header[at] & 3) + 1


def _is_chain(data: memoryview, length_size: int) -> bool:
    """Tell whether ``data`` is units one after the other that end where it ends."""
    position, size = 0, len(data)
    while position + length_size < size:
        length = int.from_bytes(data[position : position + length_size])
        if length == 0:
            return False
        position += length_size + length
    return position == size


def _decodes(packet: Packet[Any]) -> bool:
    """Tell whether ``packet`` alone can be decoded; its decoder forgets it again."""
    import av

    context = packet.stream.codec_context
    try:
        frames = [*context.decode(packet), *context.decode(None)]
    except av.error.FFmpegError:
        return False
    finally:
        context.flush_buffers()
    return not any(frame.is_corrupt for frame in frames)


def _refuse_truncated(info: MediaInfo, reached: float, checks: Iterable[_Check]) -> None:
    slack = max(_SLACK, info.duration * _SLACK_SHARE)
    pairs = [(reached, info.duration)]
    pairs += [(check.end, check.declared) for check in checks]
    for end, declared in pairs:
        if end < declared - min(slack, declared / 2):
            raise BadInput(
                f"ends after {_clock(end)} of {_clock(declared)} declared: the file is truncated",
                hint="copy or export it again",
            )


def _declares_length(path: Path) -> bool:
    """Tell whether an MP3 has one of the tags that say how long it is.

    Without one its length is guessed from its first bit rate, often wrongly.
    """
    with path.open("rb") as file:
        head = file.read(1 << 18)
    return any(tag in head for tag in (b"Xing", b"Info", b"VBRI"))


def _refuse_cut_riff(path: Path, info: MediaInfo) -> None:
    """Refuse a WAV or AVI that is shorter than the length at its beginning.

    libav takes the end of such a file for the end of the recording.
    """
    if info.container not in {WAV, AVI}:
        return
    with path.open("rb") as file:
        head = file.read(8)
    declared = int.from_bytes(head[4:8], "little")
    if head[:4] == b"RIFF" and info.size < declared < (1 << 32) - 1:
        raise BadInput(
            f"has {info.size} of {declared + 8} bytes declared: the file is truncated",
            hint="copy or export it again",
        )


def _refuse_lost(info: MediaInfo, seen: int, packets: int) -> None:
    """Refuse a Matroska file of whose bytes too many belong to no packet.

    libav skips over damage without a word; the times go on behind it.
    """
    expected = seen + packets * _OVERHEAD_PER_PACKET + _OVERHEAD
    lost = info.size - expected
    if lost > info.size * _OVERHEAD_SHARE:
        raise BadInput(f"{lost} of its {info.size} bytes cannot be read: the file is damaged")


def _clock(seconds: float) -> str:
    """Return ``1 h 2 min``, ``9 min 3 s`` or ``41.5 s``."""
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, left = divmod(minutes, 60)
    return f"{hours} h {left} min" if hours else f"{minutes} min {rest} s"
