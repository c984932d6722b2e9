"""YouTube behind the port: ``leap.domain.ports.VideoPublisher``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from leap.config.endpoints import YouTubeEndpoints
from leap.config.quotas import YouTubeQuota
from leap.domain.ports import (
    Checkpoint,
    Placed,
    Progress,
    Publication,
    Quotas,
    Seen,
    Tokens,
    Video,
)
from leap.errors import NeedsHuman, RetrySoon
from leap.providers.http import REAL_TIME, Timer
from leap.providers.oauth.living import now
from leap.providers.youtube import captions, looking, opening, playlists, thumbnail, uploads
from leap.providers.youtube.access import Access
from leap.providers.youtube.api import Api
from leap.providers.youtube.login import LOGIN, vendor
from leap.providers.youtube.metadata import changed_video, metadata_of
from leap.providers.youtube.placing import Placing, left_over
from leap.providers.youtube.refusals import Missing
from leap.providers.youtube.shelf import Shelf
from leap.providers.youtube.spending import Spending
from leap.providers.youtube.wire import Wire, opened

_METADATA = "metadata"
#: A video that was made just now is not known everywhere at YouTube for some minutes.
_LOOKS_AFTER_SECONDS = (2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 60.0)
_NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Place:
    """Which YouTube it is, and what it lets an app do.

    Attributes:
        timer: for waits.
        now: returns the time, aware.
        login: the command that logs in anew, for messages.
    """

    endpoints: YouTubeEndpoints
    quota: YouTubeQuota
    allow_insecure: bool = False
    timer: Timer = REAL_TIME
    now: Callable[[], datetime] = now
    login: str = ""


class YouTubePublisher:
    """One channel: that of the account whose ``tokens`` these are.

    It holds secrets. Nothing is asked of YouTube before it is used.
    """

    platform = "youtube"
    replaces_media = False
    parts = (_METADATA, captions.PART, thumbnail.PART, playlists.PART, opening.PART)

    def __init__(self, tokens: Tokens, quotas: Quotas, place: Place) -> None:
        self._place = place
        login = place.login or f"{LOGIN} --account {tokens.account}"
        google = vendor(place.endpoints, login=login)
        self._access = Access(tokens, google, place.now, login=login)
        self._spending = Spending(quotas, place.quota)
        self._shelf = Shelf()
        #: Videos that were waited for in vain: no other part waits for them again.
        self._awaited: set[str] = set()

    def place(self, publication: Publication, checkpoint: Checkpoint, progress: Progress) -> Placed:
        place = self._place
        with self._wire() as wire:
            return Placing(
                wire,
                place.endpoints.api,
                publication,
                checkpoint,
                progress,
                timer=place.timer,
                now=place.now,
            ).place()

    def apply(
        self,
        part: str,
        publication: Publication,
        placed: Placed,
        checkpoint: Checkpoint,
        progress: Progress,
    ) -> Any:
        timer, clock = self._place.timer, self._place.now

        def attempt(api: Api) -> Any:
            match part:
                case captions.PART:
                    return captions.apply(api, publication, placed, checkpoint)
                case thumbnail.PART:
                    return thumbnail.apply(api, publication, placed)
                case playlists.PART:
                    return playlists.apply(
                        api, self._shelf, publication, placed, checkpoint, timer, clock
                    )
                case opening.PART:
                    return opening.apply(api, publication, placed, progress, timer, clock)
            return _metadata(api, publication, placed)

        is_new = opening.PART not in checkpoint.applied
        with self._wire() as wire:
            api = Api(wire, self._place.endpoints.api)
            return self._patiently(api, placed, attempt, is_new=is_new)

    def left_over(self, marker: str, checkpoint: Checkpoint) -> Sequence[Placed]:
        place = self._place
        with self._wire() as wire:
            api = Api(wire, place.endpoints.api)
            return left_over(api, marker, checkpoint, place.timer, place.now)

    def take_down(self, placed: Placed) -> None:
        with self._wire() as wire:
            try:
                Api(wire, self._place.endpoints.api).delete_video(placed.external_id)
            except Missing:
                return

    def look(
        self,
        placed: Sequence[Placed],
        parts: Collection[str],
        progress: Progress,
        given: Mapping[str, Mapping[str, Any]] = _NOTHING,
    ) -> Mapping[str, Seen]:
        with self._wire() as wire:
            api = Api(wire, self._place.endpoints.api)
            return looking.look(api, placed, parts, given, progress)

    def videos(self, progress: Progress) -> Iterator[Video]:
        with self._wire() as wire:
            found = uploads.videos(Api(wire, self._place.endpoints.api))
            for count, video in enumerate(found, start=1):
                progress(None, f"{count} videos on YouTube")
                yield video

    def _patiently(
        self, api: Api, placed: Placed, attempt: Callable[[Api], Any], *, is_new: bool
    ) -> Any:
        """Return what ``attempt`` does; a new video may need some minutes to be known."""
        try:
            return attempt(api)
        except Missing as error:
            message = error.message
        waits = _LOOKS_AFTER_SECONDS if is_new and placed.external_id not in self._awaited else ()
        for wait in waits:
            self._place.timer.sleep(wait)
            try:
                if api.videos([placed.external_id], "id"):
                    return attempt(api)
            except Missing as error:
                message = error.message
        if is_new:
            self._awaited.add(placed.external_id)
            raise RetrySoon(message)
        hint = "`leap plan --drift` shows what is gone"
        raise NeedsHuman(message, hint=hint)

    @contextmanager
    def _wire(self) -> Iterator[Wire]:
        place = self._place
        with opened(
            self._access, self._spending, allow_insecure=place.allow_insecure, timer=place.timer
        ) as wire:
            yield wire


def _metadata(api: Api, publication: Publication, placed: Placed) -> dict[str, Any]:
    """Make the video say what it shall; an update that changes nothing is not made."""
    found = api.videos([placed.external_id], "snippet,status").get(placed.external_id)
    if found is None:
        raise Missing(f"YouTube does not show the video {placed.external_id}", "videoNotFound")
    changed = changed_video(publication, found)
    if changed:
        body = {"id": placed.external_id, **changed}
        found = {**found, **api.update_video(",".join(changed), body)}
    return metadata_of(found)
