"""A folder for what must not stay: secrets in the clear, for as long as an editor is open."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

#: Waits until whoever started it has gone, however that happened, and tidies up.
_GUARD = 'cat >/dev/null; rm -rf -- "$1"'


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Give a folder for the block that only this user can enter, in memory where there is such.

    It is removed with all that is in it, also when this process is killed: a
    small guard outlives it. Raises OSError.
    """
    folder = Path(tempfile.mkdtemp(prefix="leap-edit-", dir=_place()))
    try:
        # In a session of its own, Ctrl-C and a closed terminal do not reach it.
        guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "sh", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        try:
            yield folder
        finally:
            guard.communicate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> str | None:
    """Return a folder that is kept in memory, or None for the usual temporary folder."""
    for place in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):  # noqa: S108 -- a folder of our own is made in it
        if Path(place).is_absolute() and os.access(place, os.W_OK | os.X_OK):
            return place
    return None
