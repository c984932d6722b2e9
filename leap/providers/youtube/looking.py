"""What YouTube shows of videos now, for a unit per fifty of them where that is enough."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from leap.domain.ports import Placed, Progress, Seen
from leap.providers.youtube import captions, playlists, thumbnail
from leap.providers.youtube.api import PAGE, Api, Resource
from leap.providers.youtube.metadata import metadata_of
from leap.providers.youtube.opening import trouble_of
from leap.providers.youtube.resources import privacy_of, section

_METADATA, _PRIVACY = "metadata", "privacy"
_PARTS = "snippet,status,contentDetails"
_MOST_COUNTRIES = 5


def look(
    api: Api,
    placed: Sequence[Placed],
    parts: Collection[str],
    given: Mapping[str, Mapping[str, Any]],
    progress: Progress,
) -> dict[str, Seen]:
    """Return what is to be seen of each video, by id; see ``VideoPublisher.look``."""
    ids = list(dict.fromkeys(each.external_id for each in placed))
    found: dict[str, Seen] = {}
    inside: dict[str, frozenset[str]] = {}
    for start in range(0, len(ids), PAGE):
        progress(start / len(ids), f"looking at {len(ids)} videos on YouTube")
        chosen = ids[start : start + PAGE]
        there = api.videos(chosen, _PARTS)
        for video in chosen:
            known = given.get(video, {})
            resource = there.get(video)
            if resource is None or section(resource, "status").get("uploadStatus") == "deleted":
                found[video] = Seen("missing", "YouTube does not have the video any more")
            else:
                found[video] = _seen(api, resource, parts, known, inside)
    return found


def _seen(
    api: Api,
    resource: Resource,
    parts: Collection[str],
    given: Mapping[str, Any],
    inside: dict[str, frozenset[str]],
) -> Seen:
    video = str(resource["id"])
    shown: dict[str, Any] = {}
    if _METADATA in parts:
        shown[_METADATA] = metadata_of(resource)
    if captions.PART in parts:
        shown[captions.PART] = captions.seen(api, video, given.get(captions.PART))
    if thumbnail.PART in parts:
        shown[thumbnail.PART] = thumbnail.seen(resource)
    if playlists.PART in parts:
        shown[playlists.PART] = playlists.seen(api, video, given.get(playlists.PART), inside)
    if _PRIVACY in parts:
        shown[_PRIVACY] = privacy_of(resource)
    if reason := trouble_of(resource) or _restriction(resource):
        return Seen("blocked", reason, shown)
    if section(resource, "status").get("uploadStatus") == "uploaded":
        return Seen("processing", "YouTube still processes the video", shown)
    return Seen("standing", "", shown)


def _restriction(resource: Resource) -> str:
    """Return where YouTube does not show a video, or an empty text."""
    region = section(section(resource, "contentDetails"), "regionRestriction")
    if countries := _countries(region.get("blocked")):
        return f"YouTube does not show the video in {countries}"
    if "allowed" in region:
        countries = _countries(region["allowed"]) or "no country"
        return f"YouTube shows the video only in {countries}"
    return ""


def _countries(codes: Any) -> str:
    if not isinstance(codes, list) or not codes:
        return ""
    named = ", ".join(map(str, codes[:_MOST_COUNTRIES]))
    more = len(codes) - _MOST_COUNTRIES
    return f"{named} and {more} more" if more > 0 else named
