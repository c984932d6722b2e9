"""Albums: lists of videos, of which an owner has so many, and each holds so many."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from emulators.clock import Clock
from emulators.vk.refusals import Refused
from emulators.vk.world import UPLOADED, Album, Video


class Albums:
    """All albums of all owners.

    ``most`` is how many an owner may have; for ``settles`` after its bytes came
    a video cannot be put into one, nor get a thumbnail.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.most, self.capacity = 1000, 1000
        self.settles = timedelta(0)
        self.found: list[Album] = []
        self._numbers = count(1)

    def all(self, owner: int) -> list[Album]:
        """Return an owner's albums, newest first."""
        return [each for each in reversed(self.found) if each.owner_id == owner]

    def of(self, owner: int, number: int) -> Album | None:
        """Return one album."""
        return next((each for each in self.all(owner) if each.id == number), None)

    def needed(self, owner: int, number: int) -> Album:
        """Return one album; refuses with 114."""
        album = self.of(owner, number)
        if album is None:
            raise Refused(114)
        return album

    def add(self, owner: int, title: str) -> Album:
        """Add an album; refuses with 302."""
        if len(self.all(owner)) >= self.most:
            raise Refused(302)
        album = Album(next(self._numbers), owner, title, self.clock.now(), capacity=self.capacity)
        self.found.append(album)
        return album

    def remove(self, owner: int, number: int) -> None:
        """Delete an album; what is in it stays a video."""
        self.found.remove(self.needed(owner, number))

    def put(self, owner: int, number: int, video: Video) -> None:
        """Put a video into an album; refuses with 800 where it is there, 300 where it is full."""
        album = self.needed(owner, number)
        if video.ready is not None and self.clock.now() < video.ready + self.settles:
            raise Refused(204)
        if video.key in album.videos:
            raise Refused(800)
        if len(album.videos) >= album.capacity:
            raise Refused(300)
        album.videos.append(video.key)
        album.updated = self.clock.now()

    def take(self, owner: int, number: int, video: Video) -> None:
        """Take a video out of an album; it may not be in there."""
        album = self.needed(owner, number)
        if video.key in album.videos:
            album.videos.remove(video.key)
            album.updated = self.clock.now()

    def with_video(self, owner: int, video: Video) -> list[int]:
        """Return the numbers of the owner's albums with a video, VK's own among them."""
        system = [UPLOADED] if owner == video.owner_id else []
        return system + [each.id for each in self.all(owner) if video.key in each.videos]

    def item(self, album: Album, *, full: bool) -> dict[str, Any]:
        """Return how the API tells of an album."""
        said: dict[str, Any] = {"id": album.id, "owner_id": album.owner_id, "title": album.title}
        if full:
            updated = int(album.updated.timestamp())
            said |= {"count": len(album.videos), "updated_time": updated}
        return {**said, "response_type": "full" if full else "min"}
