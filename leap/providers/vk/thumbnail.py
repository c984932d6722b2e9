"""The picture that is shown before a video plays."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from leap.domain.ports import Progress
from leap.errors import NeedsHuman, ProviderError, RetrySoon, StageError
from leap.providers.http import AnswerLost
from leap.providers.vk.upload import send_picture
from leap.providers.vk.values import ids_of
from leap.providers.vk.wire import Api

#: "JPG, PNG or GIF", and not more than VK's pages take.
_LARGEST = 5 * 1024 * 1024


def set_thumbnail(api: Api, name: str, path: Path, progress: Progress) -> dict[str, Any]:
    """Show the picture at ``path`` before the video ``name``; return its digest.

    Setting it twice is harmless. Raises ProviderError, StageError.
    """
    try:
        size, digest = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise StageError(f"{path}: {error.strerror or 'cannot be read'}") from error
    if size > _LARGEST:
        message = f"{path.name} has {size / 1e6:.1f} MB, and VK takes pictures of 5 MB"
        raise NeedsHuman(message, hint="save it smaller, as a JPEG of 1280 x 720")
    where = ids_of(name)
    answer = api.insist("video.getThumbUploadUrl", owner_id=where["owner_id"])
    address = answer.get("upload_url") if isinstance(answer, dict) else None
    if not isinstance(address, str):
        raise ProviderError("VK gave no address for the picture")
    try:
        said = send_picture(api, address, path, progress)
    except AnswerLost as error:
        # Nothing is shown before the next call says so.
        raise RetrySoon(error.message) from None
    api.insist("video.saveUploadedThumb", **where, thumb_json=said, set_thumb=True)
    return {"sha256": digest}
