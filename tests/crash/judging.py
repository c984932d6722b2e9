"""What must be true of each platform in the end, whatever happened on the way."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from crash.faculty import PLAYLISTS, TITLE, Faculty, Orders
from leap.domain.marker import marker_of

PLATFORMS = ("youtube", "vk")


def whole(faculty: Faculty, order: Orders, platform: str) -> None:
    """Assert that the one publication is complete, and that a further run asks for nothing."""
    known = order("known", preset=platform)
    assert known["is_complete"], known
    assert known["external_id"] in known["ids"], known
    _LOOK[platform](faculty, known)
    before = len(asked(faculty, platform))
    assert order("perform", preset=platform)["code"] == 0
    assert len(asked(faculty, platform)) == before


def asked(faculty: Faculty, platform: str) -> list[Any]:
    """Return every request that a platform got."""
    return list(faculty.youtube.journal if platform == "youtube" else faculty.vk.journal)


def videos_ever(faculty: Faculty, platform: str) -> int:
    """Return how many videos there ever were, deleted ones and placeholders too."""
    if platform == "youtube":
        return len(faculty.youtube.world.videos)
    return len(faculty.vk.api.videos)


def on_youtube(faculty: Faculty, known: dict[str, Any]) -> None:
    """Assert that there is one video, that it is ours, and that nothing of it is missing."""
    youtube = faculty.youtube
    assert youtube.violations == []
    (video,) = youtube.live()
    assert video.id == known["external_id"]
    assert (video.title, video.description) == (TITLE, "О спусках и подъёмах.")
    marker = marker_of(faculty.tenant, recording(faculty), "youtube")
    assert sorted(video.tags) == sorted([marker, "machine learning", "градиент"])
    assert video.privacy(youtube.clock.now()) == "public"
    assert video.sha256 == sha256(faculty, "trim", "video.mp4")
    if made(faculty, "subtitles"):
        (track,) = [each for each in video.captions if each.kind == "standard"]
        assert track.content == file(faculty, "subtitles", "subtitles.srt").read_bytes()
    assert video.thumbnail is not None
    assert sorted(youtube.playlists(video)) == sorted(PLAYLISTS)
    assert sorted(each.title for each in youtube.world.playlists.values()) == sorted(PLAYLISTS)


def on_vk(faculty: Faculty, known: dict[str, Any]) -> None:
    """Assert the same of VK: nothing of a marker is left, and no empty placeholder."""
    vk = faculty.vk
    assert vk.violations == []
    assert vk.placeholders == []
    (video,) = vk.videos
    assert video.name == known["external_id"]
    assert (video.title, video.description) == (TITLE, "О спусках и подъёмах.")
    assert video.owner_id == faculty.owner
    assert video.sha256 == sha256(faculty, "trim", "video.mp4")
    assert video.uploads == 1
    cover = faculty.root / f"tenants/{faculty.tenant}/thumbnails/cover.jpg"
    assert video.thumb == hashlib.sha256(cover.read_bytes()).hexdigest()
    assert video.comments == "nobody" or video.no_comments
    albums = vk.albums(faculty.owner)
    assert sorted(albums) == sorted(PLAYLISTS)
    # One that was taken down may still stand in an album.
    assert all(names.count(video.name) == 1 for names in albums.values())


def recording(faculty: Faculty) -> str:
    """Return the id of the one recording."""
    return made(faculty, "trim")[0].parents[2].name


def made(faculty: Faculty, stage: str) -> list[Path]:
    """Return the targets of a stage, each as its folder of files."""
    targets = faculty.root / "state" / "targets" / faculty.tenant
    return [path for path in targets.glob(f"*/{stage}/*/*") if path.is_dir()]


def file(faculty: Faculty, stage: str, name: str) -> Path:
    """Return a file that a stage made."""
    return made(faculty, stage)[0] / name


def sha256(faculty: Faculty, stage: str, name: str) -> str:
    """Return the hash of such a file."""
    return hashlib.sha256(file(faculty, stage, name).read_bytes()).hexdigest()


_LOOK = {"youtube": on_youtube, "vk": on_vk}
