"""What a recording is, and the identity it keeps for ever."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime


def recording_hex(tenant: str, source_kind: str, account: str, external_id: str) -> str:
    """Return the 12 hex digits that identify a recording, from its source alone.

    The four parts are hashed as a JSON list, so that no two different lists
    of parts run together into the same text.
    """
    parts = json.dumps([tenant, source_kind, account, external_id], ensure_ascii=False)
    return hashlib.sha256(parts.encode()).hexdigest()[:12]


def recording_id(identity: str, first_recorded: datetime) -> str:
    """Return ``YYYY-MM-DD-<identity>``; the date is UTC and for reading only."""
    return f"{first_recorded.astimezone(UTC):%Y-%m-%d}-{identity}"


@dataclass(frozen=True, slots=True)
class FileMemo:
    """What was learned about one file of a folder source by reading it once.

    ``path`` is relative to the source's folder, with ``/``. The memo holds as
    long as size and mtime are the same; ``duration`` is in seconds and None
    where the file is no readable video; ``created_at`` is the container's
    creation time.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str
    duration: float | None = None
    created_at: datetime | None = None
    first_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """One recording as its source lists it now.

    Attributes:
        account: whose ``external_id`` it is (folder: the source's name); empty
            where that is unique all over the world (Zoom: a meeting's uuid).
        external_id: the source's own name for it (folder: relative path).
        locator: where its bytes are now (folder: relative path); differs from
            ``external_id`` after a move.
        revision: changes when the bytes change (folder: sha256; Zoom: file id
            and size); empty while it is not ready.
        started_at: aware, UTC; when the lecture began, as far as is known.
        duration: seconds, or None where it cannot be read.
        settled_at: for a recording that is not ready, when it may be looked at again.
        waits: why it is not ready, in words; empty where it is.
        file: what a folder source learned about the file, to be remembered.
        mark: what shows without reading it that nothing changed (folder: size
            and mtime); empty where the source has no such thing.
    """

    source: str
    source_kind: str
    account: str
    external_id: str
    locator: str
    revision: str
    title: str
    started_at: datetime
    size: int
    duration: float | None = None
    settled_at: datetime | None = None
    file: FileMemo | None = None
    mark: str = ""
    waits: str = ""

    def identity(self, tenant: str) -> str:
        """Return the 12 hex digits of this recording within ``tenant``."""
        return recording_hex(tenant, self.source_kind, self.account, self.external_id)


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything one source listed, with what could not be listed and why.

    ``complete`` is False where the source failed half-way: then a recording
    that is absent from ``observed`` must not be taken for gone. ``problems``
    keep a recording back until somebody acts; ``notes`` are worth knowing.
    ``memos`` are all files read, whether they are recordings or not.
    ``unchanged`` are the locators of recordings that were in sync and still
    have their mark; those are not among ``observed``.
    """

    source: str
    observed: tuple[Observed, ...]
    complete: bool = True
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    memos: tuple[FileMemo, ...] = field(default=())
    unchanged: frozenset[str] = frozenset()
