"""What the other stages made, put together and handed to a publisher.

Other than its neighbours this stage makes no files: the platform holds the
result, and the receipt says what it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from leap.domain.ports import Progress, Publication, Publisher, Receipt
from leap.domain.snapshot import PublicationFact
from leap.errors import StageError
from leap.stages.topics import read_topics
from leap.stages.transcript import read_segments

#: File of a target → its role in a publication.
ROLES: Mapping[str, str] = MappingProxyType(
    {
        "video.mp4": "video",
        "video.m4a": "video",
        "subtitles.vtt": "vtt",
        "subtitles.srt": "srt",
        "segments.txt": "transcript",
        "topics.json": "topics",
    }
)


def files_by_role(files: Iterable[Path]) -> dict[str, Path]:
    """Return those of the targets' ``files`` that are published, by role."""
    return {ROLES[file.name]: file for file in files if file.name in ROLES}


def compose(
    *,
    tenant: str,
    recording: str,
    preset: str,
    title: str,
    description: str,
    started_at: datetime,
    duration: float,
    language: str,
    files: Mapping[str, Path],
    wanted: Mapping[str, str],
    settings: Mapping[str, Any],
    marker: str = "",
) -> Publication:
    """Return one recording as it shall appear on one platform.

    Args:
        title: rendered, as ``description`` is.
        started_at: aware, in the time zone in which people shall read it.
        duration: seconds of the trimmed video.
        files: by role; the outline and the segments are read from them.

    Raises StageError where a file is missing or cannot be read.
    """
    _require(files)
    outline, breaks = read_topics(files["topics"]) if "topics" in files else (None, ())
    segments = read_segments(files["transcript"]) if "transcript" in files else ()
    return Publication(
        tenant=tenant,
        recording=recording,
        preset=preset,
        title=title,
        description=description,
        started_at=started_at,
        duration=duration,
        language=language,
        files=dict(files),
        outline=outline,
        breaks=breaks,
        segments=segments,
        wanted=dict(wanted),
        settings=dict(settings),
        marker=marker,
    )


def publish(
    publication: Publication,
    publisher: Publisher,
    known: PublicationFact | None,
    progress: Progress,
) -> Receipt:
    """Make the platform's copy equal to ``publication`` and return its receipt.

    Args:
        known: what the ledger knows of earlier attempts.

    Raises ProviderError where the platform refuses, StageError where a file is
    gone.
    """
    _require(publication.files)
    progress(0.0, f"publishing to {publication.preset}")
    receipt = publisher.publish(publication, known, progress)
    progress(1.0, receipt.url)
    return receipt


def _require(files: Mapping[str, Path]) -> None:
    if "video" not in files:
        raise StageError("there is no video to publish", hint="the pipeline needs `trim`")
    for path in files.values():
        if not path.is_file():
            message = f"{path}: this result is gone"
            raise StageError(message, hint="`leap reconcile` makes it again")
