"""Writing files so that a reader sees the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from leap import faults
from leap.errors import SecretError
from leap.secrets.places import shown

#: How long a command waits for another one; a person may have an editor open.
_PATIENCE = 10.0
_POLL = 0.05


def replace(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Give ``path`` new ``content`` by rename; it and its folder are fsynced.

    Raises OSError; then ``path`` is as it was.
    """
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_new(scratch, content, mode=mode)
        faults.point("secrets.before_rename")
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    _sync(path.parent)


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Create ``path``, which must not exist, with ``content`` and ``mode``, fsynced."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def changing(root: Path, path: Path, *, patience: float = _PATIENCE) -> Iterator[None]:
    """Be the only command that changes the file at ``path`` for the block.

    Whatever cannot be written in it is one line for the user. Raises
    SecretError, also where another command does not end within ``patience``
    seconds.
    """
    try:
        with locked(path.parent, patience=patience):
            yield
    except BlockingIOError:
        message = f"{shown(root, path)}: another command is changing it"
        raise SecretError(message, hint="wait for it, or finish your `secrets edit`") from None
    except OSError as error:
        where = shown(root, Path(error.filename or path))
        message = f"{where}: cannot be written: {error.strerror}"
        hint = "see who owns it and its folder, and how full the disk is"
        raise SecretError(message, hint=hint) from None


@contextlib.contextmanager
def locked(folder: Path, *, patience: float = _PATIENCE) -> Iterator[None]:
    """Hold an exclusive lock on ``folder`` for the block.

    Raises BlockingIOError where others hold it for ``patience`` seconds.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _acquire(handle, time.monotonic() + patience)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_POLL)
        else:
            return


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
