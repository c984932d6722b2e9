"""Spans of time that Zoom lists in one go, and when to look again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

_DAY = timedelta(days=1)
_FIRST_WAIT = timedelta(minutes=10)


def months(since: date, until: date) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each calendar month from ``since`` to ``until``, newest first.

    Both are included, and are days in UTC. Zoom refuses more than a month at
    once; none of these is longer than that, whichever way it counts.
    """
    last = until
    while last >= since:
        first = max(since, last.replace(day=1))
        yield first, last
        last = first - _DAY


def next_look(began: datetime, now: datetime) -> datetime:
    """Return when a recording that is not ready may be looked at again.

    It waits as long again as it has waited, from ten minutes up to a day. That
    is the same moment in every look until it has come, so that nothing changes
    in between.
    """
    moment, step = began, _FIRST_WAIT
    while moment <= now:
        moment += step
        step = min(2 * step, _DAY)
    return moment
