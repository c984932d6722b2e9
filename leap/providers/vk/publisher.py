"""Lectures as videos of a community, or of the account itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any

from leap.config.endpoints import VkEndpoints
from leap.domain.ports import Checkpoint, Placed, Progress, Publication, Seen, Video
from leap.errors import NeedsHuman, ProviderError, StageError
from leap.providers.http import REAL_TIME, Timer
from leap.providers.vk import looking
from leap.providers.vk.access import Access
from leap.providers.vk.albums import put
from leap.providers.vk.finding import gone, item_of
from leap.providers.vk.metadata import comments, describe
from leap.providers.vk.placing import Placing, Work, left_over
from leap.providers.vk.refusals import BAD_PARAMETER, NO_ACCESS, NOT_FOUND, Refused
from leap.providers.vk.thumbnail import set_thumbnail
from leap.providers.vk.values import (
    PRIVACY,
    fitted_description,
    fitted_title,
    ids_of,
    place,
)
from leap.providers.vk.wire import Api, number, opened

_NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


class VkPublisher:
    """Implements ``leap.domain.ports.VideoPublisher`` for VK; see there.

    A video of a profile is uploaded for its owner alone and opened at the end.
    One of a community is seen by everybody from the first moment: VK cannot
    hide it, and ``privacy`` only looks whether editors have done so on its page.

    Args:
        access: tokens of the account.
        endpoints: where VK is.
        group: the community that new videos go to; None is the account's profile.
        allow_insecure: whether VK may be reached without encryption.
        timer: for waits.
    """

    platform = "vk"
    replaces_media = False
    parts = ("metadata", "thumbnail", "albums", "privacy")

    def __init__(
        self,
        access: Access,
        endpoints: VkEndpoints,
        *,
        group: int | None,
        allow_insecure: bool = False,
        timer: Timer = REAL_TIME,
    ) -> None:
        self._access, self._endpoint, self._timer = access, endpoints.api, timer
        self._group, self._allow_insecure = group, allow_insecure

    def place(self, publication: Publication, checkpoint: Checkpoint, progress: Progress) -> Placed:
        privacy = _privacy(publication, is_community=self._group is not None)
        path = publication.files["video"]
        try:
            size = path.stat().st_size
        except OSError as error:
            raise StageError(f"{path}: {error.strerror or 'cannot be read'}") from error
        with self._opened() as api:
            owner = self._owner(api)
            options = publication.settings
            said = {
                "name": fitted_title(publication.title),
                "description": fitted_description(publication.description, publication.marker),
                "group_id": self._group,
                "privacy_view": None if self._group else "only_me",
                "wallpost": bool(options.get("wallpost")),
                "compression": bool(options.get("compression")),
                "repeat": bool(options.get("repeat")),
                **comments(publication, owner),
            }
            work = Work(owner, said, publication.marker, path, size, privacy == "unlisted")
            return Placing(api, work, checkpoint, progress).run()

    def apply(
        self,
        part: str,
        publication: Publication,
        placed: Placed,
        checkpoint: Checkpoint,
        progress: Progress,
    ) -> Any:
        with self._opened() as api:
            try:
                return self._applied(
                    api, part, publication, placed.external_id, checkpoint, progress
                )
            except Refused as error:
                if error.code == NO_ACCESS and item_of(api, placed.external_id) is None:
                    raise gone(placed) from None
                raise

    def left_over(self, marker: str, checkpoint: Checkpoint) -> Sequence[Placed]:
        with self._opened() as api:
            return left_over(api, self._owner(api), marker, checkpoint)

    def take_down(self, placed: Placed) -> None:
        name = placed.external_id
        perhaps = frozenset({NO_ACCESS, NOT_FOUND, BAD_PARAMETER})
        with self._opened() as api:
            if api.call("video.delete", **ids_of(name), allowed=perhaps) == 1:
                return
            if item_of(api, name) is not None:
                hint = "is the account an administrator of the community that it belongs to?"
                raise NeedsHuman(f"VK does not let {placed.url} be deleted", hint=hint)

    def look(
        self,
        placed: Sequence[Placed],
        parts: Collection[str],
        progress: Progress,
        given: Mapping[str, Mapping[str, Any]] = _NOTHING,
    ) -> Mapping[str, Seen]:
        with self._opened() as api:
            return looking.look(api, placed, parts, progress, given)

    def videos(self, progress: Progress) -> Iterator[Video]:
        with self._opened() as api:
            yield from looking.videos(api, self._owner(api), progress)

    # ── parts ───────────────────────────────────────────────────────────────

    def _applied(
        self,
        api: Api,
        part: str,
        publication: Publication,
        name: str,
        checkpoint: Checkpoint,
        progress: Progress,
    ) -> Any:
        options = publication.settings
        match part:
            case "metadata":
                return describe(api, publication, name)
            case "thumbnail":
                return set_thumbnail(api, name, publication.files["thumbnail"], progress)
            case "albums":
                wanted = tuple(options.get("album") or ())
                create = bool(options.get("create_album"))
                return put(api, name, wanted, checkpoint, create=create)
            case "privacy":
                return self._open(api, publication, name)
        message = f"VK has no {part}"
        raise ValueError(message)

    def _open(self, api: Api, publication: Publication, name: str) -> str:
        """Let people watch the video; return how open it is: friends are few."""
        where = ids_of(name)
        is_community = where["owner_id"] < 0
        privacy = _privacy(publication, is_community=is_community)
        told = "private" if privacy == "friends" else privacy
        if is_community and looking.privacy_of(api, name) == told:
            return told
        api.insist("video.edit", **where, privacy_view=PRIVACY[privacy])
        if is_community and looking.privacy_of(api, name) != told:
            # Only its pages let editors keep a video from others, and so do they let it be undone.
            hint = "let everybody watch it, on its page at VK"
            raise NeedsHuman(f"{place(name).url} is kept from people", hint=hint)
        return told

    def _owner(self, api: Api) -> int:
        """Return whose videos new ones become. Raises ProviderError."""
        if self._group is not None:
            return -self._group
        answer = api.call("users.get")
        first = answer[0] if isinstance(answer, list) and answer else None
        if not isinstance(first, Mapping):
            raise ProviderError("VK did not say whose the account is")
        return number(first.get("id"), "whose the account is")

    def _opened(self) -> AbstractContextManager[Api]:
        return opened(
            self._access,
            self._endpoint,
            allow_insecure=self._allow_insecure,
            timer=self._timer,
        )


def _privacy(publication: Publication, *, is_community: bool) -> str:
    """Return how open a video shall be. Raises NeedsHuman where VK has no such thing."""
    privacy = str(publication.settings.get("privacy", "public"))
    if privacy not in PRIVACY:
        message = f"VK knows no privacy {privacy!r}"
        raise NeedsHuman(message, hint=f"write one of {', '.join(PRIVACY)}")
    if is_community and privacy != "public":
        message = f"videos of a community cannot be {privacy}: VK shows them to everybody"
        raise NeedsHuman(message, hint="write `privacy: public`")
    return privacy
