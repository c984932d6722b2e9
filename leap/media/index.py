"""Where a video can be cut: its keyframes, and where a run of pictures is complete.

Packets come in decoding order, in which a picture stands behind those that it
is made from; B-frames are shown earlier than they stand. A piece of video
begins with a keyframe and may end only where nothing that was left out would
be shown before something that was taken.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil
from pathlib import Path
from statistics import median

from leap.domain.cuts import Span, snapped
from leap.domain.ports import Progress
from leap.media.probe import opened, picture

#: A picture is not taken to last longer than this when pieces are laid together.
_LONGEST_FRAME = Fraction(1, 10)
_SAMPLE = 10_000


@dataclass(frozen=True, slots=True)
class Piece:
    """What of the source goes into the new file in one go.

    ``first`` and ``stop`` are positions of video packets in decoding order
    (both 0 where there is no video); ``start`` and ``end`` are seconds on the
    source's timeline, and the next piece begins where this one ends.
    """

    first: int
    stop: int
    start: Fraction
    end: Fraction


@dataclass(frozen=True)
class VideoIndex:
    """The times of all pictures of a video, sixteen bytes for each.

    ``stamps`` are their presentation times in decoding order, in units of
    ``time_base`` from the source's beginning; ``keys`` are the positions of
    keyframes in ``stamps``, at least one.
    """

    stamps: array[int]
    keys: array[int]
    time_base: Fraction

    @cached_property
    def keyframes(self) -> tuple[float, ...]:
        """The times of the keyframes, ascending, in seconds."""
        return tuple(sorted(self._key_at))

    @cached_property
    def frame(self) -> Fraction:
        """The seconds that a picture lasts where they follow each other fastest.

        The tenth percentile of the spacings in the middle of the video: slides
        that stand for a minute and single oddities do not count.
        """
        begin = max(0, len(self.stamps) // 2 - _SAMPLE // 2)
        ordered = sorted(self.stamps[begin : begin + _SAMPLE])
        spacings = sorted(other - one for one, other in pairwise(ordered) if other > one)
        if not spacings:
            return _LONGEST_FRAME
        return min(_LONGEST_FRAME, spacings[len(spacings) // 10] * self.time_base)

    def keyframe_interval(self) -> dict[str, float] | None:
        """Return ``median`` and ``max`` seconds between keyframes; None below two."""
        spacings = [other - one for one, other in pairwise(self.keyframes)]
        if not spacings:
            return None
        return {"median": round(median(spacings), 3), "max": round(max(spacings), 3)}

    def pieces(self, keeps: Sequence[Span], duration: float) -> tuple[Piece, ...]:
        """Return ``keeps`` as they can really be cut; see `snapped` for the starts.

        An end moves forward to the end of the last picture that is needed; a
        piece that then reaches the next one is joined with it. Nothing that
        ``keeps`` holds is lost.
        """
        result: list[Piece] = []
        for keep in snapped(keeps, self.keyframes):
            first = self._key_at.get(keep.start)
            start = Fraction(keep.start) if first is None else self.stamps[first] * self.time_base
            first = self.keys[0] if first is None else first
            if result and (first < result[-1].stop or start <= result[-1].end):
                joined = result.pop()
                first, start = joined.first, joined.start
            stop, end = self._close(first, keep.end, duration)
            result.append(Piece(first, stop, start, end))
        return tuple(result)

    @cached_property
    def _key_at(self) -> dict[float, int]:
        return {float(self.stamps[key] * self.time_base): key for key in self.keys}

    @cached_property
    def _rest(self) -> array[int]:
        """For each position, the earliest time at it or behind it in decoding order."""
        rest = array("q", self.stamps)
        for position in range(len(rest) - 2, -1, -1):
            rest[position] = min(rest[position], rest[position + 1])
        return rest

    def _close(self, first: int, end: float, duration: float) -> tuple[int, Fraction]:
        """Return where the piece that begins at ``first`` and holds ``end`` can end."""
        wanted = ceil(Fraction(end) / self.time_base)
        last = self.stamps[first]
        for position in range(first + 1, len(self.stamps)):
            last = max(last, self.stamps[position - 1])
            following = self._rest[position]
            if following >= wanted and following > last:
                held = max(Fraction(end), last * self.time_base + self.frame)
                return position, min(following * self.time_base, held)
        return len(self.stamps), Fraction(duration)


def read_index(path: Path, progress: Progress | None = None) -> VideoIndex | None:
    """Return the index of the video at ``path``; None where it cannot be cut.

    That is where it has no picture, or its container keeps no presentation
    times (AVI with B-frames). Nothing is decoded. Raises BadInput.
    """
    with opened(path) as (media, _):
        from av.stream import Discard

        video = picture(media)
        if video is None or video.time_base is None:
            return None
        for stream in media.streams:
            if stream.index != video.index:
                stream.discard = Discard.all
        base = Fraction(video.time_base)
        start = round(Fraction(media.start_time or 0, 1_000_000) / base)
        total = media.duration or 0
        stamps, keys = array("q"), array("q")
        for packet in media.demux(video):
            if packet.size == 0:
                continue
            if packet.pts is None:
                return None
            if packet.is_keyframe:
                keys.append(len(stamps))
            stamps.append(packet.pts - start)
            if progress is not None and total and len(stamps) % 5000 == 0:
                progress(min(1.0, float(stamps[-1] * base) * 1e6 / total), "looking for keyframes")
    return VideoIndex(stamps, keys, base) if keys else None
