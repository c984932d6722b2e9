"""The picture before a video plays.

https://developers.google.com/youtube/v3/docs/thumbnails/set
"""

from __future__ import annotations

from leap.domain.ports import Placed, Publication
from leap.errors import NeedsHuman, StageError
from leap.providers.youtube.api import Api, Resource
from leap.providers.youtube.resources import section

PART = "thumbnail"
#: Since 14 September 2026; before that 2 MB.
MOST_BYTES = 50 * 1024 * 1024
_TYPES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def apply(api: Api, publication: Publication, placed: Placed) -> bool:
    """Give the video its picture, over one that is there; return that it has one of its own.

    Raises NeedsHuman where the channel may not set any, StageError.
    """
    path = publication.files.get(PART)
    if path is None:
        raise StageError("there is no picture to publish", hint="`leap reconcile` makes it again")
    try:
        picture = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StageError(f"{path}: cannot be read: {reason}") from None
    if len(picture) > MOST_BYTES:
        message = f"{path.name}: YouTube takes pictures of at most {MOST_BYTES // 1024**2} MB"
        raise NeedsHuman(message)
    kind = next((kind for start, kind in _TYPES.items() if picture.startswith(start)), None)
    if kind is None:
        raise NeedsHuman(f"{path.name}: YouTube takes pictures in PNG and JPEG")
    try:
        api.set_thumbnail(placed.external_id, picture, kind)
    except NeedsHuman as error:
        if "forbidden" not in error.message:
            raise
        hint = "verify the channel at youtube.com/verify; without that it may set no picture"
        raise NeedsHuman(error.message, hint=hint) from None
    return True


def seen(resource: Resource) -> bool:
    """Return whether a video (with contentDetails) has a picture of its own."""
    return bool(section(resource, "contentDetails").get("hasCustomThumbnail"))
