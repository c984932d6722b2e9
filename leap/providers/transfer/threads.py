"""The threads of one pass: started, watched, and ended together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from leap.providers.http import within
from leap.providers.transfer.work import Work

#: Seconds that the network is given beyond the deadline, which the conductor keeps.
_GRACE = 1.0


class Threads:
    """Runs functions in threads; what one of them raises is raised by `check`.

    They do not keep the process alive: one that waits for a name server could
    for half a minute.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._running: list[threading.Thread] = []
        self._errors: list[BaseException] = []

    def start(
        self, name: str, run: Callable[[], None], after: Callable[[], None] | None = None
    ) -> None:
        """Run ``run`` and then, whatever happened, ``after``."""
        self._running = [thread for thread in self._running if thread.is_alive()]
        thread = threading.Thread(
            target=self._run, args=(run, after), name=f"transfer-{name}", daemon=True
        )
        self._running.append(thread)
        thread.start()

    def check(self) -> None:
        """Raise what stopped a thread, if anything did."""
        if self._errors:
            raise self._errors[0]

    def ended(self, seconds: float) -> bool:
        """Wait for all threads, at most for so long; tell whether none is left."""
        latest = time.monotonic() + seconds
        for thread in self._running:
            thread.join(max(0.0, latest - time.monotonic()))
        return not any(thread.is_alive() for thread in self._running)

    def _run(self, run: Callable[[], None], after: Callable[[], None] | None) -> None:
        try:
            with within(self._work.ends - self._work.timer.now() + _GRACE):
                run()
        except BaseException as error:  # noqa: BLE001 -- raised again in the thread that waits
            self._errors.append(error)
        finally:
            if after:
                after()
            with self._work.changed:
                self._work.changed.notify_all()
