"""What YouTube takes for a title, a description, tags and a time.

https://developers.google.com/youtube/v3/docs/videos#properties
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from emulators.youtube.refusals import Refused, failed

#: Those that a video may have. https://developers.google.com/youtube/v3/docs/videoCategories
CATEGORIES = frozenset(
    map(str, (1, 2, 10, 15, 17, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29)),
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TITLE, _DESCRIPTION, _TAGS = 100, 5000, 500


def check_snippet(snippet: dict[str, Any]) -> None:
    """Refuse a video's snippet that YouTube would refuse."""
    title = snippet.get("title", "")
    if not title.strip() or len(title) > _TITLE or _angled(title):
        raise _no("invalidTitle", "snippet.title", "specifies an invalid or empty video title")
    description = snippet.get("description", "")
    if len(description.encode()) > _DESCRIPTION or _angled(description):
        raise _no(
            "invalidDescription", "snippet.description", "specifies an invalid video description"
        )
    if tags_length(snippet.get("tags", [])) > _TAGS or any(map(_angled, snippet.get("tags", []))):
        raise _no("invalidTags", "snippet.tags", "specifies invalid video keywords")
    if snippet.get("categoryId", "22") not in CATEGORIES:
        raise _no("invalidCategoryId", "snippet.categoryId", "specifies an invalid category ID")
    for name in ("defaultLanguage", "defaultAudioLanguage"):
        if name in snippet and not is_language(snippet[name]):
            raise _no("invalidVideoMetadata", f"snippet.{name}", "specifies an invalid language")


def tags_length(tags: Sequence[str]) -> int:
    """Return how YouTube counts tags: with commas between them, and quotes around spaces."""
    return sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1)


def check_playlist(snippet: dict[str, Any]) -> None:
    """Refuse a playlist's snippet that YouTube would refuse."""
    title, description = snippet.get("title", ""), snippet.get("description", "")
    if not title.strip():
        raise _playlist("playlistTitleRequired", "must specify a playlist title")
    if len(title) > 150 or len(description) > 5000 or _angled(title + description):
        raise _playlist("invalidPlaylistSnippet", "provides an invalid playlist snippet")


def is_language(text: str) -> bool:
    """Return whether it looks like a language of BCP 47."""
    return _LANGUAGE.fullmatch(text) is not None


def instant(text: str) -> datetime | None:
    """Return the instant that an RFC 3339 text means, in UTC, or None."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def invalid_publish_at() -> Refused:
    """Return the refusal of a schedule."""
    return _no(
        "invalidPublishAt", "status.publishAt", "specifies an invalid scheduled publishing time"
    )


def _angled(text: str) -> bool:
    return "<" in text or ">" in text


def _no(reason: str, where: str, what: str) -> Refused:
    message = f"The request metadata {what}."
    return failed(400, reason, message, domain="youtube.video", location=f"body.{where}")


def _playlist(reason: str, what: str) -> Refused:
    message = f"The request {what}."
    return failed(400, reason, message, domain="youtube.playlist", location="body.snippet")
