"""A limit on bytes per second that all connections share."""

from __future__ import annotations

import threading
from collections.abc import Callable

#: Seconds of unused allowance that may be caught up.
_BURST = 0.1


class Bandwidth:
    """Lets ``rate`` bytes per second pass; None lets everything pass.

    ``clock`` gives seconds and only goes forward.
    """

    def __init__(self, rate: float | None, clock: Callable[[], float]) -> None:
        self._rate, self._clock = rate, clock
        self._lock = threading.Lock()
        self._free = clock()

    def pause(self, size: int) -> float:
        """Return the seconds to wait after ``size`` bytes were taken."""
        if self._rate is None:
            return 0.0
        with self._lock:
            now = self._clock()
            self._free = max(self._free, now - _BURST) + size / self._rate
            return max(0.0, self._free - now)
