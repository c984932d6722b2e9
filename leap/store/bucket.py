"""A store in a bucket, and a cache of it on this machine.

The names are those of a store in a folder. Files are uploaded before the
manifest that vouches for them, which the bucket itself creates exclusively.
"""

from __future__ import annotations

import fnmatch
import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from leap.domain.history import Usage
from leap.domain.manifest import TargetFile
from leap.domain.stage import FILE_STAGES, Stage
from leap.errors import StoreError
from leap.store.atomic import as_json, parse_json
from leap.store.cache import Cache, Damaged
from leap.store.objects import Entry, Objects

_MANIFEST = "manifest.json"
#: Says since when the bucket holds a store; whoever finds it knows that creation is exclusive.
_FORMAT = ".leap.json"
_SWEPT = ".swept.json"

_DAY = 24 * 3600.0
#: For how long files without a manifest may belong to a run that goes on.
_KEPT = 7 * _DAY
#: One listing of a tenant takes the place of so many listings of recordings.
_MANY = 200
#: Tenant, recording, stage, key, attempt, and the file.
_PARTS_OF_A_FILE = 6


class BucketShelf:
    """Documents and files in a bucket (``leap.store.shelf.Shelf``)."""

    is_local = False

    def __init__(self, objects: Objects, cache: Cache) -> None:
        self.objects, self.cache = objects, cache

    @property
    def root(self) -> Path:
        return self.cache.root

    def place(self, name: str) -> str:
        return f"{self.objects.url}/{name}"

    def check(self) -> None:
        """Find out whether the bucket can be written, and knows exclusive creation."""
        content = json.dumps({"format": 1})
        # The content differs each time: it must be refused even to who wrote it before.
        self.objects.create(_FORMAT, content)
        if self.objects.create(_FORMAT, f"{content}\n"):
            message = f"{self.objects.url}: the service creates what exists already"
            hint = "take one that honours `If-None-Match: *` on PutObject"
            raise StoreError(message, hint=hint)

    def sweep(self) -> int:
        """Remove uploads that nobody finished for a week; looks once a day."""
        swept, now = self.cache.sweep(), time.time()
        marker = self.objects.entries([_SWEPT])
        if marker and now - marker[0].written < _DAY:
            return swept
        self.objects.write(_SWEPT, "{}")
        dead = self._dead(self.objects.entries([""]), now - _KEPT)
        self.objects.remove(dead)
        return swept + len(dead) + self.objects.abort_uploads(now - _KEPT)

    def _dead(self, entries: Iterable[Entry], before: float) -> list[str]:
        """Return the files that no manifest vouches for, nor a run that began after ``before``."""
        attempts: dict[str, list[Entry]] = {}
        committed = set()
        for entry in entries:
            parts = entry.name.split("/")
            if len(parts) == _PARTS_OF_A_FILE - 1 and parts[-1] == _MANIFEST:
                committed.add("/".join(parts[:4]))
            elif len(parts) >= _PARTS_OF_A_FILE:
                attempts.setdefault("/".join(parts[:5]), []).append(entry)
        of_target = Counter(attempt.rpartition("/")[0] for attempt in attempts)
        # One attempt beside a manifest is the manifest's own.
        doubtful = [each for each in committed if of_target[each] > 1]
        manifests = dict(self.read_all([f"{folder}/{_MANIFEST}" for folder in doubtful]))
        kept = {f"{name.rpartition('/')[0]}/{data['attempt']}" for name, data in manifests.items()}
        sole = committed.difference(doubtful)
        return [
            entry.name
            for attempt, found in attempts.items()
            if attempt not in kept and attempt.rpartition("/")[0] not in sole
            if max(each.written for each in found) < before
            for entry in found
        ]

    # ── documents ──────────────────────────────────────────────────────────

    def read(self, name: str) -> dict[str, Any] | None:
        for _, data in self.read_all([name]):
            return data
        return None

    def read_all(self, names: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, text in self.objects.read(list(names)).items():
            yield name, parse_json(text, self.place(name))

    def find(self, pattern: str) -> list[str]:
        wanted = pattern.split("/")
        literal = pattern[: min(pattern.find(sign) % (len(pattern) + 1) for sign in "*[")]
        found = (entry.name for entry in self.objects.entries([literal]))
        return sorted(name for name in found if _matches(name.split("/"), wanted))

    def create(self, name: str, data: Mapping[str, Any]) -> bool:
        return self.objects.create(name, as_json(data).decode())

    def replace(self, name: str, data: Mapping[str, Any]) -> None:
        self.objects.write(name, as_json(data).decode())

    def remove(self, name: str) -> None:
        self.objects.remove([name])

    # ── folders of files ───────────────────────────────────────────────────

    def put(self, scratch: Path, folder: str, files: Sequence[TargetFile]) -> None:
        for file in files:
            self.objects.upload(scratch / file.path, f"{folder}/{file.path}")
        there = self.sizes([folder])
        for file in files:
            if there.get(f"{folder}/{file.path}") != file.size:
                message = f"{self.place(folder)}/{file.path}: did not arrive whole"
                raise StoreError(message, hint="run `leap reconcile` again")
        self.cache.adopt(scratch, folder)

    def sizes(self, folders: Collection[str]) -> Mapping[str, int]:
        prefixes = {f"{folder}/" for folder in folders}
        recordings = {"/".join(folder.split("/")[:2]) + "/" for folder in folders}
        if len(recordings) > _MANY:
            prefixes = {f"{folder.split('/')[0]}/" for folder in folders}
        elif len(recordings) < len(prefixes):
            prefixes = recordings
        return {entry.name: entry.size for entry in self.objects.entries(sorted(prefixes))}

    def files(self, folder: str, files: Sequence[TargetFile]) -> Mapping[str, Path]:
        return _Brought({file.path: file for file in files}, lambda file: self._take(folder, file))

    def whole(self, folder: str, files: Sequence[TargetFile]) -> Path:
        for file in files:
            self._take(folder, file)
        return self.cache.folder(folder)

    def keep_only(self, folder: str, names: Iterable[str]) -> None:
        kept = {f"{folder}/{name}" for name in names}
        self.objects.remove(
            [
                entry.name
                for entry in self.objects.entries([f"{folder}/"])
                if "/".join(entry.name.split("/")[: folder.count("/") + 2]) not in kept
            ]
        )

    def usage(self, tenant: str) -> dict[Stage, Usage]:
        found: dict[Stage, Usage] = {}
        stages = {stage.value: stage for stage in FILE_STAGES}
        for entry in self.objects.entries([f"{tenant}/"]):
            parts = entry.name.split("/")
            stage = stages.get(parts[2]) if len(parts) > 3 else None  # noqa: PLR2004 -- as above
            if stage is not None:
                before = found.get(stage, Usage())
                is_target = parts[-1] == _MANIFEST and len(parts) == _PARTS_OF_A_FILE - 1
                found[stage] = Usage(before.targets + is_target, before.size + entry.size)
        return found

    def _take(self, folder: str, file: TargetFile) -> Path:
        name = f"{folder}/{file.path}"
        try:
            return self.cache.take(folder, file, lambda path: self.objects.download(name, path))
        except Damaged:
            message = f"{self.place(name)}: not what was uploaded"
            hint = "remove it, and `leap reconcile` makes its target anew"
            raise StoreError(message, hint=hint) from None


class _Brought(Mapping[str, Path]):
    """Files by path; each is brought to this machine when it is looked up."""

    def __init__(self, files: Mapping[str, TargetFile], take: Callable[[TargetFile], Path]) -> None:
        self._files, self._take = files, take

    def __getitem__(self, path: str) -> Path:
        return self._take(self._files[path])

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, path: object) -> bool:
        return path in self._files


def _matches(parts: list[str], patterns: list[str]) -> bool:
    return len(parts) == len(patterns) and all(
        fnmatch.fnmatchcase(part, pattern) for part, pattern in zip(parts, patterns, strict=True)
    )
