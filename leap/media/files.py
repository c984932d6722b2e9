"""Bringing the bytes of a large file to another place, as cheaply as the disk allows."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Literal

from leap import faults
from leap.domain.ports import Progress
from leap.errors import StageError

How = Literal["reflink", "link", "copy"]
_CHUNK = 1 << 20
#: `FICLONE` of linux/fs.h: share the blocks of a file until one of the two changes.
_FICLONE = 0x40049409


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turn what a disk can refuse inside the block into a StageError of one line.

    ``doing`` completes "… while", such as ``trimming the recording``.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StageError(
                f"no space left on the disk while {doing}",
                hint="free some, and run `leap reconcile` again",
            ) from None
        reason = os.strerror(error.errno) if error.errno else str(error)
        place = f" {error.filename}:" if error.filename else ""
        raise StageError(f"while {doing}:{place} {reason}") from None


def opened_inside(root: Path, name: str) -> BinaryIO:
    """Open the regular file ``name`` below ``root`` for reading, following no link.

    ``name`` is relative, with ``/``. Each of its folders is opened in turn, so
    that nobody can swap one for a link in between. Raises OSError; ELOOP or
    ENOTDIR for a link, ENOENT where it is gone, EINVAL for what is no regular
    file or would leave ``root``.
    """
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        raise OSError(errno.EINVAL, "not a path below the folder", name)
    with _folder(root, parts[:-1]) as folder:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        handle = os.open(parts[-1], flags, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file", name)
    return os.fdopen(handle, "rb")


@contextmanager
def _folder(root: Path, parts: list[str]) -> Iterator[int]:
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            inner = os.open(part, flags, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def sha256(file: BinaryIO, progress: Progress | None = None, message: str = "") -> str:
    """Return the sha256 of ``file`` from its beginning, as 64 hex digits."""
    digest = hashlib.sha256()
    for chunk, share in _chunks(file):
        digest.update(chunk)
        if progress is not None:
            progress(share, message)
    return digest.hexdigest()


def bring(
    file: BinaryIO,
    destination: Path,
    *,
    share: bool = True,
    progress: Progress | None = None,
) -> How:
    """Make ``destination``, which must not exist, hold the bytes of the open ``file``.

    With ``share`` the blocks are shared where the file system can do that, or
    it becomes another name of the same file; else, and otherwise, the bytes
    are copied. A destination that could not be finished is removed. Raises
    OSError, FileExistsError among them.
    """
    if share:
        with suppress(OSError):
            _reflink(file, destination)
            return "reflink"
        with suppress(OSError):
            _hard_link(file, destination)
            return "link"
    _copy(file, destination, progress)
    return "copy"


def place(source: Path, destination: Path, progress: Progress | None = None) -> How:
    """Make ``destination`` hold the bytes of ``source``, sharing them where possible."""
    with source.open("rb") as file:
        return bring(file, destination, progress=progress)


def _reflink(file: BinaryIO, destination: Path) -> None:
    if sys.platform != "linux":
        raise OSError(errno.ENOTSUP, "no FICLONE here")
    import fcntl

    with destination.open("xb") as made:
        try:
            fcntl.ioctl(made.fileno(), _FICLONE, file.fileno())
        except OSError:
            destination.unlink()
            raise


def _hard_link(file: BinaryIO, destination: Path) -> None:
    """Link the very file that is open, not whatever has its name by now.

    https://man7.org/linux/man-pages/man2/open.2.html, under O_TMPFILE.
    """
    if sys.platform != "linux":
        raise OSError(errno.ENOTSUP, "no /proc here")
    # Without a folder's handle Python calls link(2), which would link the link in /proc.
    folder = os.open(destination.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        opened = f"/proc/self/fd/{file.fileno()}"
        os.link(opened, destination.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _copy(file: BinaryIO, destination: Path, progress: Progress | None) -> None:
    size = os.fstat(file.fileno()).st_size
    if shutil.disk_usage(destination.parent).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(destination))
    with destination.open("xb") as made:
        try:
            for chunk, share in _chunks(file):
                faults.point("media.files.copy")
                made.write(chunk)
                if progress is not None:
                    progress(share, "copying")
        except BaseException:
            destination.unlink(missing_ok=True)
            raise


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, float]]:
    """Yield the bytes of ``file`` and the share that is done.

    It ends where the file ended at the beginning: somebody may be writing to
    it faster than it can be read.
    """
    file.seek(0)
    size = os.fstat(file.fileno()).st_size
    done = 0
    while done < size and (chunk := file.read(min(_CHUNK, size - done))):
        done += len(chunk)
        yield chunk, done / size
