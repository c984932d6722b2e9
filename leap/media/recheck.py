"""Whether a file that was laid together from pieces came out as planned."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappush, heappushpop
from pathlib import Path

from leap.media.index import VideoIndex
from leap.media.probe import opened, picture, sound

#: Seconds that the result may be longer or shorter than planned.
_TOLERANCE = 0.2
#: A file whose headers promise more than its packets hold is as short in the copy.
_SLACK_AT_END = 2.0
#: No codec shows a picture later than this many packets after it was decoded.
_REORDERED = 64


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How the pictures of a video follow each other; ``largest_gap`` is in seconds.

    ``crammed`` counts pictures that come less than half a frame after the one
    before: what careless cutting does to those in front of a joint.
    """

    crammed: int
    largest_gap: float


def rhythm(stamps: Iterable[int], time_base: Fraction, frame: Fraction) -> Rhythm:
    """Return the rhythm of pictures with these presentation times, in decoding order."""
    crammed, largest = 0, 0
    half = frame / 2 / time_base
    before: int | None = None
    for stamp in _presented(stamps):
        if before is not None:
            crammed += stamp - before < half
            largest = max(largest, stamp - before)
        before = stamp
    return Rhythm(crammed, float(largest * time_base))


def _presented(stamps: Iterable[int]) -> Iterator[int]:
    """Yield ``stamps`` ascending, as they are shown, holding only a few at a time."""
    waiting: list[int] = []
    for stamp in stamps:
        if len(waiting) < _REORDERED:
            heappush(waiting, stamp)
        else:
            yield heappushpop(waiting, stamp)
    yield from sorted(waiting)


def fault(made: Path, duration: float, index: VideoIndex | None) -> str | None:
    """Return what is wrong with the file at ``made``, or None where nothing is.

    Its length must be ``duration`` to 0.2 s, the decoding times of each stream
    must increase, and its pictures must follow each other as they did in the
    source, whose ``index`` this is (None for sound alone). Raises BadInput
    where it cannot be read at all.
    """
    end = 0.0
    stamps: array[int] = array("q")
    with opened(made) as (media, _):
        video = picture(media)
        used = [stream for stream in (video, sound(media)) if stream is not None]
        last: dict[int, int] = {}
        for packet in media.demux(*used):
            if packet.size == 0 or packet.pts is None or packet.time_base is None:
                continue
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            if packet.dts is not None:
                if packet.dts <= last.get(packet.stream_index, packet.dts - 1):
                    return f"decoding times do not increase at {end:.2f} s"
                last[packet.stream_index] = packet.dts
            if video is not None and packet.stream_index == video.index:
                stamps.append(packet.pts)
        base = Fraction(video.time_base) if video is not None and video.time_base else None
    if not duration - _SLACK_AT_END <= end <= duration + _TOLERANCE:
        return f"it lasts {end:.2f} s instead of {duration:.2f} s"
    if base is None or index is None:
        return None
    before = rhythm(index.stamps, index.time_base, index.frame)
    after = rhythm(stamps, base, index.frame)
    if after.crammed > before.crammed:
        return f"{after.crammed} pictures follow the one before in less than half a frame"
    if after.largest_gap > max(_TOLERANCE, before.largest_gap + float(index.frame)):
        return f"there is no new picture for {after.largest_gap:.2f} s"
    return None
