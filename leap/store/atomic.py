"""Files that are whole or absent, whatever is killed, and whoever else writes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leap.errors import StoreError

_CHUNK = 1 << 20


def hash_file(path: Path) -> tuple[str, int]:
    """Return the sha256 (64 hex digits) and the size in bytes of a file, reading it once."""
    sha256 = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sha256.update(chunk)
            size += len(chunk)
    return sha256.hexdigest(), size


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the JSON object in a file, or None where there is no file.

    Raises StoreError where the file cannot be read as one.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        message = f"{path}: cannot be read ({error})"
        raise StoreError(message, hint="remove it and run `leap reconcile`") from error
    return parse_json(content, str(path))


def parse_json(content: bytes | str, place: str) -> dict[str, Any]:
    """Return the JSON object that was found at ``place``. Raises StoreError where it is none."""
    try:
        data = json.loads(content)
    except ValueError as error:
        message = f"{place}: cannot be read ({error})"
        raise StoreError(message, hint="remove it and run `leap reconcile`") from error
    if not isinstance(data, dict):
        message = f"{place}: not a JSON object"
        raise StoreError(message, hint="remove it and run `leap reconcile`")
    return data


def as_json(data: Mapping[str, Any]) -> bytes:
    """Return ``data`` as the JSON that documents hold."""
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def create(path: Path, data: Mapping[str, Any]) -> bool:
    """Create ``path`` with all of its content or not at all; False if it exists.

    A hard link is the one way to create a file atomically *and* exclusively:
    rename(2) would replace. https://man7.org/linux/man-pages/man2/link.2.html
    """
    temporary = _written(path, as_json(data))
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def replace(path: Path, data: Mapping[str, Any]) -> None:
    """Write ``data`` to ``path`` in one step, over whatever was there."""
    replace_bytes(path, as_json(data))


def replace_bytes(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write ``content`` to ``path`` in one step, over whatever was there.

    ``mode`` says who may read it, within what the umask allows. Raises OSError.
    """
    temporary = _written(path, content, mode)
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _written(path: Path, content: bytes, mode: int = 0o666) -> Path:
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def sync_tree(folder: Path) -> None:
    """Have every file and folder below ``folder`` on the disk before going on."""
    for path in folder.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        else:
            sync_folder(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk before going on."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network filesystems cannot sync a folder and say so.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)
