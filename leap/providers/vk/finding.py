"""Looking at single videos: how far one is, which bear a mark of ours, and which may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from leap.domain.ports import Placed
from leap.errors import NeedsHuman, ProviderError
from leap.providers.vk.refusals import NO_ACCESS, NOT_FOUND
from leap.providers.vk.values import State, ids_of, marker_of, moment, name_of, state_of
from leap.providers.vk.wire import Api

_PAGE = 200
#: How many videos are looked through for a marker.
_DEEPEST = 1000
#: Clocks differ.
_SKEW = timedelta(days=1)

Item = Mapping[str, Any]


def listed(api: Api, **asked: Any) -> Sequence[Item]:
    """Return the videos that `video.get` answers with. Raises ProviderError."""
    answer = api.call("video.get", **asked)
    items = answer.get("items") if isinstance(answer, Mapping) else None
    if not isinstance(items, list):
        raise ProviderError("VK answered without a list of videos")
    return [item for item in items if isinstance(item, Mapping)]


def item_of(api: Api, name: str) -> Item | None:
    """Return what VK says of the video ``name``, or None where it has none. Raises ProviderError."""
    items = listed(api, videos=[name], count=1)
    return next((item for item in items if name_of(item) == name), None)


def how_far(api: Api, name: str, waits: Sequence[float]) -> State:
    """Return how far a video is; ask again after each of ``waits`` seconds until it has its bytes.

    Raises ProviderError.
    """
    state = state_of(item_of(api, name))
    for seconds in waits:
        if state in ("processing", "ready"):
            break
        api.timer.sleep(seconds)
        state = state_of(item_of(api, name))
    return state


def marked(api: Api, owner: int, marker: str, since: datetime) -> list[Item]:
    """Return an owner's videos from ``since`` on that bear ``marker``, places without bytes too.

    Raises ProviderError.
    """
    found: list[Item] = []
    for offset in range(0, _DEEPEST, _PAGE):
        items = listed(api, owner_id=owner, count=_PAGE, offset=offset)
        found += [item for item in items if marker_of(item) == marker and name_of(item)]
        if not items or moment(items[-1]) < since - _SKEW:
            break
    return found


def give_back(api: Api, name: str, marker: str) -> None:
    """Delete a place that is of no use, unless it is a video without ``marker``.

    One that is gone is no error. Raises ProviderError.
    """
    item = item_of(api, name)
    if item is None or (state_of(item) != "empty" and marker_of(item) != marker):
        return
    api.call("video.delete", **ids_of(name), allowed=frozenset({NO_ACCESS, NOT_FOUND}))


def gone(placed: Placed) -> NeedsHuman:
    """Return what is to be said of a video that was there, and is no more."""
    hint = "`withdraw: true` in an override, and taking it back later, publishes it anew"
    return NeedsHuman(f"{placed.url} is not there any more", hint=hint)
