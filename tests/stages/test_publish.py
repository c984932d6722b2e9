"""What the stages made reaches the publisher whole, or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leap.domain.ports import Publication
from leap.domain.snapshot import PublicationFact
from leap.domain.topics import Break, Topic
from leap.domain.transcript import Segment
from leap.errors import StageError
from leap.providers.site import SitePublisher
from leap.stages.publish import files_by_role, publish, withdraw
from leap.stages.transcript import write_segments

TOPICS = {
    "recording_id": "2026-11-20-0a1b2c3d4e5f",
    "active_version": "v1",
    "versions": [
        {
            "id": "v1",
            "model": "outline",
            "granularity": "long",
            "created_at": "2026-11-21T00:00:00+00:00",
            "draft": True,
            "main_topics": ["Gradients"],
            "detailed_topics": [
                {
                    "time": "00:00:00",
                    "title": "Slopes in the fog",
                    "start": 0.0,
                    "end": 60.0,
                    "break": False,
                }
            ],
            "breaks": [{"time": "00:00:30", "duration_minutes": 10.5, "start": 30.0, "end": 30.0}],
            "summary": "How to walk downhill.",
            "questions": [],
        }
    ],
}


@pytest.fixture
def targets(tmp_path: Path) -> list[Path]:
    """The files that a pipeline leaves, those of no interest to a platform included."""
    folder = tmp_path / "targets"
    folder.mkdir()
    (folder / "topics.json").write_text(json.dumps(TOPICS))
    write_segments(folder / "segments.txt", [Segment(0, 0.0, 2.5, "Good morning.")])
    for name in ("video.mp4", "audio.flac", "trim.json", "words.txt", "master.json"):
        (folder / name).write_bytes(b"-")
    (folder / "subtitles.vtt").write_text("WEBVTT\n")
    (folder / "subtitles.srt").write_text("")
    return sorted(folder.iterdir())


@pytest.fixture
def publication(targets: list[Path]) -> Publication:
    """A publication as its caller knows it, before the files are read."""
    return Publication(
        tenant="demo",
        recording="2026-11-20-0a1b2c3d4e5f",
        preset="site",
        title="Gradient descent",
        description="",
        started_at=datetime(2026, 11, 20, tzinfo=UTC),
        duration=60.0,
        language="en",
        files=files_by_role([{path.name: path for path in targets}]),
        outline=None,
        breaks=(),
        segments=(),
        wanted={"media": "1"},
        settings={},
    )


class Press(SitePublisher):
    """A real publisher that keeps what it was given."""

    got: Publication

    def publish(self, publication, known, progress):
        self.got = publication
        return super().publish(publication, known, progress)


def quiet(share, message=""):
    """Receive progress and say nothing."""


def test_files_have_their_roles_by_name(publication):
    """Sound for the transcriber and bookkeeping are nobody's to watch."""
    assert {role: path.name for role, path in publication.files.items()} == {
        "video": "video.mp4",
        "vtt": "subtitles.vtt",
        "srt": "subtitles.srt",
        "transcript": "segments.txt",
        "topics": "topics.json",
    }


def test_the_publisher_gets_what_the_files_hold(publication, tmp_path):
    """Outline, breaks and segments are read; the receipt is what the publisher gave."""
    press = Press(tmp_path / "site", {})
    receipt = publish(publication, press, None, quiet)
    assert receipt.applied == {"media": "1"}
    assert press.got.segments == (Segment(0, 0.0, 2.5, "Good morning."),)
    assert press.got.breaks == (Break(30.0, 30.0, 10.5),)
    assert press.got.outline is not None
    assert press.got.outline.topics == (Topic(0.0, 60.0, "Slopes in the fog"),)
    page = tmp_path / "site" / "lectures" / receipt.external_id / "index.html"
    text = page.read_text()
    assert [
        part for part in ("Good morning.", "Slopes in the fog", "Break") if part not in text
    ] == []


@pytest.mark.parametrize("gone", ["video.mp4", "segments.txt", "topics.json", "subtitles.vtt"])
def test_a_result_that_is_gone_stops_before_anything_is_published(
    publication, targets, tmp_path, gone
):
    """The line names the file; the site is not touched."""
    next(path for path in targets if path.name == gone).unlink()
    with pytest.raises(StageError, match=gone):
        publish(publication, SitePublisher(tmp_path / "site", {}), None, quiet)
    assert not (tmp_path / "site").exists()


def test_what_is_withdrawn_is_gone_and_remembered(publication, tmp_path):
    """The receipt says so, and still how open it was; safe to repeat."""
    site = SitePublisher(tmp_path / "site", {})
    published = publish(publication, site, None, quiet)
    now = datetime(2026, 11, 21, tzinfo=UTC)
    known = PublicationFact("site", "site", "applied", now, published.external_id, published.url)
    for _ in range(2):
        receipt = withdraw(publication.recording, site, known, published.details, quiet)
        assert (receipt.external_id, receipt.url, receipt.applied) == (known.external_id, "", {})
        assert (receipt.details["withdrawn"], receipt.details["privacy"]) == (True, "public")
        assert not (tmp_path / "site" / "lectures" / published.external_id).exists()
