"""Title and description of a video, who may comment, and whether it begins again at its end."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from leap.domain.fitting import one_line, paragraphs
from leap.domain.ports import Publication
from leap.providers.vk.finding import gone, item_of
from leap.providers.vk.values import (
    COMMENTS,
    fitted_description,
    fitted_title,
    ids_of,
    marker_of,
    place,
)
from leap.providers.vk.wire import Api

#: What is compared → what `manage` of a preset calls it; who may comment is not told by VK.
_MANAGED = MappingProxyType({"title": "title", "description": "description", "repeat": "settings"})
#: A parameter of `video.edit` → the same; every other is one of the settings.
_PARAMETERS = MappingProxyType({"name": "title", "desc": "description"})
_ALL = frozenset(_MANAGED.values())


def describe(api: Api, publication: Publication, name: str) -> dict[str, Any]:
    """Write what is said of the video ``name``; return what of it can be compared.

    What a preset does not manage is written once, and left to people
    afterwards. Raises ProviderError.
    """
    where, options = ids_of(name), publication.settings
    title = fitted_title(publication.title)
    description = fitted_description(publication.description)
    repeat = bool(options.get("repeat"))
    said: dict[str, Any] = {"name": title, "desc": description, "repeat": repeat}
    said |= comments(publication, where["owner_id"])
    shown = _compared(title, description, repeat=repeat)
    managed = _ALL.intersection(options.get("manage", _ALL))
    if managed != _ALL:
        item = item_of(api, name)
        if item is None:
            raise gone(place(name))
        # With the marker it is as it was placed; without, people may have had their say.
        if marker_of(item) != publication.marker:
            has = shown_by(item)
            shown |= {key: has[key] for key, of in _MANAGED.items() if of not in managed}
            said = {
                key: value
                for key, value in said.items()
                if _PARAMETERS.get(key, "settings") in managed
            }
    if said:
        api.insist("video.edit", **where, **said)
    return shown


def comments(publication: Publication, owner: int) -> dict[str, Any]:
    """Return who may comment, as VK is told: a community only lets everybody or nobody."""
    wanted = str(publication.settings.get("comments", "all"))
    if owner < 0:
        return {"no_comments": wanted == "none"}
    return {"privacy_comment": COMMENTS.get(wanted, "all")}


def shown_by(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be compared of a video as VK tells of it."""
    title, description = (str(item.get(key) or "") for key in ("title", "description"))
    return _compared(title, description, repeat=bool(item.get("repeat")))


def _compared(title: str, description: str, *, repeat: bool) -> dict[str, Any]:
    """Return texts as they are read, whatever VK makes of spaces."""
    return {"title": one_line(title), "description": paragraphs(description), "repeat": repeat}
