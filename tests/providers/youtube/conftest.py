"""Our YouTube publisher, the emulated YouTube that it asks, and a checkpoint that outlives it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from emulators.clock import Clock
from emulators.youtube import App, Channel, YouTube

from leap import faults
from leap.config.endpoints import YouTubeEndpoints
from leap.config.quotas import YouTubeQuota
from leap.domain.ports import Placed, Publication, Receipt, Renewal
from leap.errors import DeferUntil
from leap.providers.http import Timer
from leap.providers.youtube import sending
from leap.providers.youtube.publisher import Place, YouTubePublisher
from leap.stages.publish_video import publish_video

#: The next midnight in California.
MIDNIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)
MARKER = "leap-0123456789"
GRAIN = 256 * 1024
SRT = "1\n00:00:01,000 --> 00:00:02,000\nTrees\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
WANTED = {
    "media": "m1",
    "metadata": "d1",
    "captions": "c1",
    "thumbnail": "t1",
    "playlists": "l1",
    "privacy": "p1",
}


def tell_nobody(share: float | None, message: str = "") -> None:
    """Take progress, and do nothing with it."""


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Vault:
    """A credential as ledger and secrets file keep it (``leap.domain.ports.Tokens``)."""

    fields: dict[str, str]
    account: str = "youtube-main"
    renewals: int = 0

    def current(self) -> Mapping[str, str]:
        return dict(self.fields)

    def renewed(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Renewal]
    ) -> Mapping[str, str]:
        if self.fields == stale:
            self.renewals += 1
            self.fields |= renew(self.fields).fields
        return dict(self.fields)


@dataclass
class Book:
    """Counts what apps do in a day (``leap.domain.ports.Quotas``)."""

    limits: dict[str, int] = field(default_factory=lambda: {"uploads": 100, "units": 10_000})
    spent: Counter[str] = field(default_factory=Counter)
    holders: set[str] = field(default_factory=set)
    emptied: list[str] = field(default_factory=list)

    def spend(self, holder: str, bucket: str, units: int) -> None:
        self.holders.add(holder)
        if self.spent[bucket] + units > self.limits[bucket]:
            raise DeferUntil(f"no {bucket} are left", until=MIDNIGHT, for_account=True)
        self.spent[bucket] += units

    def exhausted(self, holder: str, bucket: str) -> datetime:
        self.emptied.append(bucket)
        return MIDNIGHT


class FileCheckpoint:
    """A checkpoint in a file (``leap.domain.ports.Checkpoint``); what is written is there.

    Before and after each write it passes a fault point, as the real one does.
    """

    def __init__(self, path: Path, wanted: Mapping[str, str]) -> None:
        self.path, self.wanted = path, dict(wanted)
        if not path.exists():
            self._write({"placed": None, "applied": {}, "details": {}, "notes": {}, "secrets": {}})

    @property
    def kept(self) -> dict[str, Any]:
        return json.loads(self.path.read_text())

    def _write(self, kept: Any) -> None:
        faults.point("checkpoint.before")
        self.path.write_text(json.dumps(kept))
        faults.point("checkpoint.after")

    def _change(self, section: str, name: str, value: Any) -> None:
        kept = self.kept
        kept[section][name] = value
        self._write(kept)

    @property
    def placed(self) -> Placed | None:
        placed = self.kept["placed"]
        return Placed(**placed) if placed else None

    @property
    def applied(self) -> Mapping[str, str]:
        return self.kept["applied"]

    @property
    def details(self) -> Mapping[str, Any]:
        return self.kept["details"]

    def read(self, name: str) -> Any:
        return self.kept["notes"].get(name)

    def save(self, name: str, value: Any) -> None:
        self._change("notes", name, value)

    def read_secret(self, name: str) -> str | None:
        return self.kept["secrets"].get(name)

    def save_secret(self, name: str, value: str | None) -> None:
        self._change("secrets", name, value)

    def place(self, placed: Placed) -> None:
        self._write({**self.kept, "placed": asdict(placed)})

    def apply(self, part: str, details: Any = None) -> None:
        if part in self.wanted:
            self._change("applied", part, self.wanted[part])
            self._change("details", part, details)

    def begin_anew(self) -> None:
        self._write({"placed": None, "applied": {}, "details": {}, "notes": {}, "secrets": {}})


@pytest.fixture
def youtube() -> Iterator[YouTube]:
    """A YouTube whose clock only moves when somebody waits; nothing is done against its rules."""
    # When tokens end is reckoned by the machine's clock, with which it begins.
    with YouTube(clock=Clock(datetime.now(UTC), still=True)) as youtube:
        yield youtube
        assert [] == youtube.violations


@pytest.fixture
def channel(youtube: YouTube) -> Channel:
    return youtube.channel()


@pytest.fixture
def app(youtube: YouTube) -> App:
    return youtube.app()


@pytest.fixture
def vault(youtube: YouTube, app: App, channel: Channel) -> Vault:
    said = {"client_id": app.client_id, "client_secret": app.client_secret}
    token = youtube.refresh_token(app, channel)
    return Vault({"kind": "youtube", "refresh_token": token, **said})


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def publisher(youtube: YouTube, vault: Vault, book: Book) -> YouTubePublisher:
    """The publisher of the channel; where it waits, the emulated time passes."""
    clock = youtube.clock
    place = Place(
        YouTubeEndpoints(api=youtube.url, token=youtube.url, login=youtube.url),
        YouTubeQuota(),
        allow_insecure=True,
        timer=Timer(now=lambda: clock.now().timestamp(), sleep=clock.forward),
        now=clock.now,
    )
    return YouTubePublisher(vault, book, place)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A film of nine mebibytes and a bit: two chunks."""
    path = tmp_path / "video.mp4"
    path.write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(range(256)) * (9 * GRAIN * 4 // 256))
    return path


@pytest.fixture
def publication(tmp_path: Path, film: Path) -> Publication:
    """A lecture with all that there is to publish."""
    srt, picture = tmp_path / "subtitles.srt", tmp_path / "thumbnail.png"
    srt.write_text(SRT)
    picture.write_bytes(PNG)
    return Publication(
        tenant="university",
        recording="2026-11-20-0123456789ab",
        preset="youtube-main",
        title="Trees, lecture 3",
        description="About trees.\n\n0:00 Trees\n4:05 Graphs\n9:30 Heaps",
        started_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        duration=60.0,
        language="en",
        files={"video": film, "srt": srt, "thumbnail": picture},
        outline=None,
        breaks=(),
        segments=(),
        wanted=WANTED,
        settings={
            "tags": ["graph theory", "trees"],
            "category": 27,
            "license": "youtube",
            "embeddable": True,
            "made_for_kids": False,
            "notify_subscribers": False,
            "captions": True,
            "playlist": ("Algorithms 2026",),
            "create_playlist": True,
            "privacy": "unlisted",
        },
        marker=MARKER,
    )


@pytest.fixture
def saying(publication: Publication) -> Callable[..., Publication]:
    """Return a function that gives the lecture with other settings."""

    def said(**settings: Any) -> Publication:
        return replace(publication, settings={**publication.settings, **settings})

    return said


@pytest.fixture
def checkpoint(tmp_path: Path) -> FileCheckpoint:
    return FileCheckpoint(tmp_path / "checkpoint.json", WANTED)


@pytest.fixture
def publish(
    publisher: YouTubePublisher, checkpoint: FileCheckpoint, publication: Publication
) -> Callable[..., Receipt]:
    """Return a function that brings the lecture there, or one that says something else."""

    def published(wanted: Publication | None = None) -> Receipt:
        return publish_video(wanted or publication, publisher, checkpoint, tell_nobody)

    return published


@pytest.fixture
def apply(
    publisher: YouTubePublisher, checkpoint: FileCheckpoint
) -> Callable[[str, Publication], Any]:
    """Return a function that applies one part of a lecture that is placed."""

    def applied(part: str, publication: Publication) -> Any:
        placed = checkpoint.placed
        assert placed is not None
        found = publisher.apply(part, publication, placed, checkpoint, tell_nobody)
        checkpoint.apply(part, found)
        return found

    return applied


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], list[str]]:
    """Return a function that lets the process end at a fault point, and counts them.

    ``dying(3)`` raises Killed at the fourth; ``dying(None)`` at none. The list
    has the names of those that were passed.
    """

    def die(at: int | None) -> list[str]:
        passed: list[str] = []

        def point(name: str) -> None:
            if len(passed) == at:
                raise Killed(name)
            passed.append(name)

        monkeypatch.setattr(faults, "point", point)
        return passed

    return die


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, film: Path) -> Path:
    """The film is a few chunks of 256 KiB."""
    monkeypatch.setattr(sending, "_FIRST", GRAIN)
    monkeypatch.setattr(sending, "_LARGEST", GRAIN)
    film.write_bytes(film.read_bytes()[: 2 * GRAIN + 1000])
    return film
