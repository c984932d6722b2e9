"""What VK shows of many videos, 200 with one call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from leap.domain.fitting import one_line
from leap.domain.ports import Placed, Progress, Seen, Video
from leap.providers.vk.albums import with_video
from leap.providers.vk.finding import listed
from leap.providers.vk.metadata import shown_by
from leap.providers.vk.refusals import NO_ALBUM
from leap.providers.vk.values import (
    ids_of,
    marker_of,
    moment,
    name_of,
    openness,
    place,
    state_of,
)
from leap.providers.vk.wire import Api

_PAGE = 200

Given = Mapping[str, Mapping[str, Any]]


def look(
    api: Api, placed: Sequence[Placed], parts: Collection[str], progress: Progress, given: Given
) -> dict[str, Seen]:
    """Return what VK shows of each, by external id."""
    found: dict[str, Seen] = {}
    names = [each.external_id for each in placed]
    for start in range(0, len(names), _PAGE):
        progress(start / len(names), f"looking at {len(names)} videos on VK")
        page = names[start : start + _PAGE]
        items = listed(api, videos=page, count=_PAGE, extended=True)
        by_name = {name_of(item): item for item in items}
        found |= {name: _seen(by_name.get(name), parts) for name in page}
    standing = [name for name in names if found[name].state != "missing"]
    if "albums" in parts:
        for name, ids in _albums(api, standing, given).items():
            seen = found[name]
            found[name] = Seen(seen.state, seen.reason, {**seen.parts, "albums": ids})
    return found


def privacy_of(api: Api, name: str) -> str | None:
    """Return how open a video is, if VK says so."""
    items = listed(api, videos=[name], count=1, extended=True)
    return next((openness(item) for item in items if name_of(item) == name), None)


def videos(api: Api, owner: int, progress: Progress) -> Iterator[Video]:
    """Yield an owner's videos, newest first, and places that were begun and got no bytes.

    The latter only where they bear a marker: nobody else's are of any use.
    """
    for offset in count(0, _PAGE):
        progress(None, f"listing videos on VK, from {offset}")
        items = listed(api, owner_id=owner, count=_PAGE, offset=offset, extended=True)
        for item in items:
            name, marker = name_of(item), marker_of(item)
            if not name or (state_of(item) == "empty" and not marker):
                continue
            duration = item.get("duration")
            yield Video(
                place(name),
                str(item.get("title") or ""),
                moment(item),
                float(duration) if isinstance(duration, int) and duration > 0 else None,
                openness(item) or "private",
                marker,
            )
        if not items:
            return


def _seen(item: Mapping[str, Any] | None, parts: Collection[str]) -> Seen:
    if item is None:
        return Seen("missing")
    shown: dict[str, Any] = {}
    if "metadata" in parts:
        shown["metadata"] = shown_by(item)
    if "privacy" in parts and (how := openness(item)) is not None:
        shown["privacy"] = how
    if item.get("content_restricted"):
        reason = str(item.get("content_restricted_message") or "VK keeps it from people")
        return Seen("blocked", one_line(reason), shown)
    # An empty place shows nothing to anybody either.
    standing = state_of(item) == "ready"
    return Seen("standing" if standing else "processing", parts=shown)


def _albums(api: Api, names: Sequence[str], given: Given) -> dict[str, list[int]]:
    """Return in which of the albums that it was put into each video is."""
    wanted = {name: tuple(given.get(name, {}).get("albums") or ()) for name in names}
    places = {(ids_of(name)["owner_id"], album) for name, ids in wanted.items() for album in ids}
    if len(places) < sum(map(bool, wanted.values())):
        members = {each: _members(api, *each) for each in places}
        return {
            name: [id_ for id_ in ids if name in members[ids_of(name)["owner_id"], id_]]
            for name, ids in wanted.items()
        }
    # One album each is asked for sooner than through all that is in it.
    asked = {name: set(with_video(api, name)) for name, ids in wanted.items() if ids}
    return {
        name: [each for each in ids if each in asked.get(name, ())] for name, ids in wanted.items()
    }


def _members(api: Api, owner: int, album: int) -> set[str]:
    """Return what an album has in it; nothing where it is gone."""
    found: set[str] = set()
    for offset in count(0, _PAGE):
        gone = frozenset({NO_ALBUM})
        answer = api.call(
            "video.get", owner_id=owner, album_id=album, count=_PAGE, offset=offset, allowed=gone
        )
        items = answer.get("items") if isinstance(answer, Mapping) else None
        if not items:
            return found
        found |= {name_of(item) for item in items if isinstance(item, Mapping)}
    return found
