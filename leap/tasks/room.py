"""Whether the disk takes what a wave of work will put on it, looked at before it begins.

A disk that fills half-way fails whatever is being written just then. What does
not fit is left for a later run instead, and the rest goes on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from leap.config import effective, override_for
from leap.domain.manifest import TargetName
from leap.domain.plan import Change
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.tasks.survey import Session

#: What stays free for everything else: the ledger, logs, pages.
_SPARE = 256_000_000
#: Estimates are a little short now and then.
_MORE = 1.05
#: FLAC of 16 kHz, mono, 16 bits, before it is packed.
_SOUND_PER_SECOND = 32_000
#: Sound of unknown length: this share of the whole file.
_SOUND_SHARE = 0.1

Rows = Mapping[tuple[str, str], RecordingRow]


@dataclass(frozen=True, slots=True)
class Room:
    """What of a wave fits on the disk.

    ``left`` is what does not, with the bytes that each needs; ``free`` are the
    bytes that there were, at ``place``.
    """

    fits: tuple[Change, ...]
    left: tuple[tuple[Change, int], ...]
    free: int
    place: Path

    @property
    def reasons(self) -> dict[tuple[str, str], str]:
        """Return why each recording is left, by tenant and id."""
        return {
            (change.tenant, change.recording): f"needs {in_gigabytes(size)} of disk"
            for change, size in self.left
        }

    @property
    def message(self) -> str:
        """Say in one line what does not fit, and what helps; empty where all does."""
        if not self.left:
            return ""
        count, needed = len(self.left), sum(size for _, size in self.left)
        who = "1 recording needs" if count == 1 else f"{count} recordings need"
        return (
            f"{who} {in_gigabytes(needed)} of disk, and {in_gigabytes(self.free)} are free at"
            f" {self.place}; free some, or name a folder of a larger disk in leap.yaml, and run"
            " `leap reconcile` again"
        )


def room_for(session: Session, wave: Iterable[Change], rows: Rows) -> Room:
    """Return what of ``wave`` fits on the disk of the store, in its order."""
    free = session.store.free()
    room = free - _SPARE
    # What is finished stays on the disk, or goes to a bucket: then only so many are on it at once.
    stays = session.store.is_local
    if not stays:
        room //= session.declaration.operator.workers
    fits: list[Change] = []
    left: list[tuple[Change, int]] = []
    for change in wave:
        needed = _needed(session, change, rows[change.tenant, change.recording])
        if needed <= max(room, 0):
            room -= needed if stays else 0
            fits.append(change)
        else:
            left.append((change, needed))
    return Room(tuple(fits), tuple(left), free, session.store.root)


def in_gigabytes(size: int) -> str:
    """Return ``0.3 GB``, ``12.4 GB``."""
    return f"{max(size, 0) / 1e9:.1f} GB"


def _needed(session: Session, change: Change, row: RecordingRow) -> int:
    """Return the bytes that the work on one recording will take of the disk, about."""
    size = 0.0
    for step in change.steps:
        if step.stage is Stage.DOWNLOAD and not _shares_bytes(session, change.tenant, row):
            name = TargetName(change.tenant, change.recording, step.stage, step.key)
            size += max(row.size - session.store.unfinished_size(name), 0)
        elif step.stage is Stage.TRIM:
            size += row.size
            size += row.duration * _SOUND_PER_SECOND if row.duration else row.size * _SOUND_SHARE
    return round(size * _MORE)


def _shares_bytes(session: Session, tenant: str, row: RecordingRow) -> bool:
    """Tell whether a download is only another name for a file that is on this disk already."""
    declared = session.declaration.tenants[tenant]
    folder = getattr(declared.sources.get(row.source), "path", None)
    if folder is None or sys.platform != "linux":
        return False
    override = override_for(declared, row)
    settings = effective(session.declaration, tenant, row.template or "", override).download
    return settings.link == "auto" and session.store.shares_disk_with(Path(folder))
