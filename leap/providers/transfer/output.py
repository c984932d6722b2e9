"""The file that is being written: any part of it, by any thread, with its room kept from the start."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from leap import faults

_BLOCK = 1 << 20


class Output:
    """The unfinished file at ``path``, created where it is not there.

    All positions and lengths are bytes. Every method raises OSError where the
    disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._handle = os.open(path, flags, 0o644)

    def reserve(self, size: int) -> None:
        """Keep room for ``size`` bytes, so that a full disk shows now and not at the end."""
        faults.point("transfer.output.reserve")
        if size == 0:
            return
        try:
            os.posix_fallocate(self._handle, 0, size)
        except OSError as error:
            # Some file systems cannot keep room; then the file grows with what comes.
            if error.errno not in {errno.EOPNOTSUPP, errno.EINVAL}:
                raise OSError(error.errno, error.strerror, str(self._path)) from None

    def clear(self) -> None:
        """Throw away what is there."""
        os.ftruncate(self._handle, 0)

    def write(self, start: int, block: bytes | memoryview) -> None:
        """Write ``block`` from byte ``start`` on."""
        faults.point("transfer.output.write")
        written = os.pwrite(self._handle, block, start)
        while written < len(block):
            written += os.pwrite(self._handle, block[written:], start + written)

    def blocks(self, start: int, end: int) -> Iterator[memoryview]:
        """Yield what was written to ``start`` up to ``end``, in one buffer that is used again.

        Ends early where the file does.
        """
        buffer = memoryview(bytearray(min(_BLOCK, max(1, end - start))))
        while start < end:
            count = os.preadv(self._handle, [buffer[: end - start]], start)
            if count == 0:
                return
            yield buffer[:count]
            start += count

    def cut(self, size: int) -> None:
        """Let the file end after ``size`` bytes, whatever it held beyond."""
        os.ftruncate(self._handle, size)

    def close(self) -> None:
        """Close the file; may be called again."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
