"""How often VK lets itself be asked: so many times in a second of the machine's clock, by token."""

from __future__ import annotations

import threading
import time
from collections import Counter

from emulators.vk.refusals import Refused


class Limits:
    """Counts requests of each token. ``per_second`` may be changed; None is no limit."""

    def __init__(self) -> None:
        self.per_second: int | None = 3
        self._lock = threading.Lock()
        self._seconds: Counter[tuple[str, int]] = Counter()

    def admit(self, token: str) -> None:
        """Count a request; refuses with 6 where it is one too many."""
        key = (token, int(time.time()))
        with self._lock:
            self._seconds[key] += 1
            if self.per_second is not None and self._seconds[key] > self.per_second:
                raise Refused(6)
