"""Putting a whole tree of files where it belongs: all of it, or nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leap.config.repository import OPERATOR
from leap.errors import LeapError, UsageError

_PREFIX = ".leap-init-"
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository is to be.

    ``git`` is the folder of the git repository that it is in already, if any.
    """

    folder: Path
    git: Path | None


def find_place(folder: Path) -> Place:
    """Return ``folder`` as the place of a new repository.

    Nothing is written. Raises UsageError where it is a file or in a repository
    of LEAP.
    """
    try:
        folder = Path(os.path.realpath(folder))
        if folder.exists() and not folder.is_dir():
            message = f"{folder} is a file"
            raise UsageError(message, hint="name a folder, which may be new")
        for parent in (folder, *folder.parents):
            if parent.exists() and not parent.is_dir():
                raise UsageError(f"{parent} is a file", hint="name a folder, which may be new")
            if (parent / OPERATOR).exists():
                raise _is_leap(folder, parent)
        git = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(folder)!r}: {getattr(error, 'strerror', error)}") from None
    return Place(folder, git)


def refuse_conflicts(place: Place, names: Iterable[str]) -> None:
    """Raise UsageError where a file of ``names``, or something in its way, is there."""
    taken = sorted({found for name in names if (found := _in_the_way(place.folder, name))})
    if not taken:
        return
    shown = ", ".join(taken[:_SHOWN])
    more = f" and {len(taken) - _SHOWN} more" if len(taken) > _SHOWN else ""
    message = f"{place.folder} has {shown}{more}, and nothing is overwritten"
    raise UsageError(message, hint="move them away, or name a new folder")


@contextlib.contextmanager
def staging(place: Place) -> Iterator[Path]:
    """Give an empty folder on the disk of ``place``, which is removed after the block.

    Raises LeapError where nothing can be written there.
    """
    nearest = next(each for each in (place.folder, *place.folder.parents) if each.is_dir())
    with _disk(nearest):
        scratch = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=nearest))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def move_in(tree: Path, place: Place) -> None:
    """Move everything in ``tree`` to ``place``; undo it all where something fails.

    A folder that is not there yet appears with all its files at once. Into one
    that is there the files go one by one, the operator's file last: without it
    there is no repository. Raises LeapError.
    """
    made: list[Path] = []
    with _disk(place.folder):
        try:
            if not place.folder.exists():
                _make_folder(place.folder.parent, made)
                tree.rename(place.folder)
                return
            for path in sorted(_files(tree), key=lambda each: each == tree / OPERATOR):
                target = place.folder / path.relative_to(tree)
                _make_folder(target.parent, made)
                _move(path, target)
                made.append(target)
        except BaseException:
            _undo(made)
            raise


def _move(path: Path, target: Path) -> None:
    if os.path.lexists(target):
        raise FileExistsError(0, "it has appeared meanwhile", str(target))
    path.rename(target)


def _files(tree: Path) -> Iterator[Path]:
    """Yield what is moved as one: every file, and git's own folder."""
    for path in tree.iterdir():
        if path.is_dir() and path.name != ".git":
            yield from (each for each in path.rglob("*") if not each.is_dir())
        else:
            yield path


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        # Keys lie in a folder of their own, which nobody else may enter.
        each.mkdir(mode=0o700 if each.name == "keys" else 0o777)
        made.append(each)


def _undo(made: Iterable[Path]) -> None:
    for path in reversed(list(made)):
        with contextlib.suppress(OSError):
            if path.name == ".git":
                shutil.rmtree(path)
            elif path.is_dir():
                path.rmdir()
            else:
                path.unlink()


def _in_the_way(folder: Path, name: str) -> str | None:
    """Return the part of ``name`` that keeps it from being written, if one does."""
    path = folder
    parts = name.split("/")
    for index, part in enumerate(parts, start=1):
        path /= part
        if index < len(parts):
            # A link could lead anywhere, so it counts as a file.
            if path.is_symlink() or (path.exists() and not path.is_dir()):
                return "/".join(parts[:index])
        elif os.path.lexists(path):
            return name
    return None


def _is_leap(folder: Path, parent: Path) -> UsageError:
    if parent == folder:
        return UsageError(
            f"{folder} is a repository of LEAP already",
            hint="a new tenant is a new folder in its tenants/",
        )
    return UsageError(
        f"{folder} would be inside the repository {parent}", hint="name a folder outside it"
    )


@contextlib.contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        message = f"{where}: cannot be written: {(error.strerror or str(error)).lower()}"
        raise LeapError(message, hint="name a folder that you may write to") from None
