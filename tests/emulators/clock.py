"""The time that an emulated cloud believes in, so that tokens expire without waiting."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Runs like the machine's clock from the instant ``at`` (default: now), until it is moved.

    Instants are in UTC. With ``still`` it only moves when it is told to.
    """

    def __init__(self, at: datetime | None = None, *, still: bool = False) -> None:
        self._lock = threading.Lock()
        self._still = still
        self._from = at or datetime.now(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return what time it is."""
        with self._lock:
            return self._now()

    def forward(self, by: timedelta | float) -> datetime:
        """Let time pass, a timedelta or seconds; return what time it is then."""
        passed = by if isinstance(by, timedelta) else timedelta(seconds=by)
        with self._lock:
            self._set(self._now() + passed)
            return self._from

    def set(self, at: datetime) -> None:
        """Make it ``at``."""
        with self._lock:
            self._set(at)

    def stop(self) -> None:
        """Stand still from now on."""
        with self._lock:
            self._set(self._now())
            self._still = True

    def _now(self) -> datetime:
        if self._still:
            return self._from
        return self._from + timedelta(seconds=time.monotonic() - self._began)

    def _set(self, at: datetime) -> None:
        self._from, self._began = at, time.monotonic()
