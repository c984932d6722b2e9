"""Who and what there is: apps, people with channels, videos, captions, playlists."""

from __future__ import annotations

import hashlib
import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_ALPHABET = string.ascii_letters + string.digits + "-_"


@dataclass(slots=True, kw_only=True, eq=False)
class App:
    """An OAuth client of a project at Google, to which quotas belong."""

    client_id: str = field(
        default_factory=lambda: (
            f"{secrets.randbelow(10**12):012}-{secrets.token_hex(16)}.apps.googleusercontent.com"
        )
    )
    client_secret: str = field(default_factory=lambda: "GOCSPX-" + secrets.token_urlsafe(21))
    #: While its consent screen is in Testing, refresh tokens live for seven days.
    testing: bool = False
    disabled: bool = False
    #: What a day holds: calls of videos.insert, and units for all else.
    uploads: int = 100
    units: int = 10_000


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """A Google account; not each has a channel."""

    email: str
    channel: Channel | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    """Where videos are."""

    title: str
    id: str = field(default_factory=lambda: "UC" + token(22))
    owner: Person = field(init=False, repr=False)
    #: Checked by phone: may set thumbnails.
    verified: bool = True
    #: Videos are stored private whatever was asked for.
    locked_private: bool = False
    #: Most videos in 24 hours, whatever the app; None: any number.
    uploads_per_day: int | None = None

    def __post_init__(self) -> None:
        name = hashlib.sha256(self.id.encode()).hexdigest()[:12]
        self.owner = Person(email=f"{name}@example.org", channel=self)

    @property
    def uploads(self) -> str:
        """The id of the playlist of everything that was uploaded."""
        return "UU" + self.id[2:]


@dataclass(slots=True, kw_only=True, eq=False)
class Caption:
    """A track of captions."""

    video: Video = field(repr=False)
    language: str
    name: str
    content: bytes = field(repr=False)
    updated: datetime
    draft: bool = False
    kind: str = "standard"
    #: When it is served; before that it is syncing.
    ready: datetime
    failure: str = ""
    id: str = field(default_factory=lambda: token(40))


@dataclass(slots=True, kw_only=True, eq=False)
class Thumbnail:
    """A picture that was set."""

    content: bytes = field(repr=False)
    kind: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(slots=True, kw_only=True, eq=False)
class Video:
    """A video, as far as its owner sees it."""

    channel: Channel = field(repr=False)
    app: App | None = field(default=None, repr=False)
    id: str = field(default_factory=lambda: token(11))
    created: datetime
    #: When it is processed, and from when lists and playlists know of it.
    processed: datetime
    listed: datetime
    placeable: datetime
    snippet: dict[str, Any]
    status: dict[str, Any]
    recording: dict[str, Any] = field(default_factory=dict)
    localizations: dict[str, Any] = field(default_factory=dict)
    #: Of the file: its size, its hash (hex), its name and what it lasts, where that is known.
    size: int
    sha256: str
    filename: str = ""
    seconds: float | None = None
    #: The file itself, where it is short.
    content: bytes | None = field(default=None, repr=False)
    #: Whether subscribers were told.
    notified: bool = False
    #: What went wrong: ``failed`` with a failureReason, ``rejected`` with a rejectionReason.
    ended: str = ""
    reason: str = ""
    deleted: bool = False
    captions: list[Caption] = field(default_factory=list)
    thumbnail: Thumbnail | None = None
    #: Whether it ever was public, after which it cannot be scheduled.
    was_public: bool = False

    @property
    def title(self) -> str:
        return str(self.snippet["title"])

    @property
    def description(self) -> str:
        return str(self.snippet.get("description", ""))

    @property
    def tags(self) -> list[str]:
        return list(self.snippet.get("tags", []))

    @property
    def url(self) -> str:
        return f"https://www.youtube.com/watch?v={self.id}"

    def fail(self, reason: str = "codec") -> None:
        """Let processing end badly."""
        self.ended, self.reason = "failed", reason

    def reject(self, reason: str = "duplicate") -> None:
        """Let YouTube refuse it."""
        self.ended, self.reason = "rejected", reason

    def privacy(self, now: datetime) -> str:
        """Return who sees it; what is scheduled becomes public when its time has come."""
        at = self.status.get("publishAt")
        if at and datetime.fromisoformat(at) <= now:
            del self.status["publishAt"]
            self.status["privacyStatus"], self.was_public = "public", True
        return str(self.status["privacyStatus"])


@dataclass(slots=True, kw_only=True, eq=False)
class Item:
    """A video's place in a playlist."""

    playlist: Playlist = field(repr=False)
    video: Video
    added: datetime
    id: str = field(default_factory=lambda: token(68))


@dataclass(slots=True, kw_only=True, eq=False)
class Playlist:
    """A playlist that somebody made."""

    channel: Channel = field(repr=False)
    snippet: dict[str, Any]
    status: dict[str, Any]
    created: datetime
    items: list[Item] = field(default_factory=list, repr=False)
    id: str = field(default_factory=lambda: "PL" + token(32))

    @property
    def title(self) -> str:
        return str(self.snippet["title"])

    @property
    def videos(self) -> list[str]:
        """The ids of its videos in their order, one that stands there twice twice."""
        return [item.video.id for item in self.items]


@dataclass(slots=True)
class World:
    """All that there is, by id."""

    channels: dict[str, Channel] = field(default_factory=dict)
    videos: dict[str, Video] = field(default_factory=dict)
    playlists: dict[str, Playlist] = field(default_factory=dict)

    def live(self, channel: Channel | None = None) -> list[Video]:
        """Return the videos that stand, of one channel or all, newest first."""
        found = [
            video
            for video in reversed(self.videos.values())
            if not video.deleted and channel in (None, video.channel)
        ]
        # Of two that came at the same instant the later one is the newer.
        return sorted(found, key=lambda video: video.created, reverse=True)

    def video(self, name: str) -> Video | None:
        """Return the video that stands under this id."""
        video = self.videos.get(name)
        return video if video and not video.deleted else None

    def caption(self, name: str) -> Caption | None:
        """Return the track of this id."""
        tracks = (track for video in self.live() for track in video.captions)
        return next((track for track in tracks if track.id == name), None)

    def playlist_items(self) -> list[Item]:
        """Return the places in all playlists."""
        return [item for playlist in self.playlists.values() for item in playlist.items]


def token(length: int) -> str:
    """Return an id as YouTube makes them."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def stamp(at: datetime) -> str:
    """Return an instant, which is in UTC, as YouTube writes it."""
    return at.isoformat(timespec="seconds")[:19] + "Z"
