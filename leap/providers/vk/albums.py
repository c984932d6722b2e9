"""In which albums a video is: those that are declared, and none that were and are no more."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leap.domain.ports import Checkpoint
from leap.errors import NeedsHuman, ProviderError
from leap.providers.http import AnswerLost
from leap.providers.vk.refusals import IN_ALBUM, NO_ALBUM
from leap.providers.vk.values import ids_of
from leap.providers.vk.wire import Api, number

_PAGE = 100
#: Name in the checkpoint: the albums that a video was put into.
_OURS = "vk.albums"


@dataclass(frozen=True, slots=True)
class Album:
    """One album of an owner."""

    id: int
    title: str


def put(
    api: Api,
    name: str,
    wanted: Sequence[str],
    checkpoint: Checkpoint,
    *,
    create: bool,
) -> list[int]:
    """Put the video ``name`` into albums, by title or id; return their ids, in order.

    Albums that it was put into earlier, and that are not ``wanted`` any more,
    lose it; those that a person chose keep it. Raises NeedsHuman where an album
    is not there, unless they are to be created.
    """
    where = ids_of(name)
    owner = where["owner_id"]
    ids = _resolved(api, owner, wanted, create=create) if wanted else []
    ours = _ours(checkpoint)
    if not ids and not ours:
        return []
    # Written first: what is put somewhere must be known to be ours.
    checkpoint.save(_OURS, sorted({*ours, *ids}))
    present = with_video(api, name)
    for album in ids:
        if album not in present:
            allowed = frozenset({IN_ALBUM})
            api.insist(
                "video.addToAlbum", **where, target_id=owner, album_id=album, allowed=allowed
            )
    for album in sorted(ours - set(ids)):
        if album in present:
            gone = frozenset({NO_ALBUM})
            api.insist(
                "video.removeFromAlbum", **where, target_id=owner, album_id=album, allowed=gone
            )
    checkpoint.save(_OURS, sorted(ids))
    return sorted(ids)


def with_video(api: Api, name: str) -> list[int]:
    """Return the ids of the owner's albums that a video is in."""
    where = ids_of(name)
    answer = api.insist("video.getAlbumsByVideo", **where, target_id=where["owner_id"])
    if not isinstance(answer, list):
        raise ProviderError("VK answered without the albums of a video")
    # VK's own, of everything that was uploaded, have negative ids.
    return [each for each in answer if isinstance(each, int) and each > 0]


def albums_of(api: Api, owner: int) -> Iterator[Album]:
    """Yield the albums of an owner."""
    offset = 0
    while True:
        answer = api.call("video.getAlbums", owner_id=owner, count=_PAGE, offset=offset)
        items = answer.get("items") if isinstance(answer, Mapping) else None
        if not isinstance(items, list):
            raise ProviderError("VK answered without a list of albums")
        for item in items:
            if isinstance(item, Mapping) and isinstance(item.get("id"), int) and item["id"] > 0:
                yield Album(item["id"], str(item.get("title") or ""))
        offset += _PAGE
        if len(items) < _PAGE:
            return


def _ours(checkpoint: Checkpoint) -> set[int]:
    """Return the albums that the video was put into."""
    kept = checkpoint.read(_OURS)
    # A ledger that was rebuilt knows what the last receipt said.
    known: Collection[Any] = checkpoint.details.get("albums") or () if kept is None else kept
    return {each for each in known if isinstance(each, int)}


def _resolved(api: Api, owner: int, wanted: Sequence[str], *, create: bool) -> list[int]:
    found = list(albums_of(api, owner))
    return list(dict.fromkeys(_id(api, owner, each, found, create=create) for each in wanted))


def _id(api: Api, owner: int, wanted: str, found: list[Album], *, create: bool) -> int:
    titled = _oldest(found, wanted)
    if titled is not None:
        return titled
    if wanted.isdecimal() and int(wanted) in {each.id for each in found}:
        return int(wanted)
    if not create or wanted.isdecimal():
        near = difflib.get_close_matches(wanted, [each.title for each in found], n=1)
        guess = f"did you mean {near[0]!r}? else " if near else ""
        message = f"there is no album {wanted!r} at https://vk.com/{_page(owner)}"
        raise NeedsHuman(message, hint=f"{guess}make it there, or say `create_album: true`")
    return _created(api, owner, wanted)


def _created(api: Api, owner: int, title: str) -> int:
    """Make an album; where two did so at the same time, the older one stays."""
    group = -owner if owner < 0 else None
    try:
        answer = api.call("video.addAlbum", group_id=group, title=title)
    except AnswerLost:
        made = None
    else:
        said = answer.get("album_id") if isinstance(answer, Mapping) else None
        made = number(said, "the number of the new album")
    oldest = _oldest(albums_of(api, owner), title)
    if oldest is None:
        if made is None:
            raise ProviderError(f"VK did not say whether it made the album {title!r}")
        return made
    if made is not None and made != oldest:
        gone = frozenset({NO_ALBUM})
        api.call("video.deleteAlbum", group_id=group, album_id=made, allowed=gone)
    return oldest


def _oldest(found: Collection[Album] | Iterator[Album], title: str) -> int | None:
    """Return the first album with a title, so that everybody takes the same of several."""
    wanted = " ".join(title.split())
    return min((each.id for each in found if " ".join(each.title.split()) == wanted), default=None)


def _page(owner: int) -> str:
    return f"club{-owner}" if owner < 0 else f"id{owner}"
