"""Reading files that a stranger may have put there: regular ones only, and no more than wanted."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_file(path: Path, limit: int) -> bytes:
    """Return the first ``limit`` bytes of the regular file at ``path``.

    A link is not followed, and a pipe or a device is not waited for. Raises
    OSError, whose ``strerror`` says so.
    """
    # Non-blocking, since opening a named pipe waits for somebody who writes to it.
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(number, "rb") as stream:  # noqa: PTH123 -- a descriptor is no path
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return stream.read(limit)
