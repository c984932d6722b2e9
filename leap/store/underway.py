"""Folders for what is not finished yet: new ones, and those that outlive a kill.

Each is locked while in use, so that what a killed process left can be told
from what another one is working on.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

_LOCK = ".lock"
_FILES = "files"
_POLL_SECONDS = 0.05


class InUse(Exception):
    """Another process works in the folder."""


@contextlib.contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """Give an empty folder below ``parent``; it is removed at the end."""
    folder = parent / uuid.uuid4().hex[:16]
    with locked(folder, wait=1):
        try:
            work = folder / _FILES
            work.mkdir()
            yield work
        finally:
            discard(folder)


@contextlib.contextmanager
def kept(folder: Path, *, wait: float) -> Iterator[Path]:
    """Give the folder for files inside ``folder``, with what an earlier process left in it.

    It stays when the block ends. Raises InUse where another process
    uses it for longer than ``wait`` seconds.
    """
    with locked(folder, wait=wait):
        work = folder / _FILES
        work.mkdir(exist_ok=True)
        os.utime(work)  # somebody still needs it
        yield work


def remove(folder: Path) -> bool:
    """Remove ``folder`` unless a process uses it; tell whether it is gone."""
    with contextlib.suppress(InUse):
        if not folder.is_dir():
            return True
        with locked(folder, wait=0):
            discard(folder)
    return not folder.exists()


def discard(folder: Path) -> None:
    """Remove ``folder``, whose lock is held.

    It goes to another name first: whoever waits for the lock makes a new one.
    """
    gone = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def sweep(parent: Path, is_needed: Callable[[Path], bool] = lambda _: False) -> int:
    """Remove the folders below ``parent`` that no process uses and nobody needs; return how many."""
    swept = 0
    with contextlib.suppress(FileNotFoundError):
        for folder in list(parent.iterdir()):
            with contextlib.suppress(OSError, InUse):
                if not is_needed(folder):
                    swept += remove(folder)
    return swept


def untouched(folder: Path) -> float:
    """Return for how many seconds nothing in ``folder`` has been written."""
    changed = [path.stat().st_mtime for path in (folder, *folder.rglob("*"))]
    return time.time() - max(changed)


def taken(folder: Path) -> int:
    """Return the bytes on the disk that the files in ``folder`` take; holes take none."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return sum(path.stat().st_blocks * 512 for path in (folder / _FILES).iterdir())
    return 0


@contextlib.contextmanager
def locked(folder: Path, *, wait: float) -> Iterator[None]:
    """Hold the lock of ``folder`` for a block; makes the folder.

    Raises InUse where another process holds it for longer than
    ``wait`` seconds.
    """
    deadline = time.monotonic() + wait
    handle = _opened(folder)
    try:
        while not _is_held(handle, folder):
            if time.monotonic() >= deadline:
                raise InUse(f"{folder}: another process uses it")
            time.sleep(_POLL_SECONDS)
            os.close(handle)
            handle = _opened(folder)
        yield
    finally:
        os.close(handle)


def _opened(folder: Path) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            return os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _is_held(handle: int, folder: Path) -> bool:
    """Try to lock; a file whose folder was removed meanwhile is nobody's lock any more."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(handle), (folder / _LOCK).stat())
    except (BlockingIOError, FileNotFoundError):
        return False
