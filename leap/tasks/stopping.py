"""Ending a run before its work is done: asked to by a person, or because its time is over.

The worker is told by a signal that it gets no new work. What runs is asked to
stop, and killed where it has not stopped some seconds later.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from leap.tasks.timelimit import TimeLimit

#: Luigi's worker stops asking for work when it gets this signal.
PHASE_OUT = signal.SIGUSR1

#: How long a stopped stage has to put its things away before it is killed.
_GRACE_SECONDS = 10.0


@contextmanager
def graceful_stop() -> Iterator[threading.Event]:
    """Turn SIGINT and SIGTERM into: no new work, stop what runs, kill what stays."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            _kill_children()
            return
        stopped.set()
        os.kill(os.getpid(), PHASE_OUT)
        _stop_children()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Alarm:
    """Ends the work when its time is over; it is started once there is a worker to tell."""

    def __init__(self, limit: TimeLimit | None) -> None:
        self._limit = limit
        self.rang = False

    def start(self) -> None:
        if self._limit is not None:
            # A timer of 0 seconds would never go off.
            signal.setitimer(signal.ITIMER_REAL, max(self._limit.left, 0.001))

    def ring(self, _signal: int, _frame: FrameType | None) -> None:
        """No new work; and when that was said before, stop what still runs."""
        assert self._limit is not None  # noqa: S101 -- it was started
        if self.rang:
            _stop_children()
            return
        self.rang = True
        os.kill(os.getpid(), PHASE_OUT)
        signal.setitimer(signal.ITIMER_REAL, max(self._limit.grace, 0.001))


@contextmanager
def alarm_after(limit: TimeLimit | None) -> Iterator[Alarm]:
    """Give what ends the work after ``limit``, for the length of a block."""
    alarm = Alarm(limit)
    if limit is None:
        yield alarm
        return
    before = signal.signal(signal.SIGALRM, alarm.ring)
    try:
        yield alarm
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop_children() -> None:
    """Ask what runs to stop, and kill what has not stopped some time later."""
    for child in multiprocessing.active_children():
        with suppress(ProcessLookupError):
            os.kill(child.pid or 0, signal.SIGTERM)
    timer = threading.Timer(_GRACE_SECONDS, _kill_children)
    timer.daemon = True
    timer.start()


def _kill_children() -> None:
    for child in multiprocessing.active_children():
        child.kill()
