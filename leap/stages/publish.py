"""What the other stages made, put together and handed to a publisher.

Other than its neighbours this stage makes no files: the platform holds the
result, and the receipt says what it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from leap.domain.ports import Progress, Publication, Publisher, Receipt
from leap.domain.snapshot import PublicationFact
from leap.errors import StageError
from leap.stages.topics import read_topics
from leap.stages.transcript import read_segments

#: The detail of a receipt that says that nothing is published any more.
WITHDRAWN = "withdrawn"
#: The detail of a receipt that says that a video is there, and not complete yet:
#: the digest of its media.
UNFINISHED = "unfinished"

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


class _Roles(Mapping[str, Path]):
    """Files by role; where each is, is looked up when it is asked for."""

    def __init__(self, places: Mapping[str, tuple[Mapping[str, Path], str]]) -> None:
        self._places = places

    def __getitem__(self, role: str) -> Path:
        files, name = self._places[role]
        return files[name]

    def __contains__(self, role: object) -> bool:
        return role in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def files_by_role(
    targets: Iterable[Mapping[str, Path]],
    video: tuple[Mapping[str, Path], str] | None = None,
    thumbnail: Path | None = None,
) -> Mapping[str, Path]:
    """Return those of the targets' files that are published, by role.

    Args:
        targets: files by name, as a store gives them: those of a bucket are
            brought when they are looked up, so that a new title brings no video.
        video: the target and the name of the video, where that is not a usual one.
        thumbnail: a picture that is in no target.
    """
    places = {ROLES[name]: (files, name) for files in targets for name in files if name in ROLES}
    if video is not None:
        places["video"] = video
    if thumbnail is not None:
        places["thumbnail"] = ({"thumbnail": thumbnail}, "thumbnail")
    return _Roles(places)


def with_contents(publication: Publication) -> Publication:
    """Return ``publication`` with the outline, breaks and segments that its files hold.

    Raises StageError where a file is missing or cannot be read.
    """
    files = publication.files
    _require(files)
    if "topics" in files:
        outline, breaks = read_topics(files["topics"])
        publication = replace(publication, outline=outline, breaks=breaks)
    if "transcript" in files:
        publication = replace(publication, segments=read_segments(files["transcript"]))
    return publication


def publish(
    publication: Publication,
    publisher: Publisher,
    known: PublicationFact | None,
    progress: Progress,
) -> Receipt:
    """Make the platform's copy equal to ``publication`` and return its receipt.

    Args:
        publication: with rendered title and description; outline, breaks and
            segments are read from its files.
        known: what the ledger knows of earlier attempts.

    Raises ProviderError where the platform refuses, StageError where a file is
    gone or cannot be read.
    """
    publication = with_contents(publication)
    require_there(publication.files["video"])
    progress(0.0, f"publishing to {publication.preset}")
    receipt = publisher.publish(publication, known, progress)
    progress(1.0, receipt.url)
    return receipt


def withdraw(
    recording: str,
    publisher: Publisher,
    known: PublicationFact,
    before: Mapping[str, Any],
    progress: Progress,
) -> Receipt:
    """Take the platform's copy of ``recording`` away and return the receipt that says so.

    Args:
        known: what the ledger knows of the publication.
        before: the details of its last receipt. They are kept: how open it was
            is asked when it is published again.

    Safe to repeat. Raises ProviderError where the platform refuses.
    """
    progress(0.0, f"taking down from {known.preset}")
    publisher.withdraw(recording, known)
    progress(1.0, f"taken down from {known.preset}")
    details = {**before, WITHDRAWN: True}
    return Receipt(known.platform, known.external_id or "", "", {}, details)


def _require(files: Mapping[str, Path]) -> None:
    if "video" not in files:
        raise StageError("there is no video to publish", hint="the pipeline needs `trim`")
    # A video may be large and far away, and not every platform asks for it each time.
    for path in (files[role] for role in files if role != "video"):
        require_there(path)


def require_there(path: Path) -> None:
    """Raise StageError where a file to be published is gone."""
    if not path.is_file():
        message = f"{path}: this result is gone"
        raise StageError(message, hint="`leap reconcile` makes it again")
