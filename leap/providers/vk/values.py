"""What VK's answers say of videos, and what texts may be there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

from leap.domain.fitting import one_line, paragraphs, shortened, shortened_lines, utf16
from leap.domain.marker import MARKER
from leap.domain.ports import Placed
from leap.errors import NeedsHuman

#: What VK keeps of a title and of a description; it counts as web pages do.
TITLE, DESCRIPTION = 128, 5000
#: Where people watch a video.
_SITE = "https://vk.com"
_NAME = re.compile(r"(-?\d+)_(\d+)")

#: Our word for who may watch → VK's, in a profile. https://dev.vk.com/en/reference/objects/privacy
PRIVACY: Mapping[str, str] = MappingProxyType(
    {"public": "all", "unlisted": "by_link", "friends": "friends", "private": "only_me"}
)
#: VK's word → how open that is. Friends are few.
_OPENNESS: Mapping[str, str] = MappingProxyType({"all": "public", "by_link": "unlisted"})
#: Our word for who may comment → VK's, in a profile.
COMMENTS: Mapping[str, str] = MappingProxyType(
    {
        "all": "all",
        "friends": "friends",
        "friends_of_friends": "friends_of_friends",
        "none": "only_me",
    }
)

State = Literal["missing", "empty", "processing", "ready"]


def fitted_title(text: str) -> str:
    """Return a title as VK takes it."""
    return shortened(one_line(text), TITLE, utf16)


def fitted_description(text: str, marker: str = "") -> str:
    """Return a description as VK takes it, with ``marker`` as its last line."""
    end = f"\n\n{marker}" if marker else ""
    return shortened_lines(paragraphs(text), DESCRIPTION - len(end), utf16) + end


def marker_of(item: Mapping[str, Any]) -> str:
    """Return the marker in a video's description, or nothing."""
    found = MARKER.search(str(item.get("description") or ""))
    return found.group() if found else ""


def name_of(item: Mapping[str, Any]) -> str:
    """Return what a video is called, ``<owner>_<id>``; nothing where the answer lacks it."""
    name = f"{item.get('owner_id')}_{item.get('id')}"
    return name if _NAME.fullmatch(name) else ""


def place(name: str, key: str = "") -> Placed:
    """Return where the video ``name`` is; ``key`` opens one that only its link leads to."""
    return Placed(name, f"{_SITE}/video{name}" + (f"?list={key}" if key else ""))


def ids_of(name: str) -> dict[str, Any]:
    """Return ``owner_id`` and ``video_id``, numbers, of a name. Raises NeedsHuman."""
    found = _NAME.fullmatch(name)
    if found is None:
        message = f"{name!r} is no video of VK"
        raise NeedsHuman(message, hint="its address is https://vk.com/video<owner>_<number>")
    return {"owner_id": int(found[1]), "video_id": int(found[2])}


def state_of(item: Mapping[str, Any] | None) -> State:
    """Return how far a video is; ``empty`` is a placeholder that got no bytes."""
    if item is None:
        return "missing"
    if item.get("processing") or item.get("converting"):
        return "processing"
    return "ready" if item.get("duration") or item.get("player") else "empty"


def openness(item: Mapping[str, Any]) -> str | None:
    """Return ``public``, ``unlisted`` or ``private``; None where the answer does not say."""
    said = item.get("privacy_view")
    category = said.get("category") if isinstance(said, Mapping) else None
    if isinstance(said, list):
        category = said[0] if said else None
    if isinstance(category, str):
        return _OPENNESS.get(category, "private")
    if item.get("is_private"):
        return "private"
    owner = item.get("owner_id")
    return "public" if isinstance(owner, int) and owner < 0 else None


def moment(item: Mapping[str, Any]) -> datetime:
    """Return when a video was published."""
    said = item.get("date")
    try:
        return datetime.fromtimestamp(said if isinstance(said, int) else 0, UTC)
    except (OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(0, UTC)
