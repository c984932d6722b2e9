"""Advisory locks on files: released by the kernel when their holders die."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leap.errors import LedgerError

_POLL = 0.01


class FileLock:
    """A lock on ``path``, held by this object until it is released.

    The lock belongs to the open file: a forked child shares it, and it is free
    when the last of them has closed it or died. A program that is executed
    does not inherit it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, *, shared: bool = False, wait: float = 0.0) -> bool:
        """Take the lock within ``wait`` seconds; tell whether it is held now."""
        deadline = time.monotonic() + wait
        operation = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, operation)
                if _is_file_at(descriptor, self._path):
                    self._descriptor = descriptor
                    return True
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    return False
                time.sleep(_POLL)
            os.close(descriptor)

    def release(self) -> None:
        """Let go of the lock; harmless where it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def exclusive(path: Path, *, wait: float, doing: str) -> Iterator[None]:
    """Hold ``path`` alone for a block; LedgerError says ``doing`` after ``wait`` seconds."""
    lock = FileLock(path)
    if not lock.acquire(wait=wait):
        raise LedgerError(f"another command has been {doing} for more than {wait:.0f} s ({path})")
    try:
        yield
    finally:
        lock.release()


def _is_file_at(descriptor: int, path: Path) -> bool:
    """Tell whether ``path`` still names the opened file, which somebody may have deleted."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
