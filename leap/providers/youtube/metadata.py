"""What a publication says of its video, in YouTube's words and within YouTube's limits.

https://developers.google.com/youtube/v3/docs/videos#properties
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC
from typing import Any

from leap.domain.fitting import (
    ANGLES,
    fitting_tags,
    one_line,
    paragraphs,
    shortened,
    shortened_lines,
    utf8,
    utf16,
)
from leap.domain.marker import MARKER
from leap.domain.ports import Publication
from leap.providers.youtube.api import Resource
from leap.providers.youtube.resources import section, tags_of

TITLE_CHARACTERS = 100
DESCRIPTION_BYTES = 5000

#: What can be read of these parts and not be written.
_READ_ONLY: Mapping[str, frozenset[str]] = {
    "snippet": frozenset(
        {
            "channelId",
            "channelTitle",
            "liveBroadcastContent",
            "localized",
            "publishedAt",
            "thumbnails",
        }
    ),
    "status": frozenset({"failureReason", "madeForKids", "rejectionReason", "uploadStatus"}),
}
#: What ``manage`` of a preset sums up as ``settings``: our word, its part, YouTube's word.
_SETTINGS = (
    ("category", "snippet", "categoryId"),
    ("language", "snippet", "defaultLanguage"),
    ("license", "status", "license"),
    ("embeddable", "status", "embeddable"),
    ("made_for_kids", "status", "selfDeclaredMadeForKids"),
)
_NAMES = ("title", "description", "tags", "settings")


def new_video(publication: Publication) -> dict[str, Any]:
    """Return the video as it is uploaded: with all of its metadata, and private."""
    wanted = _wanted(publication)
    day = publication.started_at.astimezone(UTC)
    return {
        "snippet": wanted["snippet"] | _spoken(publication),
        # Without a word about it YouTube makes a video public.
        "status": wanted["status"] | {"privacyStatus": "private"},
        "recordingDetails": {"recordingDate": f"{day:%Y-%m-%dT%H:%M:%SZ}"},
    }


def changed_video(publication: Publication, found: Resource) -> dict[str, Any]:
    """Return the parts of ``found`` (with snippet and status) that have to be another, as they shall be.

    An update replaces its parts as a whole. So all that is there goes back with
    it, what LEAP has no word for as well, and what it does not ``manage``.
    """
    wanted, managed = _wanted(publication), publication.settings.get("manage", _NAMES)
    changed: dict[str, Any] = {}
    for part, values in wanted.items():
        there, names = writable(part, section(found, part)), _keys(part, managed)
        shall = there | {name: value for name, value in values.items() if name in names}
        if shall != there:
            changed[part] = shall
    return changed


def writable(part: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a part can be sent back."""
    return {name: value for name, value in values.items() if name not in _READ_ONLY[part]}


def metadata_of(resource: Resource) -> dict[str, Any]:
    """Return what a video (with snippet and status) says, in our words.

    This is what is compared: tags have no order, and none of them is LEAP's own.
    """
    snippet = section(resource, "snippet")
    found = {
        "title": str(snippet.get("title", "")),
        "description": str(snippet.get("description", "")),
        "tags": sorted(tag for tag in tags_of(resource) if not MARKER.fullmatch(tag)),
    }
    settings = {ours: section(resource, part).get(name) for ours, part, name in _SETTINGS}
    settings["made_for_kids"] = bool(settings["made_for_kids"])
    return found | settings


def _wanted(publication: Publication) -> dict[str, dict[str, Any]]:
    settings = publication.settings
    title = shortened(one_line(publication.title, ANGLES), TITLE_CHARACTERS, utf16)
    description = paragraphs(publication.description, ANGLES)
    # The marker first: it has to be there, whatever does not fit.
    tags = fitting_tags([publication.marker, *settings.get("tags", ())])
    return {
        "snippet": {
            "title": title,
            "description": shortened_lines(description, DESCRIPTION_BYTES, utf8),
            "tags": list(tags),
            "categoryId": str(settings.get("category", 27)),
        }
        | _written(publication),
        "status": {
            "license": settings.get("license", "youtube"),
            "embeddable": settings.get("embeddable", True),
            "selfDeclaredMadeForKids": settings.get("made_for_kids", False),
        },
    }


def _spoken(publication: Publication) -> dict[str, str]:
    """Return the language of the sound, where it is known."""
    return {"defaultAudioLanguage": publication.language} if _is_known(publication.language) else {}


def _written(publication: Publication) -> dict[str, str]:
    """Return the language of title and description, where it is known."""
    language = publication.settings.get("language") or publication.language
    return {"defaultLanguage": language} if _is_known(language) else {}


def _is_known(language: str) -> bool:
    """Tell whether ``language`` is one; YouTube takes no word for what nobody has heard."""
    return language not in ("", "und")


def _keys(part: str, managed: Collection[str]) -> set[str]:
    """Return which properties of ``part`` are ours to change."""
    names = {name for name in ("title", "description", "tags") if name in managed}
    if "settings" in managed:
        names |= {name for _, its, name in _SETTINGS if its == part}
    return names
