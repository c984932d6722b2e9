"""Rate limits: per account, category and plan, shared by all apps of the account."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from emulators.clock import Clock
from emulators.messages import as_json
from emulators.zoom.refusals import Refused
from emulators.zoom.world import Account, Limit, stamp

_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."
_DAY = "You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request."


class Limits:
    """Counts requests. A second is one of the machine's, a day one of the emulator's clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        #: Zoom's newest documents no longer name the headers.
        self.told = True
        self._lock = threading.Lock()
        self._seconds: Counter[tuple[str, str, int]] = Counter()
        self._days: Counter[tuple[str, str, str]] = Counter()

    def spend(self, account: Account, category: str, requests: int) -> None:
        """Count requests of today that others made."""
        with self._lock:
            self._days[account.id, category, self._today()] += requests

    def admit(self, account: Account, category: str) -> dict[str, str]:
        """Count a request and return the headers of its answer; refuses with 429."""
        limit = account.limits.get(category, Limit(None))
        second = int(time.time())
        with self._lock:
            day = (account.id, category, self._today())
            if limit.per_day is not None and self._days[day] >= limit.per_day:
                raise self._refused(_DAY, category, "Daily-limit", limit.per_day, self._tomorrow())
            key = (account.id, category, second)
            if limit.per_second is not None and self._seconds[key] >= limit.per_second:
                raise self._refused(_SECOND, category, "QPS", limit.per_second, second + 1)
            self._days[day] += 1
            self._seconds[key] += 1
            left = (limit.per_second or 0) - self._seconds[key]
        if limit.per_second is None:
            return {}
        return self._headers(category, "QPS", limit.per_second, left)

    def _refused(
        self, message: str, category: str, kind: str, limit: int, until: int | datetime
    ) -> Refused:
        headers = self._headers(category, kind, limit, 0)
        if isinstance(until, datetime):
            # Not seconds, and not the date of RFC 9110 either.
            headers["Retry-After"] = stamp(until)
            until = math.ceil(until.timestamp())
        if self.told:
            headers["X-RateLimit-Reset"] = str(until)
        return Refused(as_json({"code": 429, "message": message}, 429, headers))

    def _headers(self, category: str, kind: str, limit: int, left: int) -> dict[str, str]:
        if not self.told:
            return {}
        return {
            "X-RateLimit-Category": category.title(),
            "X-RateLimit-Type": kind,
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(left),
        }

    def _today(self) -> str:
        return self.clock.now().date().isoformat()

    def _tomorrow(self) -> datetime:
        today = datetime.combine(self.clock.now().date(), datetime.min.time(), UTC)
        return today + timedelta(days=1)
