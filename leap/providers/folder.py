"""Recordings that lie in a folder, put there by a recorder, a person or a sync tool.

The folder is only read. A file is known by its path below the folder and its
sha256; what was learned by reading it is remembered by path, size and mtime,
so that a listing of known files reads none of them.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Literal
from zoneinfo import ZoneInfo

from leap.domain.filename import read_name
from leap.domain.ports import Progress
from leap.domain.recording import FileMemo, Listing, Observed
from leap.errors import ProviderError
from leap.media.files import bring, disk_errors, opened_inside
from leap.providers.folder_files import (
    File,
    Reader,
    Walk,
    first_seen,
    moment,
    mtime_ns,
    on_disk,
    probed,
)

VIDEO = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"})
AUDIO = frozenset({".mp3", ".m4a", ".wav", ".flac", ".ogg", ".oga", ".opus", ".mka"})


class FolderSource:
    """The recordings below one folder (`leap.domain.ports.Source`).

    Args:
        folder: where they lie; subfolders count. Hidden files, links and files
            without one of ``extensions`` do not, nor do unfinished downloads
            (``.part``), whose extension is none of them.
        name: the source's name. It is also the *account* of the identity: the
            path of the folder is not, so that it can move to another disk.
        settle: seconds for which a file must have been left alone.
        time_zone: in which the dates in file names are meant.
        link: ``auto`` to share a file's bytes where the disk can, ``copy`` to
            always copy them.
    """

    kind = "folder"

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        settle: float = 60.0,
        time_zone: str | ZoneInfo = "UTC",
        link: Literal["auto", "copy"] = "auto",
        extensions: Collection[str] = VIDEO | AUDIO,
    ) -> None:
        self._folder = folder
        self._name = name
        self._settle = timedelta(seconds=settle)
        self._zone = time_zone if isinstance(time_zone, ZoneInfo) else ZoneInfo(time_zone)
        self._link = link
        self._extensions = frozenset(extension.lower() for extension in extensions)

    def list(
        self,
        memos: Mapping[str, FileMemo],
        now: datetime,
        progress: Progress,
        settled: Mapping[str, str] = MappingProxyType({}),
    ) -> Listing:
        """Return every recording in the folder; see `leap.domain.ports.Source`.

        A file that changed less than ``settle`` ago is listed without a
        revision and with the moment at which it may be looked at again. One
        that is no readable media has no duration. One that cannot be read is a
        problem; if it was known, it stays as it was known.

        Raises ProviderError where the folder itself cannot be read.
        """
        walk = Walk(self._folder, self._extensions)
        files, unchanged = [], set[str]()
        for file in walk.files(self._refuse):
            if settled.get(file.path) == file.mark:
                unchanged.add(file.path)
            else:
                files.append(file)
        reader = Reader(self._folder, memos, progress)
        reader.expect(file for file in files if not self._unsettled(file, now))
        observed, known = [], []
        for file in files:
            before = memos.get(file.path)
            try:
                memo = None if self._unsettled(file, now) else reader.read(file)
            except FileNotFoundError:
                continue  # gone since the folder was listed: as good as never seen
            except OSError as error:
                walk.problems.append(f"{file.path}: {os.strerror(error.errno or errno.EIO)}")
                if before is None:
                    continue
                memo = before
            if memo is None:
                observed.append(self._waiting(file, before, now))
                continue
            known.append(memo)
            observed.append(self._observed(file, memo))
        return Listing(
            source=self._name,
            observed=tuple(observed),
            complete=walk.complete,
            problems=tuple(walk.problems),
            notes=tuple(walk.notes),
            memos=tuple(known),
            unchanged=frozenset(unchanged),
        )

    def fetch(
        self, locator: str, revision: str, destination: Path, progress: Progress
    ) -> Mapping[str, Any]:
        """Bring the file at ``locator`` to ``destination``, from its beginning.

        Returns ``fetched`` (``reflink``, ``link`` or ``copy``), ``size`` and
        ``modified_at``. Raises ProviderError where the file is gone or changed
        meanwhile, StageError where ``destination`` cannot be written.
        """
        with self._open(locator) as file:
            before = os.fstat(file.fileno())
            with disk_errors(f"fetching {locator}"):
                destination.unlink(missing_ok=True)
                how = bring(file, destination, share=self._link == "auto", progress=progress)
            after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            destination.unlink()
            raise ProviderError(
                f"source {self._name}: {locator} changed while it was fetched",
                hint="it is taken when it has been left alone for a while",
            )
        modified = moment(mtime_ns(after))
        return {"fetched": how, "size": after.st_size, "modified_at": modified.isoformat()}

    def _open(self, locator: str) -> BinaryIO:
        try:
            return opened_inside(self._folder, on_disk(self._folder, locator))
        except OSError as error:
            raise self._cannot_read(locator, error) from None

    def _unsettled(self, file: File, now: datetime) -> bool:
        """Tell whether ``file`` was changed just now; a time in the future says nothing."""
        age = now - file.modified
        return -self._settle <= age < self._settle

    def _waiting(self, file: File, memo: FileMemo | None, now: datetime) -> Observed:
        """Return what can be said of a file that may still be growing."""
        changed = file.modified if self._unsettled(file, now) else now
        info = probed(self._folder / file.name)
        return self._entry(
            file,
            created_at=info.created_at if info else None,
            first_seen_at=first_seen(file, memo),
            settled_at=changed + self._settle,
        )

    def _observed(self, file: File, memo: FileMemo) -> Observed:
        return self._entry(
            file, memo=memo, created_at=memo.created_at, first_seen_at=memo.first_seen_at
        )

    def _entry(
        self,
        file: File,
        *,
        created_at: datetime | None,
        first_seen_at: datetime | None,
        memo: FileMemo | None = None,
        settled_at: datetime | None = None,
    ) -> Observed:
        name = read_name(file.path.rsplit("/", 1)[-1], self._zone)
        return Observed(
            source=self._name,
            source_kind=self.kind,
            account=self._name,
            external_id=file.path,
            locator=file.path,
            revision=memo.sha256 if memo else "",
            title=name.title,
            started_at=name.moment or created_at or first_seen_at or file.modified,
            size=memo.size if memo else file.size,
            duration=memo.duration if memo else None,
            settled_at=settled_at,
            file=memo,
            mark=file.mark if memo else "",
        )

    def _refuse(self, error: OSError) -> ProviderError:
        reasons = {
            errno.ENOENT: ("does not exist", "create it"),
            errno.ENOTDIR: ("is not a folder", "choose a folder"),
            errno.EACCES: ("may not be read", "allow reading it"),
        }
        reason, fix = reasons.get(
            error.errno or 0, (os.strerror(error.errno or errno.EIO), "make it readable")
        )
        return ProviderError(
            f"source {self._name}: the folder {self._folder} {reason}",
            hint=f"{fix}, or correct `path:` in sources/{self._name}.yaml",
        )

    def _cannot_read(self, locator: str, error: OSError) -> ProviderError:
        if not self._folder.is_dir():
            return self._refuse(FileNotFoundError(errno.ENOENT, "", str(self._folder)))
        reasons = {
            errno.ENOENT: "is no longer there",
            errno.ELOOP: "is a symbolic link, which is not followed",
            errno.ENOTDIR: "lies behind a symbolic link, which is not followed",
        }
        reason = reasons.get(error.errno or 0) or f"cannot be read: {error.strerror}"
        return ProviderError(
            f"source {self._name}: {locator} {reason}", hint="see what `leap plan` says of it now"
        )
