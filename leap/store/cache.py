"""Files of a bucket on this machine: as many as may be, never one that is in use.

    <root>/files/<name>             a file of the bucket, whole and with the right hash
    <root>/.incoming/<hash>/…       one that is just being brought

Each is locked by whoever uses it, so that several processes share one cache.
What was not used for the longest time goes first.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from leap.domain.manifest import TargetFile
from leap.store import underway
from leap.store.atomic import hash_file, sync_tree

_FILES, _INCOMING = "files", ".incoming"
#: How long a process waits for another one that brings the same file, in seconds.
_PATIENCE = 6 * 3600.0


class Damaged(Exception):
    """What was brought is not what was asked for."""


class Cache:
    """Files below ``root`` that together have at most ``size`` bytes, but for those in use."""

    def __init__(self, root: Path, size: int) -> None:
        self.root = root
        self._size = size
        #: What this process uses, by path: as long as the file is open, it is locked.
        self._held: dict[Path, int] = {}
        weakref.finalize(self, _close, self._held)

    def take(self, folder: str, file: TargetFile, fetch: Callable[[Path], None]) -> Path:
        """Return where ``file`` of ``folder`` is; it stays there as long as this cache lives.

        ``fetch`` writes it to a path where it is not here yet. Raises Damaged
        where that brings something else.
        """
        path = self.folder(folder) / file.path
        if not self._hold(path, file.size):
            while not self._hold(path, file.size):
                self._fill(path, file, fetch)
            self.trim()
        # The folder's time, not the file's: that may be a file of the source, linked here.
        os.utime(path.parent)
        return path

    def folder(self, folder: str) -> Path:
        """Return where the files of ``folder`` are, or would be."""
        return self.root / _FILES / folder

    def adopt(self, scratch: Path, folder: str) -> None:
        """Take over a folder of new files, which has to be on the same filesystem."""
        _move(scratch, self.folder(folder))
        self.trim()

    def sweep(self) -> int:
        """Remove what killed processes were bringing; return how many files that were.

        What was in use when the last run had to make room, is trimmed too.
        """
        self.trim()
        return underway.sweep(self.root / _INCOMING)

    def trim(self) -> None:
        """Remove files that nobody uses until the rest has the right size."""
        found = sorted(_files(self.root / _FILES))
        size = sum(each for _, _, each in found)
        for _, path, its_size in found:
            if size <= self._size:
                break
            if self._evict(path):
                size -= its_size

    def _hold(self, path: Path, size: int) -> bool:
        """Lock a file that is here; False where it is not, or not whole."""
        if path in self._held:
            return True
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            fcntl.flock(handle, fcntl.LOCK_SH)
            if _is_at(handle, path) and os.fstat(handle).st_size == size:
                self._held[path] = handle
                return True
            os.close(handle)
        return False

    def _fill(self, path: Path, file: TargetFile, fetch: Callable[[Path], None]) -> None:
        # Beside the files, since a lock of the new file would be in its users' way.
        folder = self.root / _INCOMING / file.sha256
        with underway.kept(folder, wait=_PATIENCE) as incoming:
            try:
                # Another process may have brought it while this one waited.
                if self._hold(path, file.size):
                    return
                fetch(incoming / "part")
                if hash_file(incoming / "part") != (file.sha256, file.size):
                    raise Damaged
                sync_tree(incoming)
                _move(incoming / "part", path)
            finally:
                underway.discard(folder)

    def _evict(self, path: Path) -> bool:
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not _is_at(handle, path):
                    return False
                path.unlink()
            finally:
                os.close(handle)
            for parent in path.relative_to(self.root / _FILES).parents[:-1]:
                with contextlib.suppress(OSError):  # others are in it
                    (self.root / _FILES / parent).rmdir()
            return True
        return False


def _move(path: Path, to: Path) -> None:
    while True:
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.rename(to)
        except FileNotFoundError:
            # Another process may just have removed the folder above, as an empty one.
            if not path.exists():
                raise
        else:
            return


def _close(held: Mapping[Path, int]) -> None:
    for handle in held.values():
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    """Tell whether an open file is still the one at ``path``."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _files(folder: Path) -> Iterator[tuple[float, Path, int]]:
    """Yield when each file was last used, its path, and its size."""
    for here, _, names in os.walk(folder):
        with contextlib.suppress(FileNotFoundError):
            used = Path(here).stat().st_mtime
            for name in names:
                path = Path(here, name)
                with contextlib.suppress(FileNotFoundError):
                    yield used, path, path.stat().st_size
