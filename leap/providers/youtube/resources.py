"""Videos as the API describes them, read; see ``Video`` of https://developers.google.com/youtube/v3/docs/videos."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from leap.domain.marker import MARKER
from leap.domain.ports import Placed, Video
from leap.providers.youtube.api import Resource

_DURATION = re.compile(
    r"P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?",
    re.ASCII,
)
_SECONDS = (7 * 86_400, 86_400, 3600, 60, 1)


def placed(video: str) -> Placed:
    """Return where a video of this id is watched."""
    return Placed(video, f"https://www.youtube.com/watch?v={video}")


def video_of(resource: Resource) -> Video:
    """Return a video of which ``snippet``, ``status`` and ``contentDetails`` were asked for."""
    snippet = section(resource, "snippet")
    return Video(
        placed(str(resource["id"])),
        str(snippet.get("title", "")),
        moment(snippet.get("publishedAt")) or datetime.fromtimestamp(0, UTC),
        _duration(section(resource, "contentDetails").get("duration")),
        privacy_of(resource),
        marker_of(resource),
    )


def section(resource: Resource, name: str) -> Mapping[str, Any]:
    """Return one part of a resource; empty where it is not there."""
    found = resource.get(name)
    return found if isinstance(found, Mapping) else {}


def privacy_of(resource: Resource) -> str:
    """Return who sees a video, one that is to become public counted as public."""
    status = section(resource, "status")
    privacy = str(status.get("privacyStatus", ""))
    return "public" if privacy == "private" and status.get("publishAt") else privacy


def tags_of(resource: Resource) -> list[str]:
    """Return the tags of a video."""
    tags = section(resource, "snippet").get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def marker_of(resource: Resource) -> str:
    """Return the tag by which a video is known to be ours, or an empty text."""
    return next((tag for tag in tags_of(resource) if MARKER.fullmatch(tag)), "")


def moment(text: Any) -> datetime | None:
    """Return an RFC 3339 ``text`` as a moment (aware), None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _duration(text: Any) -> float | None:
    """Return the seconds of an ISO 8601 duration; None while YouTube does not know it."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    seconds = sum(
        int(number or 0) * each for number, each in zip(found.groups(), _SECONDS, strict=True)
    )
    return float(seconds) or None
