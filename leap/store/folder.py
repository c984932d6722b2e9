"""A store in a folder of this machine."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from leap.domain.history import Usage
from leap.domain.manifest import TargetFile
from leap.domain.stage import Stage
from leap.store.atomic import create, read_json, replace, sync_folder, sync_tree
from leap.store.usage import usage


class FolderShelf:
    """Documents and files below one folder (``leap.store.shelf.Shelf``)."""

    is_local = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, name: str) -> str:
        return str(self.root / name)

    def check(self) -> None:
        """Nothing to check: a file system that has hard links keeps every promise."""

    def sweep(self) -> int:
        return 0  # the store sweeps the folder of work itself

    # ── documents ──────────────────────────────────────────────────────────

    def read(self, name: str) -> dict[str, Any] | None:
        return read_json(self.root / name)

    def read_all(self, names: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        for name in names:
            data = self.read(name)
            if data is not None:
                yield name, data

    def find(self, pattern: str) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(pattern))

    def create(self, name: str, data: Mapping[str, Any]) -> bool:
        return create(self._made(name), data)

    def replace(self, name: str, data: Mapping[str, Any]) -> None:
        replace(self._made(name), data)

    def remove(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    def _made(self, name: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    # ── folders of files ───────────────────────────────────────────────────

    def put(self, scratch: Path, folder: str, files: Sequence[TargetFile]) -> None:
        path = self._made(folder)
        sync_tree(scratch)
        scratch.rename(path)
        sync_folder(path.parent)

    def sizes(self, folders: Collection[str]) -> Mapping[str, int]:
        return {
            name: size
            for folder in folders
            for name, size in _sizes(f"{self.root}{os.sep}{folder}", folder)
        }

    def files(self, folder: str, files: Sequence[TargetFile]) -> Mapping[str, Path]:
        return {file.path: self.root / folder / file.path for file in files}

    def whole(self, folder: str, files: Sequence[TargetFile]) -> Path:
        return self.root / folder

    def keep_only(self, folder: str, names: Iterable[str]) -> None:
        kept, here = set(names), self.root / folder
        with contextlib.suppress(FileNotFoundError):
            for path in here.iterdir():
                # A hidden file is a document that another process is just writing.
                if path.name in kept or path.name.startswith("."):
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
        if not kept:
            with contextlib.suppress(OSError):
                here.rmdir()

    def usage(self, tenant: str) -> dict[Stage, Usage]:
        return usage(self.root, tenant)


def _sizes(path: str, name: str) -> Iterator[tuple[str, int]]:
    # What cannot be looked at is not there for anybody.
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            here = f"{name}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _sizes(entry.path, here)
            else:
                with contextlib.suppress(FileNotFoundError):
                    yield here, entry.stat().st_size
