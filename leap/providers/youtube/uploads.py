"""All that was ever uploaded to a channel, newest first; and ours among it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from leap.domain.ports import Video
from leap.errors import DeferUntil
from leap.providers.http import Timer
from leap.providers.youtube.api import PAGE, Api, Resource
from leap.providers.youtube.refusals import Missing
from leap.providers.youtube.resources import section, video_of

PARTS = "snippet,status,contentDetails"
#: The clocks of Google and of this machine differ by less.
_SKEW = timedelta(hours=1)
#: A video may be listed some time after it was made; so it is looked for again.
_LOOKS_AFTER_SECONDS = (0.0, 5.0, 15.0, 40.0)
#: After this time a list that does not have it is believed.
LISTED_AFTER = timedelta(minutes=10)


def videos(api: Api) -> Iterator[Video]:
    """Yield what stands in the channel, newest first. Raises ProviderError."""
    for resource in _resources(api, None):
        yield video_of(resource)


def with_marker(api: Api, marker: str, since: datetime) -> list[Video]:
    """Return the videos with ``marker`` that were made after ``since`` (aware)."""
    found = map(video_of, _resources(api, since - _SKEW))
    return [
        video for video in found if video.marker == marker and video.published_at >= since - _SKEW
    ]


def looked_for(
    api: Api,
    marker: str,
    since: datetime,
    sent: datetime | None,
    timer: Timer,
    now: Callable[[], datetime],
) -> list[Video]:
    """Return what ``with_marker`` does, and nothing only where that is certain.

    ``sent`` is when the last byte went off, which alone makes a video; None if
    it never did. Raises DeferUntil where it may not be listed yet.
    """
    if sent is None:
        return with_marker(api, marker, since)
    listed = sent + LISTED_AFTER
    for wait in _LOOKS_AFTER_SECONDS:
        timer.sleep(wait)
        found = with_marker(api, marker, since)
        if found or now() >= listed:
            return found
    message = "YouTube: whether the upload came to an end is not known yet"
    raise DeferUntil(message, until=listed)


def _resources(api: Api, since: datetime | None) -> Iterator[Resource]:
    """Yield the videos of the channel, up to the first page on which all are older."""
    try:
        items = api.playlist_items(api.uploads(), part="snippet,contentDetails")
        while page := list(islice(items, PAGE)):
            ids = [str(section(item, "contentDetails").get("videoId", "")) for item in page]
            found = api.videos(list(filter(None, ids)), PARTS)
            yield from (found[name] for name in ids if name in found)
            if (
                since
                and all(video_of(each).published_at < since for each in found.values())
                and found
            ):
                return
    except Missing:
        return  # a channel without a video has no such playlist
