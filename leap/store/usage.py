"""The room that targets take on the disk, by stage."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from leap.domain.history import Usage
from leap.domain.stage import FILE_STAGES, Stage


def usage(root: Path, tenant: str) -> dict[Stage, Usage]:
    """Return what the targets of ``tenant`` in the store at ``root`` take.

    Everything in a target's folder counts, also what a killed run left there.
    Files that vanish meanwhile do not.
    """
    found = {stage.value: Usage() for stage in FILE_STAGES}
    for recording in _folders(root / tenant):
        for stage in _folders(recording):
            if stage.name not in found:
                continue
            for target in _folders(stage):
                sizes = list(_files(target))
                before = found[stage.name]
                found[stage.name] = Usage(
                    before.targets + Path(target, "manifest.json").exists(),
                    before.size + sum(size for size, _ in sizes),
                    before.linked + sum(size for size, linked in sizes if linked),
                )
    return {Stage(name): each for name, each in found.items() if each.size}


def _folders(folder: os.PathLike[str]) -> Iterator[os.DirEntry[str]]:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        yield from (
            entry
            for entry in entries
            if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
        )


def _files(folder: os.PathLike[str]) -> Iterator[tuple[int, bool]]:
    """Yield the size of every file below ``folder``, and whether it has another name elsewhere."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry)
            else:
                with contextlib.suppress(FileNotFoundError):
                    found = entry.stat(follow_symlinks=False)
                    yield found.st_size, found.st_nlink > 1
