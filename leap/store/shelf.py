"""What a store needs of the place where it lies, be that a folder or a bucket."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from leap.domain.history import Usage
from leap.domain.manifest import TargetFile
from leap.domain.stage import Stage


class Shelf(Protocol):
    """Documents (small JSON objects) and folders of files, all under names like ``a/b/c.json``.

    Nothing is changed in place but what ``replace`` writes; ``create`` is
    exclusive, whoever else tries. Everything raises StoreError where the place
    cannot be read or written.
    """

    @property
    def root(self) -> Path:
        """The folder of this machine in which files are made and used."""

    @property
    def is_local(self) -> bool:
        """Whether what is committed lies in ``root`` itself, so that it takes room there."""

    def place(self, name: str) -> str:
        """Return where ``name`` is, as a person looks for it."""

    def check(self) -> None:
        """Raise StoreError where the place cannot keep what this interface promises."""

    def sweep(self) -> int:
        """Remove what runs that were killed long ago left; return how many things that were."""

    # ── documents ──────────────────────────────────────────────────────────

    def read(self, name: str) -> dict[str, Any] | None:
        """Return a document, or None where there is none."""

    def read_all(self, names: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the documents among ``names`` that are there, with their names."""

    def find(self, pattern: str) -> list[str]:
        """Return the names that match, in order; ``*`` stands for a part without a slash."""

    def create(self, name: str, data: Mapping[str, Any]) -> bool:
        """Create a document whole or not at all; False where there is one already."""

    def replace(self, name: str, data: Mapping[str, Any]) -> None:
        """Write a document in one step, over whatever was there."""

    def remove(self, name: str) -> None:
        """Remove a document, if it is there."""

    # ── folders of files ───────────────────────────────────────────────────

    def put(self, scratch: Path, folder: str, files: Sequence[TargetFile]) -> None:
        """Make ``folder`` of what is in ``scratch``, which may be gone afterwards."""

    def sizes(self, folders: Collection[str]) -> Mapping[str, int]:
        """Return the bytes of every document and file below ``folders``, by name."""

    def files(self, folder: str, files: Sequence[TargetFile]) -> Mapping[str, Path]:
        """Return where files of ``folder`` can be read, by path; each is brought when looked up."""

    def whole(self, folder: str, files: Sequence[TargetFile]) -> Path:
        """Return a folder of this machine with all ``files`` of ``folder``."""

    def keep_only(self, folder: str, names: Iterable[str]) -> None:
        """Remove what is directly in ``folder`` and not among ``names``."""

    def usage(self, tenant: str) -> dict[Stage, Usage]:
        """Return the room that the targets of a tenant take."""
