"""The room that targets take, by stage."""

from __future__ import annotations

from pathlib import Path

from leap.domain.history import Usage
from leap.domain.stage import Stage
from leap.store.usage import usage


def put(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_every_file_of_a_target_counts_for_its_stage(tmp_path: Path) -> None:
    """Manifests, and what a killed run left; a folder without a manifest is no target."""
    recording = tmp_path / "demo" / "2026-11-20-000000000001"
    put(recording / "trim" / "k1" / "manifest.json", 10)
    put(recording / "trim" / "k1" / "a1" / "video.mp4", 1000)
    put(recording / "trim" / "k2" / "a2" / "video.mp4", 200)
    put(recording / "topics" / "k3" / "manifest.json", 5)
    put(recording / "publish" / "site" / "0001.json", 7)
    put(tmp_path / "demo" / ".answers" / "x.json", 7)
    put(tmp_path / "other" / recording.name / "trim" / "k1" / "a1" / "video.mp4", 1000)

    assert usage(tmp_path, "demo") == {Stage.TRIM: Usage(1, 1210), Stage.TOPICS: Usage(1, 5)}


def test_a_linked_file_is_told_apart(tmp_path: Path) -> None:
    """A source that was linked takes no room twice."""
    source = put(tmp_path / "lecture.mp4", 1000)
    target = tmp_path / "demo" / "r" / "download" / "k"
    put(target / "manifest.json", 10)
    (target / "source.mp4").hardlink_to(source)

    assert usage(tmp_path, "demo") == {Stage.DOWNLOAD: Usage(1, 1010, 1000)}


def test_a_tenant_without_targets_takes_none(tmp_path: Path) -> None:
    """Nothing is there before the first run."""
    assert usage(tmp_path, "demo") == {}
