"""How many topics a lecture has, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass

from leap.domain.ports import TopicsRequest

#: Between these lengths, in minutes, the counts grow with the lecture.
SHORT_LECTURE, LONG_LECTURE = 50.0, 180.0
#: Fewest and most topics at both ends, by granularity.
_COUNTS = {
    "short": ((3.0, 7.0), (5.0, 10.0)),
    "medium": ((6.5, 12.5), (10.5, 18.0)),
    "long": ((10.0, 18.0), (16.0, 26.0)),
}
#: A topic's least share of the lecture, and between how many minutes that lies.
_SPACING = {"short": (0.12, 10.0, 18.0), "medium": (0.085, 7.0, 12.0), "long": (0.05, 4.0, 6.0)}
#: A topic's greatest length in minutes.
_LONGEST = {"short": 40.0, "medium": 24.0, "long": 12.0}
#: No topic is shorter than that: platforms ignore such chapters.
LEAST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Division:
    """How many topics to find, and how short and long one may be, in seconds."""

    count: int
    shortest: float
    longest: float


def topic_range(minutes: float, granularity: str) -> tuple[int, int]:
    """Return the fewest and the most topics of a lecture of ``minutes``."""
    (fewest, fewest_long), (most, most_long) = _COUNTS[granularity]
    within = min(max(minutes, SHORT_LECTURE), LONG_LECTURE) - SHORT_LECTURE
    share = within / (LONG_LECTURE - SHORT_LECTURE)
    high = round(most + share * (most_long - most))
    if minutes < SHORT_LECTURE:
        count = min(max(1, round(minutes / 5)), high)
        return count, count
    return round(fewest + share * (fewest_long - fewest)), high


def division(duration: float, request: TopicsRequest) -> Division:
    """Return how a lecture of ``duration`` seconds is to be divided."""
    if request.chapter_every is not None:
        count = max(1, round(duration / max(request.chapter_every, LEAST_SECONDS)))
    else:
        low, high = topic_range(duration / 60, request.granularity)
        count = round((low + high) / 2)
    mean = duration / count
    share, least, most = _SPACING[request.granularity]
    spacing = min(max(share * duration, least * 60), most * 60)
    return Division(
        count,
        # Topics need some play around their mean length, however few minutes that is.
        shortest=max(LEAST_SECONDS, min(spacing, 0.5 * mean)),
        longest=max(_LONGEST[request.granularity] * 60, 2.5 * mean)
        if request.chapter_every is None
        else 2.5 * mean,
    )
