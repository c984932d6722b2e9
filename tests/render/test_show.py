"""One recording in detail, as text and as JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jsonschema

from leap.domain.manifest import Manifest, TargetFile, TargetName
from leap.domain.publication import PublicationName, PublicationState
from leap.domain.snapshot import RecordingRow, StageFact
from leap.domain.stage import Stage
from leap.domain.status import Status, StatusName
from leap.render import show as render
from leap.render.show import Event, Target
from leap.render.status import Standing

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ID = "2026-11-20-1a2b3c4d5e6f"
FILE = TargetFile("video.mp4", 12_345_678, "ab" * 32)
FOLDER = "/state/targets/demo/recording/trim/key/attempt"

STANDING = Standing(
    "demo",
    RecordingRow(
        id=ID, source="lectures", source_kind="folder", account="", external_id="old name.mp4",
        locator="Градиент.mp4", revision="r", title="Gradient descent", started_at=NOON,
        size=98_765_432, duration=3720.0, template="ml", skip=None, reason="", settled_at=None,
        listed=True, wanted=None, since=NOON,
    ),
    Status(
        StatusName.FAILED, "no words to outline", NOON, Stage.TOPICS,
        publications=(
            PublicationState("site", "site", PublicationName.OUTDATED, "https://x.example/gd/"),
        ),
    ),
)  # fmt: skip


def manifest(stage: Stage) -> Manifest:
    return Manifest(
        name=TargetName("demo", ID, stage, "0123456789abcdef"),
        attempt="attempt",
        settings={},
        upstream={},
        source={},
        files=(FILE,),
        versions={"ffmpeg": "7.1"},
        facts={},
        started_at=NOON,
        finished_at=NOON + timedelta(seconds=12.5),
        seconds=12.5,
    )


def failed(stage: Stage) -> StageFact:
    return StageFact(stage, "1123456789abcdef", "failed", NOON, "no words to outline", True)


TARGETS = [
    Target(Stage.DOWNLOAD, "0", None, manifest(Stage.DOWNLOAD), FOLDER, present=False),
    Target(Stage.TRIM, "0123456789abcdef", None, manifest(Stage.TRIM), FOLDER, present=True),
    Target(Stage.TOPICS, "1123456789abcdef", failed(Stage.TOPICS), None, None, present=False),
    Target(Stage.SUBTITLES, "2123456789abcdef", None, None, None, present=False),
]
EVENTS = [Event(NOON, "stage-failed", "topics: no words to outline")]


def test_one_recording_at_80_columns() -> None:
    """Who it is, where it stands, what was made of it, and what happened."""
    assert (
        render.text(STANDING, TARGETS, EVENTS, width=80)
        == """\
2026-11-20-1a2b3c4d5e6f  Gradient descent
  tenant    demo
  source    lectures: Градиент.mp4
  recorded  2026-11-20 12:00 UTC, 1 h 2 min, 98.8 MB
  template  ml
  status    FAILED
            topics: no words to outline, since 2026-11-20 12:00 UTC

Targets
  download   evicted  0                 12 s  1 file, 12.3 MB
  trim       present  0123456789abcdef  12 s  1 file, 12.3 MB
  topics     failed   1123456789abcdef
      no words to outline
  subtitles  absent   2123456789abcdef

Publications
  site (outdated): https://x.example/gd/

History
  2026-11-20 12:00 UTC  stage-failed  topics: no words to outline"""
    )


def test_a_target_that_waits_says_for_what() -> None:
    """For a time, or for a person."""
    limited = replace(failed(Stage.DOWNLOAD), reason="the daily limit", permanent=False, until=NOON)
    revoked = replace(
        failed(Stage.TRANSCRIBE), reason="log in again", permanent=False, needs_person=True
    )
    targets = [
        Target(fact.stage, fact.key, fact, None, None, present=False) for fact in (limited, revoked)
    ]

    assert (
        render.text(STANDING, targets, width=80).split("\n\n")[1]
        == """\
