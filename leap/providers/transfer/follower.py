"""The hash of the whole file, computed while the rest is still being fetched."""

from __future__ import annotations

import hashlib
import zlib

from leap.providers.transfer.output import Output
from leap.providers.transfer.work import Work


class Follower:
    """Follows the first byte that is missing, for one thread.

    What connections wrote is read back while it is in the page cache, so that
    nothing waits for the hash and the file is not read a second time. What an
    earlier attempt left has to match its CRC-32 on the way; what does not is
    fetched again.
    """

    def __init__(self, work: Work, output: Output) -> None:
        self._work, self._output = work, output
        self._doubtful = set(work.chunks.checksums)
        self._digest = hashlib.sha256()
        #: Bytes of an earlier attempt that are as they were.
        self.kept = 0
        #: The hash, as 64 hex digits, once the whole file is there.
        self.sha256: str | None = None

    def run(self) -> None:
        """Hash the file to its end; returns early where the download stops. Raises OSError."""
        number = 0
        while (checksum := self._work.wait_for(number)) is not None:
            if self._took(number, checksum):
                number += 1
        if not self._work.stopped.is_set():
            self.sha256 = self._digest.hexdigest()
            with self._work.changed:
                self._work.changed.notify_all()

    def _took(self, number: int, checksum: int) -> bool:
        """Add a chunk to the hash, unless it is damaged."""
        start, end = self._work.chunks.extent(number)
        doubtful = number in self._doubtful
        self._doubtful.discard(number)
        digest, found, at = self._digest.copy(), 0, start
        for block in self._output.blocks(start, end):
            digest.update(block)
            at += len(block)
            if doubtful:
                found = zlib.crc32(block, found)
            if self._work.stopped.is_set():
                return False
        if at < end or (doubtful and found != checksum):
            self._work.damaged(number)
            return False
        self._digest = digest
        self.kept += end - start if doubtful else 0
        return True
