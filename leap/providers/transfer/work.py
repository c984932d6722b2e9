"""What all connections of one download share: what is to be done, and whether it goes on."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol

from leap.errors import DeferUntil, RetrySoon
from leap.providers.http import Timer
from leap.providers.transfer.answers import Crowded
from leap.providers.transfer.chunks import Chunks, Span
from leap.providers.transfer.journal import Journal
from leap.providers.transfer.ramp import Ramp
from leap.providers.transfer.values import Refused, TransferSettings

#: Bytes that count as progress: after them, failures are counted from the beginning.
_PROGRESS = 64 * 1024
#: Seconds that are waited when a server asks for it; longer is left to a later run.
_LONGEST_PAUSE = 60.0
_FIRST_PAUSE = 0.5
_LONGEST_BACKOFF = 30.0
#: The same where bytes do come: the server is there, and only its answers break off.
_LONGEST_BESIDE = 2.0
#: A request asks for what a connection brings in about so many seconds, and at
#: most so many chunks: the hash follows the first byte that is missing.
_SECONDS_AHEAD = 2.0
_MOST_CHUNKS = 64


class Worker(Protocol):
    """One connection, as the others see it."""

    #: Bytes of its present chunk that are written.
    partial: int
    #: Failures in a row, and how many bytes all had received at the last one.
    failures: int
    failed_at: int


class Work:
    """One pass over a file. ``ends`` is when the time is up, on the clock of ``timer``."""

    def __init__(self, settings: TransferSettings, ends: float, timer: Timer) -> None:
        self.settings, self.ends, self.timer = settings, ends, timer
        self.changed = threading.Condition()
        self.stopped = threading.Event()
        self.ramp = Ramp(settings.connections, timer.now())
        #: What is known of the file: nothing, or what an earlier attempt left, until
        #: the first answer is `admitted`.
        self.chunks = Chunks(None)
        self.admitted = False
        self.journal: Journal | None = None
        #: Bytes that came over the network, and the most connections at once.
        self.received = 0
        self.most = 0
        #: Bytes per second lately.
        self.speed = 0.0
        self._workers: set[Worker] = set()
        self._resting_until = 0.0

    # For the thread that conducts

    def join(self, worker: Worker) -> None:
        """Count one connection more."""
        with self.changed:
            self._workers.add(worker)
            self.most = max(self.most, len(self._workers))

    def leave(self, worker: Worker) -> None:
        """Count one connection less; may be called again."""
        with self.changed:
            self._workers.discard(worker)
            self.changed.notify_all()

    def stop(self) -> None:
        """Let every thread end."""
        self.stopped.set()
        with self.changed:
            self.changed.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until something happens, at most for so long."""
        with self.changed:
            self.changed.wait(seconds)

    @property
    def active(self) -> int:
        """How many connections there are."""
        return len(self._workers)

    @property
    def present(self) -> int:
        """How many bytes of the file are there."""
        with self.changed:
            return self.chunks.bytes_done + sum(worker.partial for worker in self._workers)

    def vacancies(self) -> int:
        """Return how many more connections there is something to do for."""
        with self.changed:
            if self.chunks.complete:
                return 0
            waiting = self.chunks.untaken() if self.admitted else 1
            return min(self.ramp.wanted - len(self._workers), waiting)

    # For the threads that fetch

    def take(self) -> Span | None:
        """Return what to fetch next; None where there is nothing."""
        with self.changed:
            if self.stopped.is_set():
                return None
            return self.chunks.take(self._chunks_per_request())

    def _chunks_per_request(self) -> int:
        """Less and less towards the end, so that all connections end together."""
        fair = self.chunks.untaken() // (2 * self.ramp.wanted)
        each = self.speed / max(1, len(self._workers))
        ahead = int(each * _SECONDS_AHEAD) // self.chunks.chunk
        return max(1, min(fair, ahead, _MOST_CHUNKS))

    def give_back(self, span: Span) -> None:
        """Let what is not fetched of ``span`` be taken again."""
        with self.changed:
            if self.admitted:
                self.chunks.give_back(span)
                self.changed.notify_all()

    def surplus(self, worker: Worker) -> bool:
        """Tell ``worker`` whether it is one too many; if so, it is not counted any more."""
        with self.changed:
            if self.stopped.is_set() or worker not in self._workers:
                return True
            if len(self._workers) <= self.ramp.wanted:
                return False
            self._workers.discard(worker)
            return True

    def count(self, size: int) -> None:
        """Count bytes that came over the network."""
        with self.changed:
            self.received += size

    def done(self, number: int, start: int, length: int, checksum: int) -> None:
        """Remember a chunk whose bytes are written. Raises OSError."""
        with self.changed:
            if self.journal is not None:
                self.journal.add(start, length, checksum)
            self.chunks.done(number, checksum)
            self.changed.notify_all()

    def ended(self, size: int, checksum: int) -> None:
        """Note the size of a file that did not say it; the rest has this CRC-32."""
        with self.changed:
            self.chunks.ended(size, checksum)
            self.changed.notify_all()

    def failed(self, worker: Worker, error: RetrySoon | Refused) -> None:
        """Wait before ``worker`` tries again. Raises ``error`` where that is hopeless.

        A connection that the server did not take beside others is not counted
        any more. DeferUntil is raised where the server asks for a long pause.
        """
        with self.changed:
            if self.stopped.is_set():
                return
            came = self.received - worker.failed_at
            if came >= _PROGRESS:
                worker.failures = 0
            worker.failed_at = self.received
            worker.failures += 1
            pause = self._pause(worker, error, _LONGEST_BACKOFF if came == 0 else _LONGEST_BESIDE)
            if isinstance(error, Crowded):
                self.ramp.refused(len(self._workers), self.timer.now(), self.received)
                if len(self._workers) > 1:
                    # The one that was refused goes, those that are served stay.
                    self._workers.discard(worker)
                    return
        self.pause(pause)

    def _pause(self, worker: Worker, error: RetrySoon | Refused, longest: float) -> float:
        left = self.ends - self.timer.now()
        if isinstance(error, RetrySoon) and error.after is not None:
            if error.after > min(_LONGEST_PAUSE, left):
                until = datetime.now(UTC) + timedelta(seconds=error.after)
                raise DeferUntil(error.message, until=until, hint=error.hint) from None
            self._resting_until = max(self._resting_until, self.timer.now() + error.after)
        if worker.failures >= self.settings.attempts or left <= 0:
            raise error
        if worker.failures == 1 and not isinstance(error, Crowded):
            return 0.0  # A signature that expired, a connection that was cut: both happen.
        backoff = min(_FIRST_PAUSE * 2.0 ** (worker.failures - 1), longest)
        # Not for keys: the waits of many connections shall only fall apart.
        return backoff * random.uniform(0.5, 1)  # noqa: S311

    def pause(self, seconds: float) -> None:
        """Wait for so long, and for as long as the server wants to be left alone."""
        seconds = max(seconds, self._resting_until - self.timer.now())
        if seconds > 0:
            self.stopped.wait(seconds)

    # For the thread that hashes

    def wait_for(self, number: int) -> int | None:
        """Wait until chunk ``number`` is there and return its CRC-32; None where none will be."""
        with self.changed:
            self.changed.wait_for(lambda: self._decided(number))
            if self.stopped.is_set():
                return None
            return self.chunks.checksums.get(number)

    def _decided(self, number: int) -> bool:
        if self.stopped.is_set():
            return True
        return self.chunks.is_done(number) or self.chunks.complete

    def damaged(self, number: int) -> None:
        """Have a chunk fetched again whose bytes are not what they were."""
        with self.changed:
            self.chunks.damaged(number)
            self.changed.notify_all()
