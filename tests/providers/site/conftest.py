"""A lecture to publish, and a check that every page of a site stands on whole files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from leap.domain.ports import Publication
from leap.domain.topics import Outline, Topic
from leap.domain.transcript import Segment
from leap.providers.site import SitePublisher

RECORDING = "2026-11-20-0a1b2c3d4e5f"


def quiet(share: float | None, message: str = "") -> None:
    """Receive progress and say nothing."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a site that does not exist yet, with a name that needs quoting."""
    return tmp_path / "сайт & co" / "site"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Publication]:
    """Make publications of one lecture; fields may be changed, the media's bytes too."""

    def build(media: bytes = b"moving pictures", **changes: Any) -> Publication:
        target = tmp_path / "targets" / media.hex()[:12]
        target.mkdir(parents=True, exist_ok=True)
        files = {
            "video": ("video.mp4", media),
            "vtt": ("subtitles.vtt", b"WEBVTT\n\n00:00.000 --> 00:02.000\nGood morning\n"),
            "srt": ("subtitles.srt", b"1\n00:00:00,000 --> 00:00:02,000\nGood morning\n"),
            "transcript": ("segments.txt", b"[00:00:00.000 - 00:00:02.000] Good morning\n"),
            "topics": ("topics.json", b"{}"),
        }
        for name, content in files.values():
            if not (target / name).exists():
                (target / name).write_bytes(content)
        outline = Outline(
            main_topics=("Gradients",),
            topics=(Topic(0.0, 60.0, "Slopes in the fog"), Topic(60.0, 120.0, "Step size")),
            summary="How to walk downhill.",
        )
        values: dict[str, Any] = {
            "tenant": "demo",
            "recording": RECORDING,
            "preset": "site",
            "title": "Gradient descent",
            "description": "",
            "started_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
            "duration": 120.0,
            "language": "en",
            "files": {role: target / name for role, (name, _) in files.items()},
            "outline": outline,
            "breaks": (),
            "segments": (Segment(0, 0.0, 2.0, "Good morning"),),
            "wanted": {"media": media.hex(), "metadata": "1"},
            "settings": {},
        }
        return Publication(**(values | changes))

    return build


@pytest.fixture
def publish(root: Path) -> Callable[..., Any]:
    """Publish to ``root`` with options; return the receipt."""

    def run(publication: Publication, known: Any = None, **options: Any) -> Any:
        return SitePublisher(root, options, "s3cret").publish(publication, known, quiet)

    return run


class _References(HTMLParser):
    """Collects every local file that a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "data-words") and value and ":" not in value:
                self.found.add(unquote(value.partition("#")[0]))


@pytest.fixture
def broken() -> Callable[[Path], list[str]]:
    """Find references of a site's pages to files that are not there."""

    def find(root: Path) -> list[str]:
        missing = []
        for page in root.rglob("index.html"):
            references = _References()
            references.feed(page.read_text(encoding="utf-8"))
            missing += [
                f"{page.relative_to(root)} → {name}"
                for name in references.found
                # A first page may be seen a moment before there is a front page.
                if name and not (page.parent / name).exists() and name != "../../index.html"
            ]
        return missing

    return find
