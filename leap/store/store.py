"""Targets, failures, receipts and answers, wherever they lie."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from leap.domain.history import Usage
from leap.domain.manifest import FailureRecord, Manifest, ReceiptRecord, TargetFile, TargetName
from leap.domain.ports import Receipt
from leap.domain.stage import Stage
from leap.errors import StoreError
from leap.faults import point
from leap.store import receipts, underway
from leap.store.answers import KeptAnswers
from leap.store.atomic import hash_file
from leap.store.folder import FolderShelf
from leap.store.shelf import Shelf

_MANIFEST = "manifest.json"
_FAILURE = "failure.json"
_SCRATCH = ".scratch"
_UNFINISHED = ".unfinished"

_NONE: Mapping[str, str] = MappingProxyType({})

#: How long an unfinished target is kept that nobody goes on with, in seconds.
_KEPT = 7 * 24 * 3600.0
#: A process that was killed a moment ago may take so long to let go of its files.
_PATIENCE = 10.0


class Store:
    """The store on a ``shelf``, or below a folder such as ``state/targets``."""

    def __init__(self, shelf: Shelf | Path) -> None:
        self.shelf: Shelf = FolderShelf(shelf) if isinstance(shelf, Path) else shelf

    @property
    def root(self) -> Path:
        """The folder of this machine in which files are made and used."""
        return self.shelf.root

    @property
    def is_local(self) -> bool:
        """Whether what is committed stays on this machine's disk."""
        return self.shelf.is_local

    def check(self) -> None:
        """Raise StoreError where the place of the store cannot keep its promises."""
        self.shelf.check()

    # ── targets ────────────────────────────────────────────────────────────

    def place(self, manifest: Manifest) -> str:
        """Return where the files of a target are, as a person looks for them."""
        return self.shelf.place(_attempt(manifest))

    def read(self, name: TargetName) -> Manifest | None:
        """Return the manifest of a target, or None where nothing is committed.

        Raises StoreError where a manifest is there but cannot be read.
        """
        document = f"{_folder(name)}/{_MANIFEST}"
        data = self.shelf.read(document)
        return None if data is None else self._manifest(document, data)

    def standing(self, names: Collection[TargetName]) -> dict[TargetName, Manifest]:
        """Return the manifests of those targets that are committed and whole.

        That is asked at once for all of them: a bucket answers few requests
        sooner than many. Raises StoreError as ``read`` does.
        """
        folders = {_folder(name): name for name in names}
        sizes = self.shelf.sizes(folders)
        documents = (f"{folder}/{_MANIFEST}" for folder in folders)
        found = {}
        for document, data in self.shelf.read_all([each for each in documents if each in sizes]):
            manifest = self._manifest(document, data)
            if _is_whole(manifest, sizes):
                found[folders[document.removesuffix(f"/{_MANIFEST}")]] = manifest
        return found

    def files(self, manifest: Manifest) -> Mapping[str, Path]:
        """Return the files of a target by their relative path.

        A file of a bucket is brought to this machine when it is looked up, and
        stays here while this process lives; that may raise StoreError.
        """
        return self.shelf.files(_attempt(manifest), manifest.files)

    def whole(self, manifest: Manifest) -> Path:
        """Return a folder of this machine with all files of a target, as ``files`` gives them."""
        return self.shelf.whole(_attempt(manifest), manifest.files)

    def is_present(self, manifest: Manifest) -> bool:
        """Tell whether every file is there with its recorded size.

        The hashes are not computed: this is asked before every use.
        """
        return _is_whole(manifest, self.shelf.sizes([_attempt(manifest)]))

    def usage(self, tenant: str) -> dict[Stage, Usage]:
        """Return the room that the targets of a tenant take, by stage."""
        return self.shelf.usage(tenant)

    def _manifest(self, document: str, data: Mapping[str, Any]) -> Manifest:
        try:
            return Manifest.from_json(data)
        except (KeyError, TypeError, ValueError) as error:
            message = f"{self.shelf.place(document)}: not a manifest ({error})"
            raise StoreError(message, hint="remove it and run `leap reconcile`") from error

    # ── work under way ─────────────────────────────────────────────────────

    def scratch(self) -> AbstractContextManager[Path]:
        """Give an empty folder on the store's filesystem, removed at the end.

        It is locked while in use, so that ``sweep`` can tell the folder of a
        killed process from one at work.
        """
        return underway.scratch(self.root / _SCRATCH)

    @contextlib.contextmanager
    def unfinished(self, name: TargetName) -> Iterator[Path]:
        """Give the folder in which a target grows over several attempts, on the same filesystem.

        What an attempt leaves there is found by the next one, also after a
        kill. It is removed at the end of a block in which the target was
        committed, when it failed for good, and by ``sweep``. Raises StoreError
        where another process works in it.
        """
        folder = self._unfinished(name)
        try:
            with underway.kept(folder, wait=_PATIENCE) as files:
                try:
                    yield files
                finally:
                    is_empty = not any(path.stat().st_size for path in files.iterdir())
                    if is_empty or self._is_committed(name):
                        underway.discard(folder)
        except underway.InUse:
            message = f"another process works on {name.stage.value} of {name.recording}"
            raise StoreError(message, hint="run `leap reconcile` when it is done") from None

    def unfinished_size(self, name: TargetName) -> int:
        """Return the bytes on the disk that earlier attempts at a target have left."""
        return underway.taken(self._unfinished(name))

    def free(self) -> int:
        """Return the bytes that are free on the store's filesystem."""
        return shutil.disk_usage(self._standing()).free

    def shares_disk_with(self, path: Path) -> bool:
        """Tell whether ``path`` is on the store's filesystem; False where it cannot be read."""
        try:
            return path.stat().st_dev == self._standing().stat().st_dev
        except OSError:
            return False

    def _standing(self) -> Path:
        """Return the store's folder, or the nearest above it that exists."""
        return next(each for each in (self.root, *self.root.parents) if each.exists())

    def sweep(self) -> int:
        """Remove what processes that are gone left behind and nobody needs; return how many.

        Those are scratch folders, and unfinished targets that are committed
        now, or that nobody went on with for a week.
        """

        def is_needed(folder: Path) -> bool:
            name = _target_name(folder.name)
            if name is None or self._is_committed(name):
                return False
            return underway.untouched(folder) < _KEPT

        swept = underway.sweep(self.root / _SCRATCH)
        swept += underway.sweep(self.root / _UNFINISHED, is_needed)
        return swept + self.shelf.sweep()

    def _unfinished(self, name: TargetName) -> Path:
        parts = name.tenant, name.recording, name.stage.value, name.key
        return self.root / _UNFINISHED / ".".join(parts)

    def _is_committed(self, name: TargetName) -> bool:
        folder = _folder(name)
        return f"{folder}/{_MANIFEST}" in self.shelf.sizes([folder])

    # ── results ────────────────────────────────────────────────────────────

    def commit(  # noqa: PLR0913 -- a manifest is what it says
        self,
        name: TargetName,
        scratch: Path,
        *,
        settings: Mapping[str, Any],
        upstream: Mapping[Stage, str],
        source: Mapping[str, Any],
        versions: Mapping[str, str],
        facts: Mapping[str, Any],
        started_at: datetime,
        finished_at: datetime,
        sha256: Mapping[str, str] = _NONE,
    ) -> Manifest:
        """Make the files in ``scratch`` the result called ``name``.

        ``sha256`` are the hashes of files, by relative path, that were computed
        when they were written; the others are computed here.
        Returns the manifest that stands afterwards: ours, or that of another
        runner who was faster with the same work. Raises StoreError where
        ``scratch`` holds no file, and OSError where the disk refuses.
        """
        files = tuple(_described(scratch, sha256))
        if not files:
            message = f"{name.stage.value} of {name.recording} made no file"
            raise StoreError(message)
        attempt = uuid.uuid4().hex[:12]
        manifest = Manifest(
            name=name,
            attempt=attempt,
            settings=settings,
            upstream=upstream,
            source=source,
            files=files,
            versions=versions,
            facts=facts,
            started_at=started_at,
            finished_at=finished_at,
            seconds=(finished_at - started_at).total_seconds(),
        )
        folder = _folder(name)
        point(f"store.{name.stage.value}.before_files")
        self.shelf.put(scratch, f"{folder}/{attempt}", files)
        point(f"store.{name.stage.value}.before_manifest")
        if not self.shelf.create(f"{folder}/{_MANIFEST}", manifest.to_json()):
            standing = self.read(name)
            if standing is None:
                place = self.shelf.place(f"{folder}/{_MANIFEST}")
                message = f"{place}: appeared and vanished while committing"
                raise StoreError(message)
            self.tidy(standing)
            return standing
        point(f"store.{name.stage.value}.after_manifest")
        self.tidy(manifest)
        return manifest

    def tidy(self, manifest: Manifest) -> None:
        """Remove what earlier attempts left of a result that is committed now.

        Those are files of runners that were killed just before or after their
        manifest, and the record of a failure that is overtaken.
        """
        underway.remove(self._unfinished(manifest.name))
        self.shelf.keep_only(_folder(manifest.name), (_MANIFEST, manifest.attempt))

    def discard(self, name: TargetName) -> None:
        """Forget a target whose files are damaged, so that it is made again."""
        folder = _folder(name)
        self.shelf.remove(f"{folder}/{_MANIFEST}")
        self.shelf.keep_only(folder, ())

    def manifests(
        self, tenant: str, recording: str = "*", stage: Stage | None = None
    ) -> Iterator[Manifest]:
        """Give every committed target of a tenant, a recording or a stage, in order of path."""
        pattern = f"{tenant}/{recording}/{stage.value if stage else '*'}/*/{_MANIFEST}"
        names = [name for name in self.shelf.find(pattern) if _named(name) is not None]
        for document, data in self.shelf.read_all(names):
            yield self._manifest(document, data)

    # ── failures ───────────────────────────────────────────────────────────

    def fail(self, failure: FailureRecord) -> None:
        """Keep a permanent failure where its target would be, and nothing unfinished of it."""
        self.shelf.replace(
            f"{_folder(failure.name)}/{_FAILURE}",
            {"reason": failure.reason, "failed_at": failure.failed_at.isoformat()},
        )
        underway.remove(self._unfinished(failure.name))

    def forgive(self, name: TargetName) -> None:
        """Forget a permanent failure, so that the stage is tried again."""
        self.shelf.remove(f"{_folder(name)}/{_FAILURE}")

    def failures(self, tenant: str) -> Iterator[FailureRecord]:
        """Give every permanent failure of a tenant, in order of path."""
        for document, data in self.shelf.read_all(self.shelf.find(f"{tenant}/*/*/*/{_FAILURE}")):
            name = _named(document)
            if name is not None:
                failed_at = datetime.fromisoformat(data["failed_at"])
                yield FailureRecord(name, data["reason"], failed_at)

    # ── receipts ───────────────────────────────────────────────────────────

    def file_receipt(
        self, tenant: str, recording: str, preset: str, receipt: Receipt, at: datetime
    ) -> ReceiptRecord:
        """Append a receipt to the log of a publication and return it with its number."""
        return receipts.file(self.shelf, (tenant, recording, preset), receipt, at)

    def receipts(self, tenant: str) -> Iterator[ReceiptRecord]:
        """Give every receipt of a tenant; those of one publication in order."""
        return receipts.of_tenant(self.shelf, tenant)

    def last_receipt(self, tenant: str, recording: str, preset: str) -> ReceiptRecord | None:
        """Return the newest receipt of a publication, or None where there is none."""
        return receipts.last(self.shelf, (tenant, recording, preset))

    # ── answers ────────────────────────────────────────────────────────────

    def answers(self, tenant: str) -> KeptAnswers:
        """Return the paid answers of a tenant; they never cross to another tenant."""
        return KeptAnswers(self.shelf, f"{tenant}/.answers")


def _folder(name: TargetName) -> str:
    return f"{name.tenant}/{name.recording}/{name.stage.value}/{name.key}"


def _attempt(manifest: Manifest) -> str:
    return f"{_folder(manifest.name)}/{manifest.attempt}"


def _named(document: str) -> TargetName | None:
    """Return the target that a document of that name is about, or None."""
    try:
        tenant, recording, stage, key, _ = document.split("/")
        return TargetName(tenant, recording, Stage(stage), key)
    except ValueError:
        return None


def _is_whole(manifest: Manifest, sizes: Mapping[str, int]) -> bool:
    attempt = _attempt(manifest)
    return all(sizes.get(f"{attempt}/{file.path}") == file.size for file in manifest.files)


def _described(folder: Path, known: Mapping[str, str]) -> Iterator[TargetFile]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            if name in known:
                yield TargetFile(name, path.stat().st_size, known[name])
            else:
                sha256, size = hash_file(path)
                yield TargetFile(name, size, sha256)


def _target_name(text: str) -> TargetName | None:
    """Return the target whose unfinished folder has the name ``text``, or None."""
    try:
        tenant, recording, stage, key = text.split(".")
        return TargetName(tenant, recording, Stage(stage), key)
    except ValueError:
        return None
