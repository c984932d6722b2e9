"""Taking in a video of one's own, as if a recorder had put it there."""

from __future__ import annotations

import os
from pathlib import Path

from leap.errors import BadInput
from leap.media.files import disk_errors, place
from leap.media.probe import probe
from leap.providers.folder import AUDIO, VIDEO


def take_in(video: Path, folder: Path) -> Path:
    """Make ``folder`` hold ``video`` under its own name and return where.

    The video itself is neither moved nor changed; its bytes are shared where
    the disk can do that. One that is there already is left alone. Raises
    BadInput where it is no video or audio, StageError where it cannot be
    copied.
    """
    extension = _extension(video)
    name = video.name.lstrip(".")
    # The source passes over hidden files, and over those without such an extension.
    known = Path(name).suffix.lower() in VIDEO | AUDIO
    target = folder / (name if known else name + extension)
    with disk_errors(f"copying {video.name}"):
        if target.exists() and _same(video, target):
            return target
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / ".visitor.part"
        try:
            unfinished.unlink(missing_ok=True)
            if place(video, unfinished) != "link":
                about = video.stat()
                os.utime(unfinished, ns=(about.st_atime_ns, about.st_mtime_ns))
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    return target


def _extension(video: Path) -> str:
    """Return the extension of what ``video`` holds, whatever its name. Raises BadInput."""
    try:
        return probe(video).container.extension
    except BadInput as error:
        raise BadInput(f"{video}: {error.message}", hint=error.hint) from None
    except OSError as error:
        raise BadInput(f"{video}: {error.strerror or 'cannot be read'}") from None


def _same(one: Path, other: Path) -> bool:
    first, second = one.stat(), other.stat()
    return (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)
