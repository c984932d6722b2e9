"""A lecture to publish, whole sites of them, and a browser to look at them with."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from leap.cli.webserver import SiteServer
from leap.domain.ports import Publication
from leap.domain.topics import Break, Outline, Topic
from leap.domain.transcript import Segment
from leap.providers.site import SitePublisher

RECORDING = "2026-11-20-0a1b2c3d4e5f"
SECONDS = 40
EVIL = "<img src=x onerror=document.title='owned'> & ёлка"
SPOKEN = ["Good morning everybody.", "The gradient points uphill.", "We walk down.", EVIL]


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


# ── whole sites, and a browser ─────────────────────────────────────────────


def path_of(site: Path, pattern: str) -> str:
    """Return the path of the lecture whose folder's name fits ``pattern``."""
    return f"lectures/{next(site.glob(f'lectures/{pattern}')).name}/index.html"


def stamp(seconds: float) -> str:
    """A time as WebVTT has it."""
    return f"00:00:{seconds:06.3f}"


@pytest.fixture(scope="session")
def spoken() -> list[str]:
    """What is said in the lectures of ``site``; the last line wants to be markup."""
    return SPOKEN


@pytest.fixture(scope="session")
def publish_site(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Publish a site in a language: lectures in pictures, in sound, without words, unlisted."""
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")
    folder = tmp_path_factory.mktemp("browser")
    media = {"video": folder / "video.mp4", "sound": folder / "video.m4a"}
    tone = ["-f", "lavfi", "-t", str(SECONDS), "-i", "sine=220:sample_rate=16000"]
    picture = ["-f", "lavfi", "-t", str(SECONDS), "-i", "testsrc2=size=320x180:rate=5"]
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y"]
    quick = ["-c:a", "aac", "-movflags", "+faststart"]
    subprocess.run([*ffmpeg, *picture, *tone, *encode, *quick, media["video"]], check=True)
    subprocess.run([*ffmpeg, *tone, *quick, media["sound"]], check=True)

    each = SECONDS / len(SPOKEN)
    segments = tuple(
        Segment(i, i * each + 0.5, (i + 1) * each - 0.5, text) for i, text in enumerate(SPOKEN)
    )
    captions = folder / "subtitles.vtt"
    captions.write_text(
        "WEBVTT\n\n"
        + "".join(
            f"{stamp(s.start)} --> {stamp(s.end)}\n{s.text.replace('&', '&amp;')}\n\n"
            for s in segments
        ),
        encoding="utf-8",
    )
    outline = Outline(
        main_topics=("Gradients",),
        topics=(Topic(0.0, 20.0, "Beginnings"), Topic(20.0, 40.0, "Walking & down")),
        summary="How to walk downhill.",
        draft=True,
    )
    common = Publication(
        tenant="demo",
        recording="2026-11-20-0a1b2c3d4e5f",
        preset="site",
        title=f"Gradients {EVIL}",
        description="Slides: https://example.org/1\n\nRoom 214.",
        started_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        duration=float(SECONDS),
        language="en",
        files={"video": media["video"], "vtt": captions},
        outline=outline,
        breaks=(Break(20.0, 20.0, 12.0),),
        segments=segments,
        wanted={},
        settings={"course": "Machine Learning"},
    )
    sound = {"video": media["sound"], "vtt": captions}
    others = (
        {"recording": "2026-11-19-ffffffffffff", "title": "Only sound", "files": sound},
        {"recording": "2026-11-18-eeeeeeeeeeee", "settings": {"privacy": "unlisted"}},
        {
            "recording": "2026-11-17-dddddddddddd",
            "title": "שיעור ראשון 📚",
            "language": "he",
            "files": {"video": media["video"]},
            "segments": (),
        },
    )

    def publish(language: str) -> Path:
        root = folder / f"сайт # {language}"
        publisher = SitePublisher(root, {"site_title": "Demo", "language": language}, "s3cret")
        publisher.publish(common, None, quiet)
        for other in others:
            # Neither chapters nor a course: so it is with most recordings.
            plain = {"settings": {}, "outline": None, "breaks": ()} | other
            publisher.publish(replace(common, **plain), None, quiet)
        return root

    return publish


@pytest.fixture(scope="session")
def site(publish_site: Callable[[str], Path]) -> Path:
    """A site in English."""
    return publish_site("en")


@pytest.fixture(scope="session", params=["file", "http"])
def front(request, site):
    """The address of the front page: opened from the folder, and served."""
    if request.param == "file":
        yield (site / "index.html").as_uri()
        return
    server = SiteServer(("127.0.0.1", 0), {"demo": site})
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.url + "index.html"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(visit: Callable[[str], Any], front: str) -> Any:
    """The site, from its folder and from a server."""
    return visit(front)


@pytest.fixture
def lecture(site: Path) -> str:
    """The path of the lecture in pictures."""
    return path_of(site, "gradients-*")


@pytest.fixture(scope="session")
def three_hours(site: Path) -> str:
    """The path of a lecture of 30,000 words."""
    hidden = {"privacy": "unlisted", "site_title": "Demo"}
    sound = next(site.glob("lectures/only-sound-*/audio-*"))
    segments = tuple(Segment(n, 4.0 * n, 4.0 * n + 3.9, "step " * 11) for n in range(2727))
    long = Publication(
        tenant="demo",
        recording="2026-11-16-cccccccccccc",
        preset="site",
        title="Three hours",
        description="",
        started_at=datetime(2026, 11, 16, 9, 30, tzinfo=UTC),
        duration=10_908.0,
        language="en",
        files={"video": sound},
        outline=None,
        breaks=(),
        segments=segments,
        wanted={},
        settings={},
    )
    receipt = SitePublisher(site, hidden, "s3cret").publish(long, None, quiet)
    return f"lectures/{receipt.external_id}/index.html"
