"""All versions of a recording's topics in one document."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leap.domain.manifest import Manifest, TargetName
from leap.domain.stage import Stage
from leap.errors import StageError
from leap.stages.topic_versions import topic_versions

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ID = "2026-11-20-1a2b3c4d5e6f"


def target(folder: Path, key: str, hours: int) -> tuple[Manifest, Path]:
    """Make a target of topics that was finished ``hours`` after noon."""
    at = NOON + timedelta(hours=hours)
    name = TargetName("demo", ID, Stage.TOPICS, key)
    manifest = Manifest(name, "a", {}, {}, {}, (), {}, {}, at, at, 0.0)
    version = {"id": "v1", "model": f"model {key}", "detailed_topics": []}
    document = {"recording_id": ID, "active_version": "v1", "versions": [version]}
    (folder / key).mkdir()
    (folder / key / "topics.json").write_text(json.dumps(document))
    return manifest, folder / key


def test_versions_are_numbered_as_they_were_made(tmp_path: Path) -> None:
    """The active one is that of the wanted target, wherever it stands."""
    found = [target(tmp_path, "late", 2), target(tmp_path, "early", 1)]

    assert topic_versions(ID, found, "early") == {
        "recording_id": ID,
        "active_version": "v1",
        "versions": [
            {"id": "v1", "model": "model early", "detailed_topics": [], "key": "early"},
            {"id": "v2", "model": "model late", "detailed_topics": [], "key": "late"},
        ],
    }


def test_no_version_is_active_where_the_wanted_one_is_not_made(tmp_path: Path) -> None:
    """Old topics stay to be looked at."""
    found = topic_versions(ID, [target(tmp_path, "old", 1)], "new")

    assert found is not None
    assert found["active_version"] is None


def test_a_recording_without_topics_has_none() -> None:
    """Nothing is no empty document."""
    assert topic_versions(ID, [], "new") is None


def test_a_damaged_file_is_one_line(tmp_path: Path) -> None:
    """It is named."""
    made = target(tmp_path, "bad", 1)
    (made[1] / "topics.json").write_text("{")

    with pytest.raises(StageError, match=r"topics\.json"):
        topic_versions(ID, [made], "bad")
