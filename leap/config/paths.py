"""Folders named in YAML, and the roots that they must not leave."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from leap.config.units import Called, complaint

_MAX_LENGTH = 1000


def as_path(value: Any) -> Path:
    """Return ``value`` as a path, or complain."""
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value.strip():
        raise complaint("not a path", "write it like `/srv/recordings`")
    if len(value) > _MAX_LENGTH:
        raise complaint(f"a path of more than {_MAX_LENGTH} characters")
    if value.startswith("~"):
        raise complaint("`~` is not expanded", "write the whole path")
    return Path(value.strip())


FolderPath = Annotated[
    Path,
    BeforeValidator(as_path),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": _MAX_LENGTH}),
    Called("folder"),
]


def resolved(root: Path, path: Path) -> Path:
    """Return ``path``, taken as relative to ``root``, without links and ``..``.

    Nothing needs to exist.
    """
    return Path(os.path.realpath(root / path))


def inside(path: Path, folders: Iterable[Path]) -> bool:
    """Tell whether the resolved ``path`` is one of the resolved ``folders`` or lies in one."""
    return any(path == folder or folder in path.parents for folder in folders)


def portable(root: Path, path: Path) -> str:
    """Return ``path`` relative to ``root`` where it lies in it, else as it is; with ``/``."""
    return path.relative_to(root).as_posix() if inside(path, [root]) else path.as_posix()
