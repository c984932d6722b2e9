"""The files of a folder source: finding them, and learning what is in them."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leap.domain.ports import Progress
from leap.domain.recording import FileMemo
from leap.errors import BadInput, ProviderError
from leap.media.files import opened_inside, sha256
from leap.media.probe import MediaInfo, probe

#: Nanoseconds of 64 bits, as Linux and the ledger count them: the years 1677 to 2262.
_LAST_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class File:
    """A file as the folder's listing shows it; ``name`` is its path on the disk."""

    path: str
    name: str
    size: int
    mtime_ns: int

    @property
    def mark(self) -> str:
        """What changes when the file does, as far as can be told without reading it."""
        return f"{self.size}:{self.mtime_ns}"

    @property
    def modified(self) -> datetime:
        """The mtime, aware, UTC."""
        return moment(self.mtime_ns)


class Walk:
    """The recordings below a folder, and what could not be looked at."""

    def __init__(self, folder: Path, extensions: frozenset[str]) -> None:
        self._folder = folder
        self._extensions = extensions
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.complete = True

    def files(self, refuse: Callable[[OSError], ProviderError]) -> list[File]:
        """Return the files in the order of their paths.

        Raises what ``refuse`` makes of the OSError where the folder itself
        cannot be read.
        """
        try:
            with os.scandir(self._folder):
                pass
        except OSError as error:
            raise refuse(error) from None
        found: dict[str, File] = {}
        for file in self._below(""):
            if file.path in found:
                self.problems.append(f"{file.path}: there are two files of this name")
                continue
            found[file.path] = file
        return [found[path] for path in sorted(found)]

    def _below(self, inner: str) -> Iterator[File]:
        try:
            entries = sorted(os.scandir(self._folder / inner), key=lambda entry: entry.name)
        except OSError as error:
            self.complete = False
            self.problems.append(f"{inner}/: {os.strerror(error.errno or errno.EIO)}")
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            name = f"{inner}/{entry.name}" if inner else entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(name)
            elif Path(name).suffix.lower() in self._extensions or _leads_to_folder(entry):
                yield from self._one(entry, name)

    def _one(self, entry: os.DirEntry[str], name: str) -> Iterator[File]:
        shown = name.encode(errors="replace").decode()
        try:
            facts = entry.stat(follow_symlinks=False)
        except OSError:
            return  # gone since
        if stat.S_ISLNK(facts.st_mode):
            self.notes.append(f"{shown}: is a symbolic link, which is not followed")
        elif shown != name:
            self.problems.append(f"{shown}: its name is not UTF-8; rename it")
        elif stat.S_ISREG(facts.st_mode):
            path = unicodedata.normalize("NFC", name)
            yield File(path, name, facts.st_size, mtime_ns(facts))


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and entry.is_dir()


class Reader:
    """Learns about files by reading them, unless a memo tells it already."""

    def __init__(self, folder: Path, memos: Mapping[str, FileMemo], progress: Progress) -> None:
        self._folder, self._memos, self._progress = folder, memos, progress
        self._total = self._done = 0

    def expect(self, files: Iterable[File]) -> None:
        """Count what there will be to read, for the progress."""
        self._total = sum(file.size for file in files if self._remembered(file) is None)

    def read(self, file: File) -> FileMemo | None:
        """Return what is in ``file``, or None where it changed meanwhile. Raises OSError."""
        remembered = self._remembered(file)
        if remembered is not None:
            return remembered
        with opened_inside(self._folder, file.name) as opened:
            digest = sha256(opened, self._share(file.size), f"reading {file.path}")
            facts = os.fstat(opened.fileno())
        self._done += file.size
        if (facts.st_size, mtime_ns(facts)) != (file.size, file.mtime_ns):
            return None
        info = probed(self._folder / file.name)
        return FileMemo(
            path=file.path,
            size=file.size,
            mtime_ns=file.mtime_ns,
            sha256=digest,
            duration=info.duration if info else None,
            created_at=info.created_at if info else None,
            first_seen_at=first_seen(file, self._memos.get(file.path)),
        )

    def _remembered(self, file: File) -> FileMemo | None:
        memo = self._memos.get(file.path)
        if memo is None or (memo.size, memo.mtime_ns) != (file.size, file.mtime_ns):
            return None
        return memo

    def _share(self, size: int) -> Progress:
        def report(share: float | None, message: str = "") -> None:
            if self._total and share is not None:
                self._progress((self._done + share * size) / self._total, message)

        return report


def mtime_ns(facts: os.stat_result) -> int:
    """Return when a file was changed last, in nanoseconds of 64 bits.

    A file system may count further than that; a clock that stood in the year
    30,000 when the file was written says nothing that is worth keeping.
    """
    return max(-_LAST_NS, min(facts.st_mtime_ns, _LAST_NS))


def moment(nanoseconds: int) -> datetime:
    """Return what ``mtime_ns`` says as a date, aware, UTC."""
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)


def first_seen(file: File, memo: FileMemo | None) -> datetime:
    """Return the mtime that the file had when it was seen first: a touch moves no date."""
    return memo.first_seen_at if memo and memo.first_seen_at else file.modified


def probed(path: Path) -> MediaInfo | None:
    """Return what the file at ``path`` holds, or None where it is no readable media."""
    try:
        return probe(path)
    except (BadInput, OSError):
        return None  # the download says what is wrong with it


def on_disk(folder: Path, locator: str) -> str:
    """Return the path below ``folder`` whose composed (NFC) form is ``locator``.

    macOS and some archives write decomposed names. Raises FileNotFoundError.
    """
    parts: list[str] = []
    for part in locator.split("/"):
        inner = folder.joinpath(*parts)
        if os.path.lexists(inner / part):
            parts.append(part)
            continue
        names = (entry.name for entry in inner.iterdir())
        same = [name for name in names if unicodedata.normalize("NFC", name) == part]
        if not same:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), locator)
        parts.append(same[0])
    return "/".join(parts)
