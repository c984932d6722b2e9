"""One connection: it takes a span, asks for it, and writes what comes, until nothing is left."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain

from leap import faults
from leap.errors import RetrySoon
from leap.providers.transfer.admission import Admission, longer
from leap.providers.transfer.answers import BeginAnew, Head
from leap.providers.transfer.bandwidth import Bandwidth
from leap.providers.transfer.chunks import Span
from leap.providers.transfer.output import Output
from leap.providers.transfer.server import Server
from leap.providers.transfer.values import Refused
from leap.providers.transfer.work import Work

#: Bytes per second below which a connection counts as stalled.
SLOWEST = 1024


class Connection:
    """Fetches for one thread (`leap.providers.transfer.work.Worker`)."""

    def __init__(
        self,
        work: Work,
        server: Server,
        output: Output,
        admission: Admission,
        bandwidth: Bandwidth,
    ) -> None:
        self._work, self._server, self._output = work, server, output
        self._admission, self._bandwidth = admission, bandwidth
        self.partial = self.failures = self.failed_at = 0
        self._span = Span(0, 0, 0, 0)
        #: The next byte to fetch, and the CRC-32 of its chunk so far.
        self._at = self._checksum = 0

    def run(self) -> None:
        """Fetch until nothing is left, or until this is one connection too many.

        Raises what stops the download as a whole: ProviderError, with BeginAnew
        among them, and OSError where the disk refuses.
        """
        span = self._work.take() if self._work.admitted else self._admission.first()
        while span:
            self._fetch(span)
            span = None if self._work.surplus(self) else self._work.take()

    def _fetch(self, span: Span) -> None:
        """Fetch ``span``, however often it takes; what is left at the end is given back."""
        self._span, self._at = span, span.start
        self._checksum = self.partial = 0
        try:
            while not self._finished():
                try:
                    self._ask()
                except BeginAnew:
                    raise
                except (RetrySoon, Refused) as problem:
                    self._work.failed(self, problem)
                if self._work.surplus(self):
                    return
        finally:
            self.partial = 0
            self._work.give_back(self._span)

    def _finished(self) -> bool:
        if self._span.end is None:
            return self._work.chunks.size is not None
        return self._at >= self._span.end

    def _ask(self) -> None:
        """Send one request for what is left, and keep what it brings.

        Raises what `Server.ask` and `Admission.admit` raise, and RetrySoon where
        the bytes break off.
        """
        self._work.pause(0.0)
        ranges = self._admission.ranges
        end = self._span.end if ranges else None
        try:
            with self._server.ask(self._at if ranges else 0, end, self._admission.condition) as got:
                blocks = got.blocks()
                # Read before anything is decided: it shows whether this is a page.
                first = next(blocks, b"")
                self._span = self._admission.admit(got.head, self._at, self._span)
                if not self._finished():
                    self._keep_all(got.head, first, blocks)
        except BeginAnew:
            raise
        except RetrySoon as problem:
            if not self._admission.ranges and self._at > 0:
                raise self._admission.anew(problem, self._at) from None
            raise

    def _keep_all(self, head: Head, first: bytes, blocks: Iterator[bytes]) -> None:
        end, patience = self._span.end, _Patience(self._work)
        for block in chain((first,), blocks):
            self._work.count(len(block))
            patience.idle(self._pause(len(block)))
            left = None if end is None else end - self._at
            if left is not None and len(block) > left and not head.ranged:
                raise longer(self._admission.declared, end)
            self._keep(memoryview(block)[:left])
            if self._at == end:
                # Asked for one more, the connection notices that it can be used again.
                if head.end in {None, end} and next(blocks, b"") and not head.ranged:
                    raise longer(self._admission.declared, end)
                return
            if self._work.stopped.is_set() or (self.partial == 0 and self._work.surplus(self)):
                return
            patience.got(len(block))
        self._ended(head)

    def _ended(self, head: Head) -> None:
        """Judge an answer that came to its end by itself."""
        end = self._span.end
        if end is None:
            self._work.ended(self._at, self._checksum)
            self.partial = 0
        elif self._at < end and (head.end is None or self._at < head.end):
            raise RetrySoon(f"the server ended after {self._at:,} of {end:,} bytes")

    def _keep(self, block: memoryview) -> None:
        """Write ``block`` where it belongs, and remember each chunk that is whole with it."""
        while block:
            number = self._at // self._work.chunks.chunk
            start, end = self._work.chunks.extent(number)
            part = block[: end - self._at]
            self._output.write(self._at, part)
            faults.point("transfer.connection.written")
            self._checksum = zlib.crc32(part, self._checksum)
            self._at += len(part)
            self.partial = self._at - start
            if self._at == end:
                self._work.done(number, start, end - start, self._checksum)
                self._checksum = self.partial = 0
            block = block[len(part) :]

    def _pause(self, size: int) -> float:
        """Keep to the bandwidth after ``size`` bytes; return the seconds that took."""
        seconds = self._bandwidth.pause(size)
        if seconds:
            self._work.stopped.wait(seconds)
        return seconds


class _Patience:
    """Notices a connection that trickles; one that is silent ends with its read timeout."""

    def __init__(self, work: Work) -> None:
        self._now, self._stall = work.timer.now, work.settings.stall
        self._since, self._size = self._now(), 0

    def idle(self, seconds: float) -> None:
        """Leave out time in which nothing was read on purpose."""
        self._since += seconds

    def got(self, size: int) -> None:
        """Count bytes. Raises RetrySoon where they are too few for the time."""
        self._size += size
        passed = self._now() - self._since
        if passed < self._stall:
            return
        if self._size < SLOWEST * passed:
            raise RetrySoon(f"the connection stalled: {self._size:,} bytes in {passed:.0f} s")
        self._since, self._size = self._now(), 0
