"""Which parts of a recording are kept, and how its times move when the rest is cut.

All times are seconds. The *old* timeline is the source's, the *new* one that of
the trimmed video. Everything here is pure; who makes silences and keyframes is
not its business.

    wanted = wanted_keeps(duration, silences, rules)
    keeps = snapped(wanted, keyframes)
    cuts = Cuts.of(keeps, duration)
    cuts.to_new(125.0)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

#: A silence this close to an edge of the recording begins or ends it.
_EDGE = 0.1
#: Cutting out less than this is not worth a joint.
_WORTH_CUTTING = 0.5
#: New times are written with six digits.
_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time; ``start <= end``."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, order=True)
class Keep:
    """A part of the source that is kept, and where it begins on the new timeline."""

    start: float
    end: float
    new_start: float

    @property
    def length(self) -> float:
        """Seconds from start to end, the same on both timelines."""
        return self.end - self.start

    @property
    def new_end(self) -> float:
        """Where it ends on the new timeline."""
        return self.new_start + self.length


@dataclass(frozen=True, slots=True)
class Removed:
    """A part of the source that is cut out, and why."""

    start: float
    end: float
    reason: str


@dataclass(frozen=True, slots=True)
class CutRules:
    """What is to be cut; the fields are the settings of ``trim`` by the same names.

    Attributes:
        silence_longer_than: shorter silences are speech, wherever they are.
        padding: silence that stays on both sides of what is kept.
        edges: whether the silence before the first and after the last sound goes.
        pauses_longer_than: which pauses inside go, or None to keep them all.
        max_removed: the share of the recording, 0 to 1, that may be cut out.
    """

    silence_longer_than: float = 2.0
    padding: float = 1.0
    edges: bool = True
    pauses_longer_than: float | None = 60.0
    max_removed: float = 0.7


def wanted_keeps(duration: float, silences: Sequence[Span], rules: CutRules) -> tuple[Span, ...]:
    """Return what is to be kept of 0..``duration`` by the rules, in order, not touching.

    It is the complement of the silences that the rules remove, each made
    smaller by the padding. Nothing but silence is ever left out.
    """
    keeps = []
    start = 0.0
    for silence in silences:
        leading = silence.start <= _EDGE
        trailing = silence.end >= duration - _EDGE
        if not _goes(silence, rules, edge=leading or trailing):
            continue
        cut_start = 0.0 if leading else silence.start + rules.padding
        cut_end = duration if trailing else silence.end - rules.padding
        if cut_end - cut_start < _WORTH_CUTTING:
            continue
        if cut_start > start:
            keeps.append(Span(start, cut_start))
        start = cut_end
    if start < duration:
        keeps.append(Span(start, duration))
    return tuple(keeps)


def _goes(silence: Span, rules: CutRules, *, edge: bool) -> bool:
    if silence.length < rules.silence_longer_than:
        return False
    if edge:
        return rules.edges
    return rules.pauses_longer_than is not None and silence.length >= rules.pauses_longer_than


def snapped(keeps: Sequence[Span], keyframes: Sequence[float]) -> tuple[Span, ...]:
    """Return ``keeps`` with each start moved back to a keyframe, and merged.

    A picture can only be cut open where a keyframe begins; before the first
    one there is no picture, and the start stays. What is then separated by
    less than half a second is one piece. Nothing that was kept is lost.
    ``keyframes`` are ascending; without any, starts stay where they are.
    """
    result: list[Span] = []
    for keep in keeps:
        place = bisect_right(keyframes, keep.start)
        start = keyframes[place - 1] if place else keep.start
        if start < _WORTH_CUTTING:
            start = 0.0
        if result and start - result[-1].end < _WORTH_CUTTING:
            result[-1] = Span(result[-1].start, max(result[-1].end, keep.end))
        else:
            result.append(Span(start, keep.end))
    return tuple(result)


def guard(keeps: Sequence[Span], duration: float, rules: CutRules) -> str | None:
    """Return why ``keeps`` must not be carried out, or None where they may.

    A wrong level or a dead microphone looks like a lecture of silence.
    """
    if not keeps:
        return "there is no sound in it that is louder than silence"
    removed = 1 - sum(keep.length for keep in keeps) / duration
    if removed > rules.max_removed:
        return (
            f"{removed:.0%} of it is silence, more than the {rules.max_removed:.0%}"
            " that may be cut (trim.max_removed)"
        )
    return None


@dataclass(frozen=True, slots=True)
class Cuts:
    """The kept parts of a recording, ascending and not overlapping.

    ``source_duration`` is the length of the old timeline, ``duration`` that of
    the new one.
    """

    keeps: tuple[Keep, ...]
    source_duration: float
    duration: float
    _starts: tuple[float, ...] = field(init=False, repr=False, compare=False)
    _new_starts: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", tuple(keep.start for keep in self.keeps))
        object.__setattr__(self, "_new_starts", tuple(keep.new_start for keep in self.keeps))
        if not self.keeps:
            raise ValueError("a recording without any kept part has no timeline")
        for one, other in pairwise(self.keeps):
            if other.start < one.end or other.new_start < one.new_end - _ROUNDING:
                raise ValueError(f"{one} and {other} overlap or are out of order")

    @classmethod
    def of(cls, keeps: Sequence[Span], source_duration: float) -> Cuts:
        """Lay ``keeps`` one behind the other on the new timeline."""
        placed = []
        position = 0.0
        for keep in keeps:
            placed.append(Keep(keep.start, keep.end, round(position, 6)))
            position += keep.length
        return cls(tuple(placed), source_duration, round(position, 6))

    @classmethod
    def whole(cls, duration: float) -> Cuts:
        """Keep everything."""
        return cls.of([Span(0.0, duration)], duration)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Cuts:
        """Read the ``keeps``, ``source_duration`` and ``duration`` of a trim.json."""
        keeps = tuple(Keep(k["start"], k["end"], k["new_start"]) for k in data["keeps"])
        return cls(keeps, data["source_duration"], data["duration"])

    def to_json(self) -> dict[str, Any]:
        """Return the same keys as `from_json` reads, as JSON data."""
        return {
            "source_duration": self.source_duration,
            "duration": self.duration,
            "keeps": [
                {"start": keep.start, "end": keep.end, "new_start": keep.new_start}
                for keep in self.keeps
            ],
        }

    def contains(self, old: float) -> bool:
        """Tell whether the moment ``old`` of the source is in the trimmed video."""
        keep = self.keeps[max(0, bisect_right(self._starts, old) - 1)]
        return keep.start <= old <= keep.end

    def to_new(self, old: float) -> float:
        """Return where the moment ``old`` of the source is on the new timeline.

        A moment that was cut out is at the joint where it is missing. Never
        decreases as ``old`` increases.
        """
        place = max(0, bisect_right(self._starts, old) - 1)
        keep = self.keeps[place]
        inside = min(max(old, keep.start), keep.end)
        limit = self._new_starts[place + 1] if place + 1 < len(self.keeps) else self.duration
        return min(keep.new_start + (inside - keep.start), limit)

    def to_old(self, new: float) -> float:
        """Return which moment of the source is seen at ``new``.

        At a joint it is the moment that begins there. Times before 0 and
        behind the end are those of the first and the last kept moment.
        """
        keep = self.keeps[max(0, bisect_right(self._new_starts, new) - 1)]
        inside = min(max(new, keep.new_start), keep.new_end)
        return min(keep.start + (inside - keep.new_start), keep.end)

    def overlap(self, start: float, end: float) -> float:
        """Return how many seconds of ``start``..``end`` of the source are kept."""
        return sum(max(0.0, min(end, keep.end) - max(start, keep.start)) for keep in self.keeps)

    def removed(self) -> tuple[Removed, ...]:
        """Return what was cut out, each with ``leading silence``, ``pause``, ``trailing silence``."""
        pieces = []
        if self.keeps[0].start > 0:
            pieces.append(Removed(0.0, self.keeps[0].start, "leading silence"))
        pieces += [Removed(one.end, other.start, "pause") for one, other in pairwise(self.keeps)]
        if self.keeps[-1].end < self.source_duration:
            pieces.append(Removed(self.keeps[-1].end, self.source_duration, "trailing silence"))
        return tuple(piece for piece in pieces if piece.end > piece.start)
