"""What there is at VK: people, communities, their videos and albums."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

#: Albums that VK itself keeps have negative numbers: this one is of all that was uploaded.
UPLOADED = -1


@dataclass(eq=False)
class User:
    """Somebody with a profile, whose id is also the owner's of their videos."""

    id: int
    name: str = "Ada Lovelace"
    banned: bool = False


@dataclass(eq=False)
class Group:
    """A community. Its videos belong to the negative of its ``id``."""

    id: int
    title: str
    managers: list[User] = field(default_factory=list)

    @property
    def owner_id(self) -> int:
        return -self.id


@dataclass(eq=False)
class Album:
    """A list of videos; who is in it stands in ``videos``, as ``owner_id, id``."""

    id: int
    owner_id: int
    title: str
    updated: datetime
    videos: list[tuple[int, int]] = field(default_factory=list)
    capacity: int = 1000


@dataclass(eq=False)
class Video:
    """What `video.save` makes: a placeholder until its bytes came.

    ``ready`` is when it is done with, after the bytes.
    """

    id: int
    owner_id: int
    user_id: int
    title: str
    description: str
    created: datetime
    expires: datetime
    privacy: str = "all"
    comments: str = "all"
    no_comments: bool = False
    repeat: bool = False
    compression: bool = False
    wallpost: bool = False
    access_key: str = field(default_factory=lambda: secrets.token_hex(9))
    #: A secret part of the address to which the bytes go.
    ticket: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    size: int = 0
    sha256: str = ""
    filename: str = ""
    ready: datetime | None = None
    duration: int = 0
    #: SHA-256 of the picture that it shows, if one was given.
    thumb: str | None = None
    #: How often all bytes came.
    uploads: int = 0
    #: Why people are kept from it: VK's code and text.
    restricted: tuple[int, str] | None = None
    deleted: bool = False

    @property
    def key(self) -> tuple[int, int]:
        return self.owner_id, self.id

    @property
    def name(self) -> str:
        """What LEAP calls it."""
        return f"{self.owner_id}_{self.id}"

    @property
    def is_empty(self) -> bool:
        """Whether it is only a placeholder."""
        return self.ready is None