Targets
  download    deferred  1123456789abcdef
      until 2026-11-20 12:00 UTC: the daily limit
  transcribe  held      1123456789abcdef
      log in again"""
    )
    download, transcribe = render.json_data(STANDING, targets)["targets"].values()
    assert ("deferred", "the daily limit", "2026-11-20T12:00:00+00:00") == (
        download["state"],
        download["reason"],
        download["until"],
    )
    assert ("held", "log in again", None) == (
        transcribe["state"],
        transcribe["reason"],
        transcribe["until"],
    )


def version(name: str, count: int, **changes: object) -> dict[str, object]:
    """Return a version of topics with so many chapters, ten minutes each."""
    chapters = [{"time": "", "title": f"Chapter {n}", "start": 600.0 * n} for n in range(count)]
    made = {
        "id": name, "key": f"{name[1:]}123456789abcdef", "model": "outline 1",
        "granularity": "long", "main_topics": ["Descent"], "detailed_topics": chapters,
    }  # fmt: skip
    return {**made, **changes}


def test_the_chapters_are_shown_and_every_version_is_named() -> None:
    """The active version is the one that the plan wants; the others are kept to compare."""
    hostile = version("v2", 1, main_topics=[], detailed_topics=[
        {"time": "", "title": "a\x1b[31mb " + "x" * 100, "start": 4000.0}
    ])  # fmt: skip
    topics = {"active_version": "v2", "versions": [version("v1", 3), hostile]}

    shown = render.text(STANDING, [], topics=topics, width=80).split("\n\n")

    assert shown[1] == f"Topics\n  1:06:40  a\ufffd[31mb {'x' * 60}…"
    assert (
        shown[2]
        == """\
Versions of the topics
  v1          1123456789abcdef  outline 1  long  3 chapters
  v2  active  2123456789abcdef  outline 1  long  1 chapter"""
    )


def test_topics_that_are_not_made_as_wanted_are_only_named() -> None:
    """Chapters of other settings would mislead."""
    topics = {"active_version": None, "versions": [version("v1", 3)]}

    shown = render.text(STANDING, [], topics=topics)

    assert "Chapter" not in shown
    assert "  v1  1123456789abcdef  outline 1  long  3 chapters" in shown


def test_a_recording_without_targets_has_no_empty_sections() -> None:
    """What is not there takes no room."""
    text = render.text(STANDING, [])

    assert "Targets" not in text
    assert "History" not in text


STATES = ["present", "evicted", "absent", "running", "failed", "deferred", "held"]
SCHEMA = {
    "type": "object",
    "required": ["recording", "status", "publications", "targets"],
    "properties": {
        "targets": {
            "type": "object",
            "propertyNames": {"enum": [stage.value for stage in Stage]},
            "additionalProperties": {
                "type": "object",
                "required": ["key", "state", "path", "files", "seconds", "versions"],
                "properties": {
                    "key": {"type": "string"},
                    "state": {"enum": STATES},
                    "path": {"type": ["string", "null"]},
                    "files": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["path", "size", "sha256"],
                            "properties": {"size": {"type": "integer"}},
                        },
                    },
                    "seconds": {"type": ["number", "null"]},
                    "versions": {"type": "object"},
                },
            },
        }
    },
}


def test_the_json_is_as_agreed() -> None:
    """What other programs rely on stays as it is; more fields may come."""
    document = render.json_data(STANDING, TARGETS, EVENTS)

    jsonschema.validate(document, SCHEMA)
    assert document["targets"]["trim"] == {
        "key": "0123456789abcdef",
        "state": "present",
        "path": str(FOLDER),
        "files": [{"path": "video.mp4", "size": 12_345_678, "sha256": "ab" * 32}],
        "seconds": 12.5,
        "versions": {"ffmpeg": "7.1"},
        "reason": None,
        "until": None,
    }
