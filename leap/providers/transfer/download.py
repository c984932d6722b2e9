"""Conducting a download: passes over the file, threads for connections and for the hash."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from leap import faults
from leap.domain.ports import Progress
from leap.errors import RetrySoon
from leap.media.files import disk_errors
from leap.providers.http import REAL_TIME, Timer, client
from leap.providers.transfer.admission import Admission
from leap.providers.transfer.answers import BeginAnew
from leap.providers.transfer.bandwidth import Bandwidth
from leap.providers.transfer.connection import Connection
from leap.providers.transfer.follower import Follower
from leap.providers.transfer.journal import Identity, Remembered, begin, journal_of, recall
from leap.providers.transfer.output import Output
from leap.providers.transfer.reporting import Meter, report
from leap.providers.transfer.server import Server
from leap.providers.transfer.threads import Threads
from leap.providers.transfer.values import Remote, Transferred, TransferSettings
from leap.providers.transfer.work import Work

_TICK = 0.1
#: After so many passes over a file that keeps changing it is asked for as a whole.
_PASSES_BY_PARTS = 2
_PAUSE = 0.5
#: Seconds for threads to end. One that is still connecting ends by itself
#: afterwards, without having touched the file.
_ENDING = 5.0


def download(
    fresh: Callable[[], Remote],
    destination: Path,
    *,
    size: int | None,
    settings: TransferSettings,
    progress: Progress,
    service: str = "download",
    timer: Timer = REAL_TIME,
) -> Transferred:
    """Bring the bytes of ``fresh()`` to ``destination``, going on with an earlier attempt.

    Args:
        fresh: returns where the bytes are now; called before the first request
            and again when that address is refused. What it raises is raised.
        destination: the file. Beside it `journal_of` says which parts of it
            are there; both stay, whatever happens, and whoever takes the
            finished file removes the journal.
        size: how many bytes the source says it has, or None.
        service: whose file it is, for messages.

    Returns when every byte is there, with their sha256; where that is so
    already, nothing is asked. A file that changed since the earlier attempt is
    begun anew.

    Raises DeferUntil where the server names a time, Refused where no address
    works, WrongSize, RetrySoon where it may work later (after ``attempts`` or
    ``deadline``), StageError where the disk refuses, or another ProviderError.
    """
    with disk_errors(f"downloading from {service}"):
        return _Download(fresh, destination, size, settings, progress, service, timer).run()


class _Download:
    def __init__(
        self,
        fresh: Callable[[], Remote],
        destination: Path,
        size: int | None,
        settings: TransferSettings,
        progress: Progress,
        service: str,
        timer: Timer,
    ) -> None:
        self._fresh, self._path, self._size = fresh, destination, size
        self._settings, self._progress = settings, progress
        self._service, self._timer = service, timer
        self._journal = journal_of(destination)
        self._began = timer.now()
        self._ends = self._began + settings.deadline
        self._bandwidth = Bandwidth(settings.bandwidth, timer.now)
        self._received = self._most = 0

    def run(self) -> Transferred:
        ranges, passes = True, 0
        while True:
            passes += 1
            try:
                return self._pass(ranges=ranges)
            except BeginAnew as again:
                if passes >= self._settings.attempts or self._timer.now() >= self._ends:
                    raise RetrySoon(f"{self._service}: {again.message}") from None
                # A server whose copies differ still sends one of them as a whole.
                ranges = ranges and again.ranges and passes < _PASSES_BY_PARTS
                self._journal.unlink(missing_ok=True)
                self._timer.sleep(_PAUSE * (passes - 1))

    def _pass(self, *, ranges: bool) -> Transferred:
        """Go over the file once. Raises BeginAnew where it has to be done again."""
        remembered = self._remembered()
        output = Output(self._path)
        http = client(
            self._service,
            connections=self._settings.connections,
            allow_insecure=self._settings.allow_insecure,
        )
        server = Server(
            http,
            self._fresh,
            allow_insecure=self._settings.allow_insecure,
            stall=self._settings.stall,
        )
        work = Work(self._settings, self._ends, self._timer)
        admission = Admission(
            work,
            output,
            self._journal,
            declared=self._size,
            remembered=remembered,
            ranges=ranges,
        )
        follower = Follower(work, output)
        threads = Threads(work)
        try:
            threads.start("hash", follower.run)
            self._conduct(work, admission, server, output, follower, threads)
            self._finish(work, output)
        finally:
            work.stop()
            server.hang_up()
            self._received += work.received
            self._most = max(self._most, work.most)
            # A thread that still hangs somewhere must not find another file behind its handle.
            if threads.ended(_ENDING):
                output.close()
                http.close()
                if work.journal:
                    work.journal.close()
        return self._transferred(work, follower)

    def _remembered(self) -> Remembered | None:
        """Return what an earlier attempt left, if it can be continued."""
        remembered = recall(self._journal)
        if remembered is None or not self._path.is_file():
            return None
        if self._size not in {None, remembered.identity.size}:
            return None
        return remembered

    def _conduct(
        self,
        work: Work,
        admission: Admission,
        server: Server,
        output: Output,
        follower: Follower,
        threads: Threads,
    ) -> None:
        """Keep as many connections at work as help, until the whole file is hashed."""
        meter = Meter(self._timer.now())
        climbing = False
        while follower.sha256 is None:
            threads.check()
            now = self._timer.now()
            if now >= self._ends:
                raise self._late(work)
            if work.admitted and admission.ranges and not climbing:
                climbing = True
                work.ramp.begin(server.latency, now, work.received)
            elif climbing:
                work.ramp.observe(now, work.received)
            for _ in range(work.vacancies()):
                connection = Connection(work, server, output, admission, self._bandwidth)
                work.join(connection)
                threads.start("connection", connection.run, partial(work.leave, connection))
            work.speed = meter.update(now, work.received)
            report(
                self._progress,
                present=work.present,
                size=work.chunks.size,
                speed=work.speed,
                connections=work.active,
            )
            work.wait(_TICK)

    def _finish(self, work: Work, output: Output) -> None:
        chunks = work.chunks
        output.cut(chunks.size or 0)
        if work.journal is None and not self._journal.exists():
            # The size shows only now; what follows may be killed, and must not fetch it again.
            work.journal = begin(self._journal, Identity(chunks.size or 0), chunks.chunk)
            for number, checksum in sorted(chunks.checksums.items()):
                start, end = chunks.extent(number)
                work.journal.add(start, end - start, checksum)
        faults.point("transfer.finished")

    def _late(self, work: Work) -> RetrySoon:
        size = work.chunks.size
        there = f"{work.present:,} of {size:,} bytes" if size else f"{work.present:,} bytes"
        message = f"{self._service}: took longer than {self._settings.deadline:,.0f} s"
        return RetrySoon(f"{message}; {there} are there, the next run goes on with them")

    def _transferred(self, work: Work, follower: Follower) -> Transferred:
        return Transferred(
            size=work.chunks.size or 0,
            sha256=follower.sha256 or "",
            fetched=self._received,
            resumed=follower.kept,
            connections=self._most,
            seconds=self._timer.now() - self._began,
        )
