"""Targets, failures and receipts below one folder."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from leap.domain.manifest import FailureRecord, Manifest, ReceiptRecord, TargetFile, TargetName
from leap.domain.ports import Receipt
from leap.domain.stage import Stage
from leap.errors import StoreError
from leap.faults import point
from leap.store import underway
from leap.store.answers import FileAnswers
from leap.store.atomic import create, hash_file, read_json, replace, sync_folder, sync_tree

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
    """The store below one folder, usually ``state/targets``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    # ── targets ────────────────────────────────────────────────────────────

    def folder(self, name: TargetName) -> Path:
        """Return the folder of a target, whether or not it exists."""
        return self.root / name.tenant / name.recording / name.stage.value / name.key

    def read(self, name: TargetName) -> Manifest | None:
        """Return the manifest of a target, or None where nothing is committed.

        Raises StoreError where a manifest is there but cannot be read.
        """
        path = self.folder(name) / _MANIFEST
        data = read_json(path)
        if data is None:
            return None
        try:
            manifest = Manifest.from_json(data)
        except (KeyError, TypeError, ValueError) as error:
            message = f"{path}: not a manifest ({error})"
            raise StoreError(message, hint="remove it and run `leap reconcile`") from error
        return manifest

    def files(self, manifest: Manifest) -> dict[str, Path]:
        """Return the files of a target by their relative path."""
        folder = self.folder(manifest.name) / manifest.attempt
        return {file.path: folder / file.path for file in manifest.files}

    def is_present(self, manifest: Manifest) -> bool:
        """Tell whether every file is there with its recorded size.

        The hashes are not computed: this is asked before every use.
        """
        paths = self.files(manifest)
        for file in manifest.files:
            try:
                if paths[file.path].stat().st_size != file.size:
                    return False
            except OSError:
                return False
        return True

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
        return swept + underway.sweep(self.root / _UNFINISHED, is_needed)

    def _unfinished(self, name: TargetName) -> Path:
        parts = name.tenant, name.recording, name.stage.value, name.key
        return self.root / _UNFINISHED / ".".join(parts)

    def _is_committed(self, name: TargetName) -> bool:
        return (self.folder(name) / _MANIFEST).exists()

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
        folder = self.folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        sync_tree(scratch)
        point(f"store.{name.stage.value}.before_files")
        scratch.rename(folder / attempt)
        sync_folder(folder)
        point(f"store.{name.stage.value}.before_manifest")
        if not create(folder / _MANIFEST, manifest.to_json()):
            shutil.rmtree(folder / attempt, ignore_errors=True)
            standing = self.read(name)
            if standing is None:
                message = f"{folder / _MANIFEST}: appeared and vanished while committing"
                raise StoreError(message)
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
        folder = self.folder(manifest.name)
        (folder / _FAILURE).unlink(missing_ok=True)
        for other in folder.iterdir():
            if other.is_dir() and other.name != manifest.attempt:
                shutil.rmtree(other, ignore_errors=True)

    def discard(self, name: TargetName) -> None:
        """Forget a target whose files are damaged, so that it is made again."""
        folder = self.folder(name)
        (folder / _MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    def manifests(
        self, tenant: str, recording: str = "*", stage: Stage | None = None
    ) -> Iterator[Manifest]:
        """Give every committed target of a tenant, a recording or a stage, in order of path."""
        pattern = f"{recording}/{stage.value if stage else '*'}/*/{_MANIFEST}"
        for path in sorted((self.root / tenant).glob(pattern)):
            with contextlib.suppress(ValueError):
                name = TargetName(
                    tenant,
                    path.parents[2].name,
                    Stage(path.parents[1].name),
                    path.parent.name,
                )
                manifest = self.read(name)
                if manifest is not None:
                    yield manifest

    # ── failures ───────────────────────────────────────────────────────────

    def fail(self, failure: FailureRecord) -> None:
        """Keep a permanent failure where its target would be, and nothing unfinished of it."""
        folder = self.folder(failure.name)
        folder.mkdir(parents=True, exist_ok=True)
        replace(
            folder / _FAILURE,
            {"reason": failure.reason, "failed_at": failure.failed_at.isoformat()},
        )
        underway.remove(self._unfinished(failure.name))

    def forgive(self, name: TargetName) -> None:
        """Forget a permanent failure, so that the stage is tried again."""
        (self.folder(name) / _FAILURE).unlink(missing_ok=True)

    def failures(self, tenant: str) -> Iterator[FailureRecord]:
        """Give every permanent failure of a tenant, in order of path."""
        for path in sorted((self.root / tenant).glob(f"*/*/*/{_FAILURE}")):
            data = read_json(path)
            if data is not None:
                yield FailureRecord(
                    TargetName(
                        tenant,
                        path.parents[2].name,
                        Stage(path.parents[1].name),
                        path.parent.name,
                    ),
                    data["reason"],
                    datetime.fromisoformat(data["failed_at"]),
                )

    # ── receipts ───────────────────────────────────────────────────────────

    def file_receipt(
        self, tenant: str, recording: str, preset: str, receipt: Receipt, at: datetime
    ) -> ReceiptRecord:
        """Append a receipt to the log of a publication and return it with its number."""
        folder = self.root / tenant / recording / Stage.PUBLISH.value / preset
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            number = 1 + max((int(path.stem) for path in folder.glob("[0-9]*.json")), default=0)
            record = ReceiptRecord(
                number=number,
                tenant=tenant,
                recording=recording,
                preset=preset,
                platform=receipt.platform,
                external_id=receipt.external_id,
                url=receipt.url,
                applied=dict(receipt.applied),
                at=at,
                details=dict(receipt.details),
            )
            data = {
                "platform": record.platform,
                "external_id": record.external_id,
                "url": record.url,
                "applied": dict(record.applied),
                "at": at.isoformat(),
                "details": dict(record.details),
            }
            if create(folder / f"{number:04d}.json", data):
                return record

    def receipts(self, tenant: str) -> Iterator[ReceiptRecord]:
        """Give every receipt of a tenant; those of one publication in order."""
        pattern = f"*/{Stage.PUBLISH.value}/*/[0-9]*.json"
        for path in sorted((self.root / tenant).glob(pattern)):
            record = _receipt(tenant, path)
            if record is not None:
                yield record

    def last_receipt(self, tenant: str, recording: str, preset: str) -> ReceiptRecord | None:
        """Return the newest receipt of a publication, or None where there is none."""
        folder = self.root / tenant / recording / Stage.PUBLISH.value / preset
        newest = max(folder.glob("[0-9]*.json"), key=lambda path: int(path.stem), default=None)
        return _receipt(tenant, newest) if newest is not None else None

    # ── answers ────────────────────────────────────────────────────────────

    def answers(self, tenant: str) -> FileAnswers:
        """Return the paid answers of a tenant; they never cross to another tenant."""
        return FileAnswers(self.root / tenant / ".answers")


def _receipt(tenant: str, path: Path) -> ReceiptRecord | None:
    data = read_json(path)
    if data is None:
        return None
    return ReceiptRecord(
        number=int(path.stem),
        tenant=tenant,
        recording=path.parents[2].name,
        preset=path.parent.name,
        platform=data["platform"],
        external_id=data["external_id"],
        url=data["url"],
        applied=data["applied"],
        at=datetime.fromisoformat(data["at"]),
        details=data["details"],
    )


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
