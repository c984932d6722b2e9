"""Bringing a recording's bytes here and making sure that they are whole: ``source.*``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from leap import faults
from leap.config.settings import Download
from leap.config.units import in_words
from leap.domain.ports import Fetching, Progress
from leap.errors import BadInput, ProviderError
from leap.media import versions
from leap.media.files import disk_errors, sha256
from leap.media.integrity import verify_decodable
from leap.media.probe import MediaInfo
from leap.stages import Made

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = "source.part"
#: Bytes per second; no recorder of lectures writes more.
_DENSEST = 2_500_000


def download(
    source: Fetching,
    locator: str,
    revision: str,
    settings: Download,
    unfinished: Path,
    out: Path,
    progress: Progress,
    listed: float | None = None,
) -> Made:
    """Fetch the recording at ``locator`` to ``source.<extension>`` in ``out``.

    The extension is that of what the file is, whatever its name says. The file
    must be what was listed (where the revision is a sha256), a video or audio,
    readable to its end, and not too short for ``listed`` seconds (where the
    revision is no sha256: then only the source says how long it is).

    It grows in ``unfinished``, a folder of the same filesystem, in which the
    next attempt goes on. There it stays until somebody removes it, so that a
    kill before the commit loses nothing.

    Raises BadInput where the recording is damaged, too large, too short or no
    media, ProviderError where it cannot be fetched or is no longer what was
    listed, StageError where the disk refuses.
    """
    part = unfinished / _PART
    is_hash = bool(_SHA256.fullmatch(revision))
    # A file that is at hand is brought as quickly as it is looked through.
    fetching, hashing = (0.5, 0.75) if is_hash else (0.95, 0.96)
    # An id of a cloud tells a person nothing.
    name = locator if is_hash else "the recording"
    fetched = dict(source.fetch(locator, revision, part, _part(progress, 0.0, fetching)))
    faults.point("download.after_fetch")
    with disk_errors(f"reading {name}"):
        size = part.stat().st_size
        if size > settings.max_size:
            raise BadInput(
                f"{name}: is {size / 1e9:.1f} GB large, more than the"
                f" {settings.max_size / 1e9:.1f} GB allowed",
                hint="raise `download.max_size`, or make the file smaller",
            )
        digest = fetched.get("sha256") or _hash(part, _part(progress, fetching, hashing))
        if is_hash and digest != revision:
            part.unlink()
            raise ProviderError(
                f"{name}: is not the file that was listed any more",
                hint="run `leap plan` to see it as it is now",
            )
        try:
            info = verify_decodable(part, _part(progress, hashing, 1.0))
        except BadInput as error:
            raise BadInput(f"{name}: {error.message}", hint=error.hint) from None
        if not is_hash:
            _refuse_short(name, info, listed, settings.shortest)
        file = f"source{info.container.extension}"
        _put(part, out / file)
    progress(1.0, f"{size / 1e6:.0f} MB")
    facts = {"file": file, "size": size, **_facts(info), **fetched, "sha256": digest}
    return Made(facts, {"av": versions.pyav()}, sha256={file: digest})


def _refuse_short(name: str, info: MediaInfo, listed: float | None, shortest: float) -> None:
    """Refuse a file that is too short for what its source lists (seconds), or for its own size."""
    if listed is None or info.duration >= listed:
        return
    lies = info.duration < listed / 2 and info.size > info.duration * _DENSEST
    if not lies and info.duration >= listed * shortest:
        return
    found, whole = (in_words("duration", float(round(each))) for each in (info.duration, listed))
    if lies:
        message = f"{name}: says that it lasts {found}, but its source lists {whole}"
        raise BadInput(
            f"{message}, and it has {info.size / 1e6:.0f} MB: the file is damaged",
            hint="see at its source whether it plays to its end",
        )
    raise BadInput(
        f"{name}: lasts {found}, but its source lists {whole}: it is not the whole recording",
        hint="look at it there; to take it as it is, set `download: {shortest: 0 %}`"
        " in an override and run `leap retry`",
    )


def _put(part: Path, destination: Path) -> None:
    """Give ``part`` a second name, or another one where a file can have only one."""
    try:
        destination.hardlink_to(part)
    except OSError:
        part.rename(destination)


def _hash(path: Path, progress: Progress) -> str:
    with path.open("rb") as file:
        return sha256(file, progress, "checking the bytes")


def _part(progress: Progress, start: float, end: float) -> Progress:
    """Return a progress whose 0..1 is ``start``..``end`` of the whole stage."""

    def report(share: float | None, message: str = "") -> None:
        progress(None if share is None else start + share * (end - start), message)

    return report


def _facts(info: MediaInfo) -> dict[str, Any]:
    """Return what the file holds as JSON data; seconds, pixels, hertz."""
    video, audio = info.video, info.audio
    return {
        "container": info.container.name,
        "duration": round(info.duration, 3),
        "width": video.width if video else None,
        "height": video.height if video else None,
        "frame_rate": round(video.frame_rate, 3) if video and video.frame_rate else None,
        "video": video.codec if video else None,
        "audio": audio.codec if audio else None,
        "sample_rate": audio.sample_rate if audio else None,
        "channels": audio.channels if audio else None,
        "created_at": info.created_at.isoformat() if info.created_at else None,
        "damaged_share": info.damaged_share and round(info.damaged_share, 6),
    }
