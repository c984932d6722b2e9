"""Models that several wheels hold together, as one wheel may be too small for them.

They are joined once, in a folder that LEAP keeps, and nothing is loaded from
there whose bytes are not the known ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import util
from pathlib import Path

from leap.errors import MissingTool, StageError

#: Where an unfinished folder is for so long, who began it is gone: joining takes seconds.
_ABANDONED = 3600
_CHUNK = 1 << 20
_SCRATCH = ".joining-"


@dataclass(frozen=True, slots=True)
class Pieces:
    """One file of a model: the data files of packages that make it up, in order."""

    parts: Sequence[tuple[str, str]]
    sha256: str


@dataclass(frozen=True, slots=True)
class Split:
    """A model that several packages hold together.

    ``files`` are its files, by name; ``extra`` is the extra of LEAP that
    installs the packages.
    """

    name: str
    extra: str
    files: Mapping[str, Pieces]

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages, by the names that Python imports."""
        return tuple(
            dict.fromkeys(package for each in self.files.values() for package, _ in each.parts)
        )


def joined(model: Split, cache: Path) -> Path:
    """Return the folder below ``cache`` with the files of ``model``, made where it is not there.

    Its bytes are compared with the known sums before it is returned. A folder
    that was damaged is made anew. Any number of processes may do so at once.

    Raises MissingTool where the packages hold other bytes, StageError where
    the folder cannot be written.
    """
    sums = "".join(each.sha256 for each in model.files.values())
    folder = cache / f"{model.name}-{hashlib.sha256(sums.encode()).hexdigest()[:16]}"
    try:
        if not _is_sound(folder, model):
            cache.mkdir(parents=True, exist_ok=True)
            _sweep(cache)
            _join(model, folder)
    except OSError as error:
        hint = f"make {cache} writable, with room for the model"
        message = f"the model {model.name} cannot be joined: {error.strerror or error}"
        raise StageError(message, hint=hint) from error
    return folder


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read once for as long as it does not change."""
    status = path.stat()
    return _hash(str(path.resolve()), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=16)
def _hash(path: str, _size: int, _mtime_ns: int) -> str:
    with open(path, "rb") as file:  # noqa: PTH123
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_sound(folder: Path, model: Split) -> bool:
    try:
        return all(file_sha256(folder / name) == each.sha256 for name, each in model.files.items())
    except (FileNotFoundError, NotADirectoryError):
        return False


def _join(model: Split, folder: Path) -> None:
    """Make ``folder`` in one step; where another process was quicker, its folder stays."""
    with _scratch(folder.parent) as scratch:
        new = scratch / folder.name
        new.mkdir()
        for name, each in model.files.items():
            if _write(new / name, model, each) != each.sha256:
                packages = " ".join(each.replace("_", "-") for each in model.packages)
                raise MissingTool(
                    f"the model {model.name} is damaged: {name} has unexpected content",
                    hint=f"install it again: pip install --force-reinstall {packages}",
                )
        with contextlib.suppress(OSError):  # something stands there already
            new.rename(folder)
            return
        if not _is_sound(folder, model):
            # Moved, not removed: whoever reads it still has it open.
            folder.rename(scratch / "damaged")
            new.rename(folder)


def _write(path: Path, model: Split, pieces: Pieces) -> str:
    """Write the pieces one after the other and return the SHA-256 of the whole."""
    sha256 = hashlib.sha256()
    with path.open("xb") as file:
        for package, part in pieces.parts:
            with _installed(model, package, part).open("rb") as source:
                while chunk := source.read(_CHUNK):
                    sha256.update(chunk)
                    file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return sha256.hexdigest()


def _installed(model: Split, package: str, part: str) -> Path:
    """Return where a data file of a package is. Raises MissingTool."""
    spec = util.find_spec(package)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(place, part)).is_file():
            return path
    message = f"{package.replace('_', '-')} holds no {part}"
    raise MissingTool(message, hint=f"run `pip install 'leap[{model.extra}]'`")


@contextlib.contextmanager
def _scratch(cache: Path) -> Iterator[Path]:
    folder = cache / f"{_SCRATCH}{uuid.uuid4().hex[:16]}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(cache: Path) -> None:
    """Remove what processes left that were killed while they joined."""
    for left in cache.glob(f"{_SCRATCH}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                shutil.rmtree(left, ignore_errors=True)
