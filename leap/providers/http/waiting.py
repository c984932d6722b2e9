"""How long to wait: what a server asks for, and how often it may be asked."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: No server is believed that it needs longer.
LONGEST_WAIT = timedelta(days=1)

_SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?")


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return when a server wants to be asked again, or None where it does not say.

    ``Retry-After`` may hold seconds or an HTTP date (RFC 9110, 10.2.3), and at
    Zoom an ISO 8601 date. The answer is aware, UTC, never before ``now`` (aware)
    and never later than LONGEST_WAIT after it.
    """
    text = (headers.get("Retry-After") or "").strip()
    latest = now + LONGEST_WAIT
    if _SECONDS.fullmatch(text):
        seconds = min(float(text), LONGEST_WAIT.total_seconds())
        wanted: datetime | None = now + timedelta(seconds=seconds)
    else:
        wanted = _date(text)
    return min(max(wanted, now), latest).astimezone(UTC) if wanted else None


def _date(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


@dataclass(frozen=True, slots=True)
class Timer:
    """The two things that waiting needs of the time; tests bring their own.

    ``now`` counts seconds from anywhere and never jumps; ``sleep`` takes seconds.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


REAL_TIME = Timer()


class Pace:
    """Lets calls pass at most ``per_second`` times a second, ``burst`` at once.

    Shared by threads, served in the order in which they ask. The generic cell
    rate algorithm: one moment in time is all that is remembered.
    """

    # pyrate-limiter counts in wall-clock milliseconds, which jump, and cannot
    # hold everybody back when a server says so.

    def __init__(self, per_second: float, burst: int = 1, *, timer: Timer = REAL_TIME) -> None:
        if not (per_second > 0 and math.isfinite(per_second) and burst >= 1):
            message = f"a pace of {per_second} per second, {burst} at once"
            raise ValueError(message)
        self._interval = 1 / per_second
        self._ahead = (burst - 1) * self._interval
        self._timer = timer
        self._lock = threading.Lock()
        self._full = -math.inf

    def wait(self) -> float:
        """Sleep until it is this call's turn; return how many seconds that took."""
        with self._lock:
            now = self._timer.now()
            self._full = max(self._full, now)
            delay = max(0.0, self._full - self._ahead - now)
            self._full += self._interval
        if delay:
            self._timer.sleep(delay)
        return delay

    def hold(self, seconds: float) -> None:
        """Let nobody pass for ``seconds``: the server asked for a pause."""
        with self._lock:
            until = self._timer.now() + max(0.0, seconds)
            self._full = max(self._full, until + self._ahead)
