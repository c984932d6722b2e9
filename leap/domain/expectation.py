"""Lectures that take place every week, and which of them did not come.

    Mon 10:00 ── tolerance ──┤ recording? ├──────── grace ────────┤ published?

Each lecture takes the recording that began nearest to it, and no recording
counts for two lectures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal


@dataclass(frozen=True, slots=True)
class Expectation:
    """A lecture that takes place every week; ``tolerance`` and ``grace`` are in seconds.

    ``weekdays`` count from 0 for Monday, ``time`` is by the clock of ``time_zone``.
    """

    weekdays: frozenset[int]
    time: time
    time_zone: tzinfo
    tolerance: float
    grace: float
    first: date | None = None
    last: date | None = None
    never: frozenset[date] = frozenset()

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield when the lecture takes place from ``start`` on and before ``end``; in its own zone."""
        day = start.astimezone(self.time_zone).date() - timedelta(days=1)
        while day <= end.astimezone(self.time_zone).date():
            if self._is_on(day):
                # By way of UTC, since a clock that is put forward skips some times.
                utc = datetime.combine(day, self.time, self.time_zone).astimezone(UTC)
                at = utc.astimezone(self.time_zone)
                if start <= at < end:
                    yield at
            day += timedelta(days=1)

    def _is_on(self, day: date) -> bool:
        return (
            day.weekday() in self.weekdays
            and day not in self.never
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recording that may be an expected one.

    ``settled`` is True where nobody has to care about it any more: it is
    published, or a person decided otherwise. Else ``reason`` says how far it
    is. A ``doubtful`` one (a test of the microphone, a copy) counts only where
    there is no other.
    """

    recording: str
    started_at: datetime
    settled: bool
    reason: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Missed:
    """A lecture that was not found, or that was not published in time.

    ``at`` is when it should have begun, ``due`` when it should have been
    published; in the zone of the expectation. ``recording`` is the one that was found, with the
    ``reason`` why it is not published, or None.
    """

    at: datetime
    due: datetime
    what: Literal["not found", "not published"]
    recording: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A lecture that was missed, and who expects it: ``template ml``, and where that is written."""

    tenant: str
    of: str
    file: str
    line: int
    column: int
    missed: Missed


def missed(
    expectation: Expectation, candidates: Sequence[Candidate], since: datetime, now: datetime
) -> list[Missed]:
    """Return the lectures that were due by ``now`` and did not come, of those from ``since`` on."""
    grace = timedelta(seconds=expectation.grace)
    lectures = list(expectation.between(since, now))
    taken = _nearest(lectures, candidates, timedelta(seconds=expectation.tolerance))
    found = []
    for at in lectures:
        candidate = taken.get(at)
        if now < at + grace or (candidate is not None and candidate.settled):
            continue
        if candidate is None:
            found.append(Missed(at, at + grace, "not found"))
        else:
            found.append(
                Missed(at, at + grace, "not published", candidate.recording, candidate.reason)
            )
    return found


def _nearest(
    lectures: Sequence[datetime], candidates: Sequence[Candidate], tolerance: timedelta
) -> dict[datetime, Candidate]:
    """Pair lectures with recordings, the nearest first, and doubtful ones last."""
    pairs = sorted(
        (candidate.doubtful, abs(candidate.started_at - at), not candidate.settled, at, index)
        for index, candidate in enumerate(candidates)
        for at in lectures
        if abs(candidate.started_at - at) <= tolerance
    )
    found: dict[datetime, Candidate] = {}
    used: set[int] = set()
    for *_, at, index in pairs:
        if at not in found and index not in used:
            found[at] = candidates[index]
            used.add(index)
    return found
