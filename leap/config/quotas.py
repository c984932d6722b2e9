"""How much platforms let an app do in a day, as the operator says it.

The built-in numbers are those that YouTube gives to a new project; a project
that was granted more says so here. Costs have changed twice in a year, so that
they can be said here as well.
https://developers.google.com/youtube/v3/determine_quota_cost
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field

from leap.config.model import Integer, Model, setting
from leap.config.units import Share

#: The methods of YouTube that LEAP calls, as its documentation names them.
YouTubeMethod = Literal[
    "captions.delete",
    "captions.insert",
    "captions.list",
    "captions.update",
    "channels.list",
    "playlistItems.delete",
    "playlistItems.insert",
    "playlistItems.list",
    "playlists.insert",
    "playlists.list",
    "thumbnails.set",
    "videos.delete",
    "videos.insert",
    "videos.list",
    "videos.update",
]
#: What each of them takes off the day's units. An upload has a bucket of its own.
_COSTS: Final[Mapping[YouTubeMethod, int]] = MappingProxyType(
    {
        "captions.delete": 50,
        "captions.insert": 400,
        "captions.list": 50,
        "captions.update": 450,
        "channels.list": 1,
        "playlistItems.delete": 50,
        "playlistItems.insert": 50,
        "playlistItems.list": 1,
        "playlists.insert": 50,
        "playlists.list": 1,
        "thumbnails.set": 50,
        "videos.delete": 50,
        "videos.insert": 0,
        "videos.list": 1,
        "videos.update": 50,
    }
)

Cost = Annotated[Integer, Field(ge=0, le=1_000_000)]
Limit = Annotated[Integer, Field(ge=1, le=1_000_000_000)]


class YouTubeQuota(Model):
    """What one app may do at YouTube in a day, from midnight to midnight in California."""

    uploads: Limit = setting(100, "How many videos may be uploaded in a day.", examples=[100])
    units: Limit = setting(
        10_000, "How many units everything else may cost in a day.", examples=[10_000]
    )
    refreshes: Share = setting(
        "50 %",
        "The share of a day that changes of what is published already may take;"
        " the rest is left for new lectures.",
        examples=["50 %"],
    )
    costs: dict[YouTubeMethod, Cost] = setting(
        {},
        "What calls cost in units, where YouTube has changed it; what is left out keeps its cost.",
        examples=[{"captions.insert": 400}],
    )

    def cost(self, method: YouTubeMethod) -> int:
        """Return what one call of ``method`` takes off the day's units."""
        return self.costs.get(method, _COSTS[method])


class Quotas(Model):
    """What apps may do in a day, by platform. VK names no such limit."""

    youtube: YouTubeQuota = setting(
        YouTubeQuota(), "What an app may do at YouTube in a day.", examples=[{"units": 50_000}]
    )
