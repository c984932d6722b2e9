"""Files that are whole or absent: nothing here is ever changed in place."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from leap.domain.ports import Progress

_CHUNK = 1 << 20
_NAME_LENGTH = 8
_PART = ".part"


def content_name(stem: str, digest: str, suffix: str) -> str:
    """Return ``stem-<8 hex><suffix>``: another content never takes an old name."""
    return f"{stem}-{digest[:_NAME_LENGTH]}{suffix}"


def place(source: Path, folder: Path, stem: str, progress: Progress) -> str:
    """Bring ``source`` into ``folder`` under a content name and return the name.

    A hard link where the filesystem allows it, else a synced copy. A file that
    is already there is left alone. Raises OSError.
    """
    source = source.resolve(strict=True)
    suffix = source.suffix.lower()
    for present in folder.glob(f"{stem}-{'?' * _NAME_LENGTH}{suffix}"):
        # The same inode is the same content: a new title need not read a gigabyte again.
        if present.samefile(source):
            return present.name
    name = content_name(stem, _sha256(source, progress), suffix)
    target = folder / name
    if target.exists():
        return name
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return name
    except OSError:
        # Another filesystem, one without links, or too many of them.
        _copy(source, target)
    sync_folder(folder)
    return name


def put(folder: Path, stem: str, suffix: str, data: bytes) -> str:
    """Write ``data`` under a content name and return the name. Raises OSError."""
    name = content_name(stem, hashlib.sha256(data).hexdigest(), suffix)
    if not (folder / name).exists():
        replace(folder / name, data)
    return name


def replace(path: Path, data: bytes) -> None:
    """Give ``path`` the content ``data`` in one step that survives a power cut."""
    part = _part_of(path)
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sweep(folder: Path, ours: Callable[[str], bool], keep: Collection[str]) -> None:
    """Remove the files of ``folder`` that are ``ours`` by their names and not in ``keep``."""
    for path in folder.iterdir():
        if path.name not in keep and (ours(path.name) or _is_part(path.name)):
            path.unlink(missing_ok=True)


def remove(folder: Path, ours: Callable[[str], bool], *, last: str) -> None:
    """Remove a page, its entrance first, so that nobody sees a torn one.

    The file ``last`` goes last: it says whose the folder is while there is one.
    A folder in which somebody put files that are not ``ours`` stays, with them.
    """
    with contextlib.suppress(FileNotFoundError):
        (folder / "index.html").unlink(missing_ok=True)
        sweep(folder, ours, {last})
        (folder / last).unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
        sync_folder(folder.parent)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on ``path`` for a block; the kernel frees it after a crash."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_part(name: str) -> bool:
    return name.startswith(".") and name.endswith(_PART)


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}{_PART}")


def _sha256(path: Path, progress: Progress) -> str:
    size = path.stat().st_size or 1
    done = 0
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sha256.update(chunk)
            done += len(chunk)
            progress(min(done / size, 1.0), f"reading {path.name}")
    return sha256.hexdigest()


def _copy(source: Path, target: Path) -> None:
    part = _part_of(target)
    try:
        with source.open("rb") as reading, part.open("wb") as writing:
            shutil.copyfileobj(reading, writing, _CHUNK)
            writing.flush()
            os.fsync(writing.fileno())
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
